/** Looks straight into the PostgreSQL servers of a cluster's replicas. */
import { join } from 'node:path'
import pg from 'pg'
import { clientConfig } from '../../platform/postgres/connections.ts'
import { findPlace } from '../../platform/postgres/places.ts'
import { findPostmaster } from '../../platform/postgres/postmaster.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'
import type { TestCluster } from './cluster.ts'

/** All that is asked of a cluster here. */
type Databases = Pick<TestCluster, 'report' | 'processes'>

export type DatabaseGroup = 'customers' | 'products'

export async function withDatabase<T>(
  dataDir: string,
  replica: string,
  work: (connection: pg.Client) => Promise<T>,
): Promise<T> {
  const target = { kind: 'socket', socketDir: await serverOf(dataDir, replica) } as const
  const connection = new pg.Client(clientConfig(target, 'e2e'))
  await connection.connect()
  try {
    return await work(connection)
  } finally {
    await connection.end()
  }
}

/** The directory of the socket at which the replica's PostgreSQL listens. */
export async function serverOf(dataDir: string, replica: string): Promise<string> {
  const place = await findPlace(join(dataDir, replica))
  const postmaster = place === undefined ? undefined : await findPostmaster(place)
  if (postmaster === undefined) throw new Error(`No PostgreSQL runs for ${replica}`)
  return postmaster.socketDir
}

/** Member → table → hash, of the members whose PostgreSQL runs. */
export async function stateHashes(
  cluster: Databases,
  group: DatabaseGroup,
): Promise<Record<string, Record<string, string>>> {
  const names = cluster.processes().flatMap((one) => (one.group === group ? [one.name] : []))
  const hashes = await Promise.all(
    names.map(async (name) => [name, await withDatabase(cluster.report.dataDir, name, stateHash)]),
  )
  return Object.fromEntries(hashes)
}

/**
 * Waits until all members of the group hold the same rows: they apply one after the other, and clocks
 * go on being ordered. Resolves with what still differs when the time is over; empty = identical.
 */
export async function differences(cluster: Databases, group: DatabaseGroup): Promise<string[]> {
  const giveUpAtMs = performance.now() + 20_000
  for (;;) {
    const [first, ...others] = Object.entries(await stateHashes(cluster, group))
    if (first === undefined) throw new Error(`${group} has no members`)
    const [firstName, expected] = first
    const found = others.flatMap(([name, hashes]) =>
      Object.keys({ ...expected, ...hashes })
        .filter((table) => hashes[table] !== expected[table])
        .map((table) => `${table}: ${firstName} ${expected[table]}, ${name} ${hashes[table]}`),
    )
    if (found.length === 0 || performance.now() > giveUpAtMs) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
