/**
 * How this process connects: types as the rest of the program expects them, a name by which its
 * connections are recognised, and nothing that depends on the environment.
 */
import pg from 'pg'
import type { ClientConfig, CustomTypesConfig } from 'pg'

export type ConnectOptions = {
  /** 'off': a commit returns before it is durable; a crash then loses the latest, in order. */
  readonly synchronousCommit?: 'on' | 'off'
  /** Sends statements without waiting for the answers to those before. */
  readonly pipeline?: boolean
  /** Further session settings. */
  readonly settings?: Readonly<Record<string, string>>
}

/** All connections of replicas carry it; at start those of a dead process are ended by it. */
export const applicationPrefix = 'agora/'

const applicationNameMaxBytes = 63

export function applicationName(runtimeName: string, purpose: string): string {
  const name = `${applicationPrefix}${runtimeName}/${purpose}`
  return name.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, applicationNameMaxBytes)
}

const int8Oid = 20

/** bigint columns hold counters, amounts and times: all of them below 2^53, which is checked. */
export function parseInt8(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`a bigint from the database is too large for a number: ${text}`)
  }
  return value
}

const types: CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8Oid && format !== 'binary'
      ? parseInt8
      : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
}

/** Where to connect: a Unix socket of our own server, or somebody's URL. */
export type Target =
  | { readonly kind: 'socket'; readonly socketDir: string }
  | { readonly kind: 'url'; readonly url: string }

export function clientConfig(
  target: Target,
  name: string,
  options: ConnectOptions = {},
): ClientConfig {
  const settings: Record<string, string> = {
    synchronous_commit: options.synchronousCommit ?? 'on',
    timezone: 'UTC',
    datestyle: 'ISO',
    client_connection_check_interval: '1s',
    // Over TCP a machine that is gone is noticed within seconds; a Unix socket ignores these.
    tcp_keepalives_idle: '4',
    tcp_keepalives_interval: '2',
    tcp_keepalives_count: '3',
    ...options.settings,
  }
  const base: ClientConfig = {
    application_name: name,
    types,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: options.pipeline ?? false,
    options: Object.entries(settings)
      .map(([key, value]) => `-c ${key}=${value.replaceAll(/([\\ ])/g, '\\$1')}`)
      .join(' '),
  }
  if (target.kind === 'url') return { ...base, connectionString: target.url }
  return { ...base, ...socketConfig(target.socketDir) }
}

/** Every field that pg would otherwise take from PG* environment variables. */
function socketConfig(socketDir: string): ClientConfig {
  return {
    host: socketDir,
    port: 5432,
    user: 'agora',
    database: 'postgres',
    password: '',
    ssl: false,
  }
}
