/**
 * Makes sure that one process, and nobody else, is this replica: an advisory lock held by a
 * connection that lives as long as the process. Whoever has it ends all that an earlier process left
 * running in the database, before anything is read.
 *
 * Why nothing slips through: a connection is counted as ours only when, after it was opened, the
 * guard still held the lock. A later process takes the lock first and then ends every connection
 * it can see; one that it cannot see yet will find the lock gone.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Client, ClientBase } from 'pg'
import { applicationName, applicationPrefix, clientConfig } from './connections.ts'
import type { Target } from './connections.ts'
import { waitFor } from './processes.ts'

/** Any number will do, as long as nobody else locks it: "Agora". */
const lockKey = 0x41_67_6f_72_61

export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning'
}

export type Guard = {
  /** Resolves, with the reason, if the lock is lost: this process is no longer the replica. */
  readonly lost: Promise<Error>
  /** Rejects unless the lock is still held at a moment after `client` was opened. */
  check(client: ClientBase): Promise<void>
  /** Runs `last` while the lock is still held (nobody can come in between), then gives it up. */
  release(last: () => Promise<void>): Promise<void>
}

export type GuardOptions = {
  readonly target: Target
  readonly runtimeName: string
  /** For people: the data directory or the database, as in "replica customers-0 in …". */
  readonly what: string
}

/** A process that was killed frees its lock at once on a Unix socket, after keep-alives over TCP. */
const lockWaitMs = { socket: 3_000, url: 15_000 } as const
const fenceTimeoutMs = 15_000
const goodbyeMs = 5_000

/** Takes the lock and ends what others left behind. Throws AlreadyRunning when somebody lives. */
export async function takeGuard(options: GuardOptions): Promise<Guard> {
  try {
    return await tryGuard(options)
  } catch (error) {
    if (!(error instanceof ConnectionEnded)) throw error
    // Another process started at the same moment, was faster, and its fence ended this connection:
    // a new one finds the lock held, or free again.
    return await tryGuard(options)
  }
}

/** SQLSTATE admin_shutdown: what a fence does to the connections of others. */
const terminatedByAdministrator = '57P01'

/** The connection that was to take the lock was ended by somebody else. */
class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded'
}

async function tryGuard(options: GuardOptions): Promise<Guard> {
  const name = applicationName(options.runtimeName, `guard of ${process.pid}`)
  const client = new pg.Client(clientConfig(options.target, name))
  let reportLost: (reason: Error) => void = () => {}
  const lost = new Promise<Error>((resolve) => {
    reportLost = resolve
  })
  let releasing = false
  let isEnded = false
  const ended = (reason: Error): void => {
    isEnded = true
    if (!releasing) reportLost(reason)
  }
  client.on('error', ended)
  client.on('end', () => ended(new Error('the connection that guards the database was closed')))
  await client.connect()
  try {
    await requireUsable(client)
    await lock(client, options)
    await fence(client)
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    return {
      lost,
      check: (other) => checkHeld(other, rows[0].pid, options.what),
      release: async (last) => {
        releasing = true
        await last()
        // `last` may have stopped the server; a server of others may not answer any more.
        const ended = client.end().catch(() => {})
        await Promise.race([ended, sleep(goodbyeMs, undefined, { ref: false })])
      },
    }
  } catch (cause) {
    releasing = true
    if (isEnded || (cause as pg.DatabaseError).code === terminatedByAdministrator) {
      throw new ConnectionEnded(cause instanceof Error ? cause.message : String(cause), { cause })
    }
    await client.end().catch(() => {})
    throw cause
  }
}

/** For servers that are not ours. */
async function requireUsable(client: Client): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('server_version_num')::int AS version,
            current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS standby`,
  )
  const { version, encoding, standby } = rows[0]
  if (version >= 140_000 && encoding === 'UTF8' && standby === false) return
  throw new Error(
    'DATABASE_URL must name a database of PostgreSQL 14 or later, encoded in UTF8, that can be ' +
      `written; this one is ${version}, ${encoding}${standby ? ', a standby' : ''}`,
  )
}

async function lock(client: Client, options: GuardOptions): Promise<void> {
  const taken = await waitFor(
    async () => {
      const { rows } = await client.query(`SELECT pg_try_advisory_lock(${lockKey}) AS taken`)
      return rows[0].taken === true
    },
    { timeoutMs: lockWaitMs[options.target.kind], pollMs: 50 },
  )
  if (taken) return
  const { rows } = await client.query(
    `SELECT application_name FROM pg_stat_activity WHERE pid IN (${lockHolders})`,
  )
  const holder = rows[0]?.application_name ?? 'a process of unknown name'
  throw new AlreadyRunning(
    `Another process already is this replica: ${options.what} is in use (${holder}). ` +
      'Stop that process first, or give this one a data directory of its own.',
  )
}

/** Advisory locks with a bigint key show its halves as classid and objid. */
const lockHolders = `
  SELECT pid FROM pg_locks
  WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = ${Math.floor(lockKey / 2 ** 32)} AND objid = ${lockKey % 2 ** 32}`

async function checkHeld(client: ClientBase, guardPid: number, what: string): Promise<void> {
  const { rows } = await client.query(
    `SELECT EXISTS (SELECT FROM (${lockHolders}) AS held WHERE pid = ${guardPid}) AS held`,
  )
  if (rows[0].held !== true) {
    throw new AlreadyRunning(`This process no longer holds the lock on ${what}`)
  }
}

/**
 * Ends all other connections of replicas to this database and waits until they are gone: a
 * statement of a dead process may still be running, and must be over before the log is read.
 */
async function fence(client: Client): Promise<void> {
  const others = `
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND backend_type = 'client backend' AND starts_with(application_name, $1)`
  const gone = await waitFor(
    async () => {
      await client.query(`SELECT pg_terminate_backend(pid) ${others}`, [applicationPrefix])
      const { rows } = await client.query(`SELECT count(*) AS left ${others}`, [applicationPrefix])
      return rows[0].left === 0
    },
    { timeoutMs: fenceTimeoutMs },
  )
  if (!gone) {
    throw new Error('connections of an earlier process to the database could not be ended')
  }
}
