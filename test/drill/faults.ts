/**
 * Processes killed and paused under a purchase drill, at random times, from a seed. Whatever falls is brought back
 * by the supervisor; a pause ends by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../common/random.ts'
import type { TestCluster } from '../e2e/cluster.ts'

export type Faults = {
  /** What has been done, in words. */
  readonly done: readonly string[]
  /** No more faults; resolves once nothing is paused any longer. */
  stop(): Promise<void>
}

type Fault = {
  readonly what: string
  readonly names: (cluster: TestCluster, random: Random) => readonly string[]
  readonly kind: 'kill' | 'pause'
}

const one = (group: string) => (cluster: TestCluster, random: Random) => {
  const names = namesIn(cluster, group)
  return [names[random.integer(0, names.length - 1)] ?? '']
}

const faults: readonly Fault[] = [
  { what: 'a buyer server dies', kind: 'kill', names: one('buyers') },
  { what: 'all buyer servers die', kind: 'kill', names: (cluster) => namesIn(cluster, 'buyers') },
  { what: 'a buyer server hangs', kind: 'pause', names: one('buyers') },
  { what: 'the payment service dies', kind: 'kill', names: one('payment') },
  { what: 'the payment service hangs', kind: 'pause', names: one('payment') },
  { what: 'a seller server dies', kind: 'kill', names: one('sellers') },
  { what: 'a products member dies', kind: 'kill', names: one('products') },
  { what: 'a products member hangs', kind: 'pause', names: one('products') },
  { what: 'a customers member dies', kind: 'kill', names: one('customers') },
  { what: 'a customers member hangs', kind: 'pause', names: one('customers') },
  {
    what: 'a buyer server, the payment service and a member of each group die',
    kind: 'kill',
    names: (cluster, random) =>
      ['buyers', 'payment', 'products', 'customers'].flatMap((group) =>
        one(group)(cluster, random),
      ),
  },
]

export function startFaults(cluster: TestCluster, random: Random): Faults {
  const done: string[] = []
  const stopping = new AbortController()
  const strike = async (): Promise<void> => {
    const fault = faults[random.integer(0, faults.length - 1)] as Fault
    const names = fault.names(cluster, random)
    const hangMs = random.integer(300, 4_000)
    done.push(`${fault.what}: ${names.join(', ')}${fault.kind === 'pause' ? `, ${hangMs} ms` : ''}`)
    for (const name of names) signal(cluster, name, fault.kind === 'kill' ? 'SIGKILL' : 'SIGSTOP')
    if (fault.kind === 'kill') return
    await sleep(hangMs)
    for (const name of names) signal(cluster, name, 'SIGCONT')
  }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(random.integer(1_000, 3_500))
      if (!stopping.signal.aborted) await strike()
    }
  })()
  running.catch(() => stopping.abort())
  return {
    done,
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}

function namesIn(cluster: TestCluster, group: string): string[] {
  return cluster.processes().flatMap((process) => (process.group === group ? [process.name] : []))
}

/** One that is down just now, or that the supervisor replaces at this moment, is left in peace. */
function signal(cluster: TestCluster, name: string, what: NodeJS.Signals): void {
  const { pid, state } = cluster.process(name)
  if (pid === undefined || state !== 'running') return
  try {
    process.kill(pid, what)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
