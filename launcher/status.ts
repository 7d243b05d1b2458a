/**
 * `./agora status`: asks every process how it is, groups included. It must not know how that is shown.
 * Exit bits: 1 a database group, 2 buyer servers, 4 seller servers, 8 payment.
 */
import { createCustomersClient } from '../db-customers/api.ts'
import { createProductsClient } from '../db-products/api.ts'
import { createLogger } from '../platform/log.ts'
import type { ReplicaStatus } from '../replication/replica/status.ts'
import type { Cluster } from './environment.ts'
import { isPaused } from './held-down.ts'
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
  /** A drill on this machine; nothing else is the matter with it. */
  readonly heldDownBy: 'kill' | 'pause' | undefined
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
      const heldDownBy = drillOf(cluster, plan, record?.pid)
      // Who is held down would only be waited for.
      const answer = heldDownBy === undefined ? await probe(plan) : heldDown
      return {
        name: plan.name,
        group: plan.group,
        address: `${plan.host}:${plan.port}`,
        pid: record?.pid,
        restarts: record?.restarts ?? 0,
        probe: answer,
        heldDownBy,
        lastWords: answer.ready ? undefined : wordsOf(cluster, plan),
        replication: answer.answered ? await readReplication(cluster, plan) : undefined,
      }
    }),
  )
}

const heldDown: Probe = { ready: false, answered: false, reason: 'held down', tookMs: 0 }

function drillOf(
  { directory }: Cluster,
  { name }: PlannedProcess,
  pid: number | undefined,
): ProcessStatus['heldDownBy'] {
  if (directory.isMarkedDown(name)) return 'kill'
  return pid !== undefined && isPaused(pid) ? 'pause' : undefined
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
