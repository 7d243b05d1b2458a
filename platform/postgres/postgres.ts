/**
 * One replica's PostgreSQL, embedded or given by DATABASE_URL: started (or adopted), guarded against
 * a second process, and connected to. What is in the database is not known here.
 */
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Client, Pool } from 'pg'
import type { Logger } from 'pino'
import { applicationName, clientConfig } from './connections.ts'
import type { ConnectOptions, Target } from './connections.ts'
import { type DiskWatch, explainFailure, watchDisk } from './disk-space.ts'
import { AlreadyRunning, takeGuard } from './guard.ts'
import type { Guard } from './guard.ts'
import { findPostmaster, logPath, stopPostmaster } from './postmaster.ts'
import { sweepAbandoned } from './embedded.ts'
import { clearOwner, startEmbedded, writeOwner } from './start.ts'
import type { EmbeddedServer } from './start.ts'

export { AlreadyRunning } from './guard.ts'
export type { ConnectOptions } from './connections.ts'

export type PostgresOptions = {
  /** The replica's own directory; the cluster is `postgres` in it. Not used with databaseUrl. */
  readonly dataDir: string
  /** As in customers-0: names connections and, where one is needed, the socket's directory. */
  readonly runtimeName: string
  /** Use this server instead of an embedded one. Each replica needs a database of its own. */
  readonly databaseUrl?: string | undefined
  readonly logger?: Logger | undefined
  /** Of the embedded server; all connections and pools together must stay below. */
  readonly maxConnections?: number
}

export type Postgres = {
  /** A dedicated connection. When it breaks, its queries reject; it is never reopened. */
  connect(name: string, options?: ConnectOptions): Promise<Client>
  /** Connections for queries that may run side by side. Ended by stop(). */
  pool(name: string, size: number, options?: ConnectOptions): Pool
  /** Ends all connections, then the embedded server; with databaseUrl that server is let alone. */
  stop(): Promise<void>
  /** The embedded server was running already, left behind by a process that was killed. */
  readonly adopted: boolean
  /** For psql -h; undefined with databaseUrl. */
  readonly socketDir: string | undefined
  /** The embedded server's process; undefined with databaseUrl. */
  readonly serverPid: number | undefined
  /** Resolves if this process has lost the database or its right to it: it must end now. */
  readonly lost: Promise<Error>
  /** DiskFull when that is why something about this database has failed; else the error itself. */
  explain(error: unknown): Promise<unknown>
  /** Where the embedded server keeps its data; undefined with databaseUrl. */
  readonly clusterDir: string | undefined
}

const maxConnectionsDefault = 24

/**
 * Throws AlreadyRunning when a living process has this data directory or database, DiskFull when
 * there is no room for it.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const dataDir = resolve(options.dataDir)
  const watch =
    options.databaseUrl === undefined
      ? await watchDisk(join(dataDir, 'postgres'), logPath({ dataDir }))
      : elsewhere
  try {
    return await open(options, watch)
  } catch (error) {
    throw await explainFailure(error, watch)
  }
}

const elsewhere: DiskWatch = { directory: undefined, log: undefined }

async function open(options: PostgresOptions, watch: DiskWatch): Promise<Postgres> {
  const { databaseUrl, runtimeName, dataDir, logger } = options
  if (databaseUrl !== undefined) {
    const target: Target = { kind: 'url', url: databaseUrl }
    const guard = await takeGuard({ target, runtimeName, what: `the database of ${runtimeName}` })
    return assemble(options, { target, guard, watch, server: undefined })
  }
  const maxConnections = options.maxConnections ?? maxConnectionsDefault
  await sweepAbandoned()
  const server = await startEmbedded({ dataDir, runtimeName, maxConnections })
  logger?.info(
    { adopted: server.adopted, serverPid: server.postmaster.pid },
    server.adopted ? 'adopted the PostgreSQL of an earlier process' : 'PostgreSQL is running',
  )
  const target: Target = { kind: 'socket', socketDir: server.postmaster.socketDir }
  try {
    const guard = await takeGuard({ target, runtimeName, what: dataDir })
    await writeOwner(server.place)
    return assemble(options, { target, guard, watch, server })
  } catch (error) {
    // Somebody else's server stays; one that nobody could get hold of does not.
    if (!(error instanceof AlreadyRunning)) await stopServer(server)
    throw error
  }
}

/** A server that no longer answers must not keep us from stopping it. */
const goodbyeMs = 5_000

type Parts = {
  readonly target: Target
  readonly guard: Guard
  readonly watch: DiskWatch
  readonly server: EmbeddedServer | undefined
}

function assemble(options: PostgresOptions, { target, guard, watch, server }: Parts): Postgres {
  const { runtimeName, logger } = options
  const clients = new Set<Client>()
  const pools = new Set<Pool>()
  let stopping = false

  const connect = async (name: string, connectOptions?: ConnectOptions): Promise<Client> => {
    const config = clientConfig(target, applicationName(runtimeName, name), connectOptions)
    const client = new pg.Client(config)
    // Whoever uses the connection learns it from the next query.
    client.on('error', (error) => {
      if (!stopping) logger?.warn({ err: error, connection: name }, 'a connection was lost')
    })
    client.once('end', () => clients.delete(client))
    await client.connect()
    try {
      await guard.check(client)
    } catch (error) {
      await client.end()
      throw error
    }
    clients.add(client)
    return client
  }

  const pool = (name: string, size: number, connectOptions?: ConnectOptions): Pool => {
    const made = new pg.Pool({
      ...clientConfig(target, applicationName(runtimeName, name), connectOptions),
      max: size,
      idleTimeoutMillis: 60_000,
      onConnect: (client) => guard.check(client),
    })
    made.on('error', (error) => {
      if (!stopping) logger?.warn({ err: error, pool: name }, 'a pooled connection was lost')
    })
    pools.add(made)
    return made
  }

  const stop = async (): Promise<void> => {
    if (stopping) return
    stopping = true
    const ends = [...[...pools].filter((made) => !made.ended), ...clients].map((made) => made.end())
    await Promise.race([Promise.allSettled(ends), sleep(goodbyeMs, undefined, { ref: false })])
    await guard.release(async () => {
      if (server !== undefined) await stopServer(server)
    })
  }

  return {
    connect,
    pool,
    stop,
    adopted: server?.adopted ?? false,
    socketDir: server?.postmaster.socketDir,
    serverPid: server?.postmaster.pid,
    lost: guard.lost,
    explain: (error) => explainFailure(error, watch),
    clusterDir: server?.place.cluster,
  }
}

async function stopServer({ place }: EmbeddedServer): Promise<void> {
  const running = await findPostmaster(place)
  if (running !== undefined) await stopPostmaster(place, running)
  await clearOwner(place)
}
