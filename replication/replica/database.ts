/**
 * One replica's PostgreSQL and what lives in it: the protocol's log and the application's state.
 * Which connection does what is decided here and nowhere else.
 */
import type { Client, Pool } from 'pg'
import type { Config } from '../../platform/config.ts'
import type { Logger } from '../../platform/log.ts'
import { type Postgres, startPostgres } from '../../platform/postgres/postgres.ts'
import { refuseSuspect } from '../self-check/suspect.ts'
import type { Application } from '../state-machine/application.ts'
import type { CheckObserver } from '../state-machine/check-commands.ts'
import { SqlStateMachine } from '../state-machine/sql-state-machine.ts'
import type { LogStorage } from '../ports.ts'
import { PostgresLogStorage } from '../storage/postgres-log.ts'
import type { TimedStateMachine } from './plan.ts'

export type ReplicaDatabase<Body extends { readonly type: string }> = {
  readonly postgres: Postgres
  /** Ends with its connection, which its driver closes. */
  readonly storage: LogStorage
  readonly stateMachine: TimedStateMachine<Body>
  readonly reads: Pool
  /** A connection for one export or one install; whoever asks for it ends it. */
  connectForTransfer(purpose: 'export' | 'install'): Promise<Client>
  /** For hashing all rows, which may take long. */
  readonly checks: Pool
}

/** Reads are short, and the machine is shared with other replicas. */
const readConnections = 8
const readTimeout = '5s'
/** Hashing holds up the removal of dead rows: not without an end. */
const checkTimeout = '10min'

/**
 * Starts or adopts the server, creates what is missing in the schemas. `name` as in customers-0, which is
 * also its directory in DATA_DIR. Rejects when another process has the database.
 */
export async function openDatabase<Body extends { readonly type: string }>(options: {
  readonly name: string
  readonly dataDir: string
  readonly config: Pick<Config, 'databaseUrl'>
  readonly application: Application<Body>
  /** Is told of the group's checks. Not with a state machine of one's own. */
  readonly observer?: CheckObserver
  /** Default: SqlStateMachine.open. */
  readonly openStateMachine?: ((client: Client) => Promise<TimedStateMachine<Body>>) | undefined
  /** Default: PostgresLogStorage.open. */
  readonly openStorage?: (() => LogStorage) | undefined
  /** Further settings of the read connections. */
  readonly readSettings?: Readonly<Record<string, string>> | undefined
  readonly logger: Logger
}): Promise<ReplicaDatabase<Body>> {
  const { name, dataDir, config, application, observer, logger } = options
  const { databaseUrl } = config
  const postgres = await startPostgres({ dataDir, runtimeName: name, databaseUrl, logger })
  try {
    const applying = await postgres.connect('apply', { synchronousCommit: 'off', pipeline: true })
    await refuseSuspect(applying)
    // First the state machine: both create schema `replica`, and not at the same time.
    const open =
      options.openStateMachine ??
      ((client: Client) => SqlStateMachine.open(client, application, observer))
    const stateMachine = await open(applying)
    const storage =
      options.openStorage?.() ?? (await PostgresLogStorage.open(await postgres.connect('log')))
    const reads = postgres.pool('reads', readConnections, {
      settings: {
        default_transaction_read_only: 'on',
        statement_timeout: readTimeout,
        ...options.readSettings,
      },
    })
    const checks = postgres.pool('checks', 1, { settings: { statement_timeout: checkTimeout } })
    const { connect: connectForTransfer } = postgres
    return { postgres, storage, stateMachine, reads, checks, connectForTransfer }
  } catch (error) {
    const explained = await postgres.explain(error)
    await postgres.stop()
    throw explained
  }
}
