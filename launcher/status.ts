/**
 * `./agora status`: asks every process how it is, groups included, and says it as a table or JSON.
 * Exit bits: 1 a database group, 2 buyer servers, 4 seller servers, 8 payment.
 */
import { createCustomersClient } from '../db-customers/api.ts'
import { createProductsClient } from '../db-products/api.ts'
import { createLogger } from '../platform/log.ts'
import { outsideReason } from '../replication/replica/outside.ts'
import type { ReplicaStatus } from '../replication/replica/status.ts'
import { describeCheck } from './check-status.ts'
import type { Cluster } from './environment.ts'
import { lastWords } from './last-words.ts'
import { type Group, type PlannedProcess, planCluster } from './plan.ts'
import { type Probe, probe } from './readiness.ts'

export type ProcessStatus = {
  readonly name: string
  readonly group: Group
  readonly address: string
  readonly pid: number | undefined
  readonly restarts: number
  readonly probe: Probe
  /** Why it went down, if it did so on this machine a moment ago. */
  readonly lastWords: string | undefined
  /** Databases only, when they answer. */
  readonly replication: ReplicaStatus | undefined
}

const statusTimeoutMs = 2_000
const exitBits: Readonly<Record<Group, number>> = {
  customers: 1,
  products: 1,
  buyers: 2,
  sellers: 4,
  payment: 8,
}

export async function readStatus(cluster: Cluster): Promise<ProcessStatus[]> {
  const recorded = new Map(
    (cluster.directory.readRecord()?.processes ?? []).map((record) => [record.name, record]),
  )
  return await Promise.all(
    planCluster(cluster.config).map(async (plan) => {
      const record = recorded.get(plan.name)
      const answer = await probe(plan)
      return {
        name: plan.name,
        group: plan.group,
        address: `${plan.host}:${plan.port}`,
        pid: record?.pid,
        restarts: record?.restarts ?? 0,
        probe: answer,
        lastWords: answer.ready ? undefined : wordsOf(cluster, plan),
        replication: await readReplication(cluster, plan),
      }
    }),
  )
}

function wordsOf({ directory }: Cluster, { name }: PlannedProcess): string | undefined {
  return lastWords(directory.logPath(name), Date.now())
}

async function readReplication(
  cluster: Cluster,
  plan: PlannedProcess,
): Promise<ReplicaStatus | undefined> {
  if (plan.group !== 'customers' && plan.group !== 'products') return undefined
  const { config } = cluster
  const members = (plan.group === 'customers' ? config.customerDbs : config.productDbs).filter(
    ({ host, port }) => host === plan.host && port === plan.port,
  )
  const create = plan.group === 'customers' ? createCustomersClient : createProductsClient
  const client = create({
    members,
    secret: config.clusterSecret,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
    logger: createLogger({ name: 'status', level: 'silent' }),
  })
  try {
    const reply = await client.getStatus(
      {},
      { deadline: { atUnixMs: Date.now() + statusTimeoutMs } },
    )
    return JSON.parse(reply.json) as ReplicaStatus
  } catch {
    // It does not answer: the probe's reason says so already.
    return undefined
  } finally {
    client.close()
  }
}

/** A database group counts as down when it cannot take writes anywhere; a server group when any is down. */
export function exitCodeOf(processes: readonly ProcessStatus[]): number {
  let code = 0
  for (const { group, probe, replication } of processes) {
    const isDatabase = group === 'customers' || group === 'products'
    if (!isDatabase && !probe.ready) code |= exitBits[group]
    if (isDatabase && replication?.writable !== true && !groupIsWritable(processes, group)) {
      code |= exitBits[group]
    }
  }
  return code
}

function groupIsWritable(processes: readonly ProcessStatus[], group: Group): boolean {
  return processes.some((other) => other.group === group && other.replication?.writable === true)
}

export function formatStatus(processes: readonly ProcessStatus[]): string {
  const rows = processes.map((process) => [
    process.name,
    process.address,
    String(process.pid ?? '-'),
    ...describe(process),
  ])
  const header = ['NAME', 'ADDRESS', 'PID', 'STATE', 'RESTARTS', '']
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** State, restarts, and what there is to say. */
function describe(process: ProcessStatus): [string, string, string] {
  const { group, probe, replication, restarts } = process
  const count = restarts === 0 ? '' : `${restarts}`
  const outside = replication === undefined ? undefined : outsideReason(replication)
  if (outside !== undefined) return ['OUTSIDE', count, outside]
  if (!probe.ready) {
    return ['NOT READY', count, process.lastWords ?? replication?.reason ?? probe.reason]
  }
  return ['ready', count, describeReplication(group, replication)]
}

function describeView(details: ReplicaStatus['protocolDetails']): string {
  if (details.viewId === undefined) return `no view (${details.state})`
  return `view ${details.viewId}, next sequencer ${details.nextSequencer}`
}

function describeReplication(group: Group, status: ReplicaStatus | undefined): string {
  if (status === undefined) return ''
  const { protocolDetails: details, appliedIndex, writable, reason } = status
  const protocol =
    status.protocol === 'raft'
      ? `${details.role} in term ${details.term}, commit index ${details.commitIndex}`
      : `${describeView(details)}, stable up to ${details.stableUpTo}`
  const refusal = writable ? '' : `; no writes: ${reason ?? 'unknown reason'}`
  const compared = describeCheck(group, status.lastCheck)
  const check = compared === '' ? '' : `; ${compared}`
  return `${protocol}, applied ${appliedIndex}${check}${refusal}`
}
