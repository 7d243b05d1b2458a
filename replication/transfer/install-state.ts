/**
 * One transaction that puts a fetched state in the place of the present one: the tables of schema
 * `state`, the position, an empty log, the protocol's durable scalars. Before its commit nothing
 * has changed, after it everything has. It must not know where the state came from.
 */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, QueryConfig } from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { assert } from '../../common/assert.ts'
import { AppError } from '../../common/errors.ts'
import { applicationPrefix } from '../../platform/postgres/connections.ts'
import { movePositionSql } from '../state-machine/state-tables.ts'
import type { ExportedTable, Manifest } from './manifest.ts'
import { setAside } from './set-aside.ts'
import {
  copyTarget,
  plainTextSql,
  qualifiedName,
  schemaDifference,
  stateTables,
} from './state-schema.ts'

export type InstallWork = {
  /** For this alone, without pipelining. Left in a transaction when this rejects: end it. */
  readonly client: Client
  readonly manifest: Manifest
  /** Verifies it, too. */
  readonly readChunk: (number: number) => Promise<Buffer>
  /** What empties the log and replaces the durable scalars. */
  readonly logStatements: readonly QueryConfig[]
  readonly onInstalled: (sizeBytes: number) => void
  readonly lockTimeoutMs?: number | undefined
}

/** Longer than any statement of the read connections may take. */
const lockTimeoutDefaultMs = 6_000
const lockAttempts = 5
const lockPauseMs = 100

/** Rejects when nothing, or, if the connection broke during the commit, perhaps everything has changed. */
export async function installState(work: InstallWork): Promise<void> {
  const { client, manifest, logStatements } = work
  assert(!client.pipeline, 'COPY needs the connection for itself')
  await requireSameSchema(client, manifest)
  await lockTables(work)
  const restore = await setAside(client)
  const names = manifest.tables.map((table) => qualifiedName(client, table)).join(', ')
  if (names !== '') await client.query(`TRUNCATE ${names}`)
  let firstChunk = 0
  for (const table of manifest.tables) {
    await fill(work, table, firstChunk)
    firstChunk += table.chunks.length
  }
  await restore()
  // Readers would plan with the figures of the state that is gone.
  if (names !== '') await client.query(`ANALYZE ${names}`)
  const { index, context } = manifest.position
  const moved = await client.query(movePositionSql, [index, context ?? null])
  assert(moved.rowCount === 1, 'a replica has a position')
  for (const statement of logStatements) await client.query(statement)
  await client.query('COMMIT')
}

/** Throws AppError INTERNAL when the export is of another version of the application. */
export async function requireSameSchema(
  client: Client,
  { tables, source }: Pick<Manifest, 'tables' | 'source'>,
): Promise<void> {
  const difference = schemaDifference(tables, await stateTables(client))
  if (difference === undefined) return
  const message = `the state of member ${source} does not fit: ${difference}`
  throw new AppError('INTERNAL', { message: `${message}. Run the same version on both` })
}

/** Begins the transaction and locks everybody out, readers too; most of them are short. */
async function lockTables(work: InstallWork): Promise<void> {
  const { client, manifest } = work
  const names = manifest.tables.map((table) => qualifiedName(client, table)).join(', ')
  for (let attempt = 1; ; attempt += 1) {
    await client.query('BEGIN')
    await client.query(plainTextSql)
    await client.query(`SET LOCAL lock_timeout = ${work.lockTimeoutMs ?? lockTimeoutDefaultMs}`)
    await client.query('SET LOCAL synchronous_commit = on')
    if (names === '') return
    try {
      await client.query(`LOCK TABLE ${names} IN ACCESS EXCLUSIVE MODE`)
      return
    } catch (error) {
      await client.query('ROLLBACK')
      if (!isLockFailure(error)) throw error
      if (attempt >= lockAttempts) throw await lockedOut(client, error)
    }
    await endOwnReaders(client)
    await sleep(lockPauseMs)
  }
}

/** lock_not_available, or deadlock_detected against somebody who reads several tables. */
function isLockFailure(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown }
  return code === '55P03' || code === '40P01'
}

/** Who has locks on the tables, but for this connection. */
const holdersSql = `
  SELECT DISTINCT a.pid, a.application_name AS name
  FROM pg_locks l
  JOIN pg_class c ON c.oid = l.relation
  JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE c.relnamespace = to_regnamespace('state') AND l.granted AND a.pid <> pg_backend_pid()`

/** What this replica still reads so long (it hashes its rows, say) is of a state that goes away. */
async function endOwnReaders(client: Client): Promise<void> {
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM (${holdersSql}) AS holders
     WHERE starts_with(name, $1)`,
    [applicationPrefix],
  )
}

async function lockedOut(client: Client, cause: unknown): Promise<AppError> {
  const { rows } = await client.query(`${holdersSql} ORDER BY a.pid LIMIT 5`)
  const holders = rows.map(({ pid, name }) => `${name || 'a nameless connection'} (process ${pid})`)
  const who = holders.length === 0 ? 'somebody' : holders.join(', ')
  const message = `the state cannot be replaced: ${who} keeps reading its tables. End that`
  return new AppError('INTERNAL', { message, cause })
}

async function fill(work: InstallWork, table: ExportedTable, firstChunk: number): Promise<void> {
  const { client, readChunk, onInstalled } = work
  if (table.rows === 0) return
  const copy = client.query(copyFrom(`${copyTarget(client, table)} FROM STDIN`))
  async function* content(): AsyncGenerator<Buffer> {
    for (let place = 0; place < table.chunks.length; place += 1) {
      const chunk = await readChunk(firstChunk + place)
      yield chunk
      onInstalled(chunk.length)
    }
  }
  await pipeline(Readable.from(content(), { objectMode: true, highWaterMark: 1 }), copy)
  if (copy.rowCount === table.rows) return
  const counts = `${copy.rowCount} rows instead of ${table.rows}`
  throw new AppError('INTERNAL', { message: `state.${table.name} was filled with ${counts}` })
}
