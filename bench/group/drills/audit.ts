/**
 * The reckoning after a drill, read from the replicas' PostgreSQL and not from the replicas: every
 * acknowledged write is there, everywhere, applied once, and all rows of all replicas are equal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import {
  closeSnapshot,
  hashSnapshot,
  openSnapshot,
} from '../../../replication/state-machine/state-hash.ts'
import type { Group } from '../group.ts'
import type { AcknowledgedWrite } from './history.ts'

/** What clients were told. */
export type Told = {
  readonly acknowledged: readonly Pick<AcknowledgedWrite, 'key'>[]
  /** Keys of writes that did not happen and will not. */
  readonly refused: readonly string[]
}

export type Audit = {
  readonly acknowledged: number
  /** Rows of each replica, acknowledged or not. */
  readonly rows: number
  /** Acknowledged, and without a row at some replica. */
  readonly missing: number
  /** Applied more than once at some replica. */
  readonly twice: number
  /** Refused for certain, and with a row at some replica. */
  readonly refusedButThere: number
  /** Tables in which replicas differ, in words. */
  readonly differences: readonly string[]
}

type Replica = { readonly name: string; readonly connection: Client }

const settledWithinMs = 60_000
const pollMs = 100
/** Keys in one question. */
const keysMax = 50_000

/** All members must run, and nobody write. */
export async function auditGroup(group: Group, told: Told, signal: AbortSignal): Promise<Audit> {
  const replicas: Replica[] = []
  try {
    for (const member of group.members) {
      replicas.push({ name: `member ${member.address.id}`, connection: await member.connect() })
    }
    const differences = await untilEqualPosition(replicas, signal)
    const counts = await Promise.all(replicas.map(({ connection }) => countRows(connection)))
    const keys = told.acknowledged.map(({ key }) => key)
    const missing = await Promise.all(
      replicas.map(({ connection }) => countMissing(connection, keys)),
    )
    const absent = await Promise.all(
      replicas.map(({ connection }) => countMissing(connection, told.refused)),
    )
    return {
      acknowledged: keys.length,
      rows: Math.min(...counts.map(({ rows }) => rows)),
      missing: Math.max(...missing),
      twice: Math.max(...counts.map(({ twice }) => twice)),
      refusedButThere: told.refused.length - Math.min(...absent),
      differences,
    }
  } finally {
    await Promise.all(replicas.map(({ connection }) => connection.end()))
  }
}

/**
 * Replicas go on applying the group's clocks, each in its own time: compared are snapshots of the
 * same position. Throws when there are none such in time.
 */
async function untilEqualPosition(
  replicas: readonly Replica[],
  signal: AbortSignal,
): Promise<string[]> {
  const giveUpAtMs = performance.now() + settledWithinMs
  for (;;) {
    const snapshots = await Promise.all(replicas.map(({ connection }) => openSnapshot(connection)))
    try {
      const positions = await Promise.all(
        replicas.map(({ connection }) => readPosition(connection)),
      )
      if (new Set(positions).size === 1) {
        const reports = await Promise.all(snapshots.map(hashSnapshot))
        return differencesOf(
          replicas.map(({ name }, place) => ({ name, hashes: reports[place]?.hashes ?? {} })),
        )
      }
      if (performance.now() > giveUpAtMs) {
        const where = replicas.map(({ name }, place) => `${name}: ${positions[place]}`).join(', ')
        throw new Error(`replicas do not come to the same position: ${where}`)
      }
    } finally {
      await Promise.all(snapshots.map(closeSnapshot))
    }
    await sleep(pollMs, undefined, { signal })
  }
}

type Hashed = { readonly name: string; readonly hashes: Readonly<Record<string, string>> }

function differencesOf([first, ...others]: readonly Hashed[]): string[] {
  if (first === undefined) return []
  return others.flatMap(({ name, hashes }) =>
    Object.keys({ ...first.hashes, ...hashes })
      .filter((table) => hashes[table] !== first.hashes[table])
      .map((table) => `${table}: ${first.name} ${first.hashes[table]}, ${name} ${hashes[table]}`),
  )
}

async function readPosition(connection: Client): Promise<number> {
  const { rows } = await connection.query('SELECT applied FROM replica.position')
  return Number(rows[0].applied)
}

async function countRows(connection: Client): Promise<{ rows: number; twice: number }> {
  const { rows } = await connection.query(
    'SELECT count(*) AS rows, count(*) FILTER (WHERE times > 1) AS twice FROM state.bench_rows',
  )
  return { rows: Number(rows[0].rows), twice: Number(rows[0].twice) }
}

async function countMissing(connection: Client, keys: readonly string[]): Promise<number> {
  let missing = 0
  for (let start = 0; start < keys.length; start += keysMax) {
    const { rows } = await connection.query(
      `SELECT count(*) AS missing FROM unnest($1::text[]) AS asked (key)
       WHERE NOT EXISTS (SELECT FROM state.bench_rows WHERE bench_rows.key = asked.key)`,
      [keys.slice(start, start + keysMax)],
    )
    missing += Number(rows[0].missing)
  }
  return missing
}
