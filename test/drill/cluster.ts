/** What a purchase drill needs of the cluster that it disturbs, on one machine or on several. */
import type { ProcessRecord } from '../../launcher/cluster-directory.ts'
import type { TestCluster } from '../e2e/cluster.ts'
import type { LedgerEntry } from '../e2e/people.ts'
import type { Network } from './network.ts'

export type DrillCluster = Pick<TestCluster, 'report' | 'processes' | 'process' | 'remove'> & {
  /** Between its machines; undefined: there is but one, and nothing of this sort can be tried. */
  readonly network: Network | undefined
  /** What the payment service has in its books. */
  ledger(): Promise<readonly LedgerEntry[]>
}

export function namesIn({ processes }: DrillCluster, group: string): string[] {
  return processes().flatMap((process) => (process.group === group ? [process.name] : []))
}

/** One that is down just now, or that is replaced at this moment, is left in peace. */
export function signal(cluster: DrillCluster, name: string, what: NodeJS.Signals): void {
  const { pid, state }: ProcessRecord = cluster.process(name)
  if (pid !== undefined && state === 'running') signalProcess(pid, what)
}

export function signalProcess(pid: number, what: NodeJS.Signals): void {
  try {
    process.kill(pid, what)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
