/** The cluster of a data directory: free ports before it runs, its processes while it does. */
import type { Cluster } from '../environment.ts'
import type { PlannedProcess } from '../plan.ts'
import { takenPorts } from '../ports.ts'
import { exitCodeOf, type ProcessStatus, readStatus } from '../status.ts'
import { describeProcess } from '../status-text.ts'
import { type Finding, warning, well, wrong } from './finding.ts'

/** Group time lags by a clock round of 5 s, and by one that is missed. */
const clockToleranceMs = 15_000

export async function examineCluster(
  cluster: Cluster,
  local: readonly PlannedProcess[],
): Promise<Finding[]> {
  const status = await readStatus(cluster)
  const runsHere = status.some(({ name, probe }) => {
    return probe.answered && local.some((plan) => plan.name === name)
  })
  const ports = runsHere ? [] : [portsFinding(await takenPorts(local), local.length)]
  const isAnywhere = status.some(({ probe }) => probe.answered)
  if (!isAnywhere) return [...ports, well('cluster', 'nothing runs yet')]
  return [...ports, ...processFindings(status), ...clockFindings(status, Date.now())]
}

export function portsFinding(taken: readonly string[], processes: number): Finding {
  if (taken.length === 0) return well('ports', `free, for ${processes} processes`)
  const advice = 'stop what has them, or choose others: ./agora up --base-port N'
  return wrong('ports', taken.join('; '), advice)
}

/** One line when all are ready, else one for each that is not. */
export function processFindings(status: readonly ProcessStatus[]): Finding[] {
  const ailing = status
    .map((process) => ({ process, ...describeProcess(process) }))
    .filter(({ state }) => state !== 'ready')
  if (ailing.length === 0) return [well('cluster', `${status.length} of ${status.length} ready`)]
  // A group goes on without some of its members: only what nobody can do is wrong.
  const isServed = exitCodeOf(status) === 0
  return ailing.map(({ process: { name, group }, state, words }) => {
    const seen = [state.toLowerCase(), ...words].join(', ')
    const isDatabase = group === 'customers' || group === 'products'
    const advice = `./agora logs ${name} tells more`
    return isServed || isDatabase ? warning(name, seen, advice) : wrong(name, seen, advice)
  })
}

/** This machine's clock beside what the members of each group agree on. */
export function clockFindings(status: readonly ProcessStatus[], nowMs: number): Finding[] {
  const told = status.flatMap(({ replication }) => {
    const groupTimeMs = replication?.groupTimeMs ?? 0
    return groupTimeMs > 0 ? [nowMs - groupTimeMs] : []
  })
  if (told.length === 0) return []
  const offMs = told.reduce((worst, one) => (Math.abs(one) > Math.abs(worst) ? one : worst))
  const seen = `${(Math.abs(offMs) / 1_000).toFixed(1)} s ${offMs < 0 ? 'behind' : 'ahead of'} group time`
  if (Math.abs(offMs) <= clockToleranceMs) return [well('clock', seen)]
  return [warning('clock', seen, 'keep the clocks of all machines together (NTP)')]
}
