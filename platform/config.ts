/**
 * The configuration of every process: the only reader of process.env. All variables are optional
 * but CLUSTER_SECRET, and explained in .env.example.
 */
import { isIPv4 } from 'node:net'
import { resolve } from 'node:path'
import process from 'node:process'
import {
  formatHostPort,
  type HostPort,
  isLoopback,
  type Member,
  parseHostPort,
} from '../common/host-port.ts'
import { ConfigError, ConfigReader, type Environment } from './config-reader.ts'
import { type LogLevel, logLevels } from './log.ts'

export type { HostPort, Member } from '../common/host-port.ts'
export { ConfigError, type Environment } from './config-reader.ts'

export type TlsFiles = {
  readonly caPath: string
  readonly certPath: string
  readonly keyPath: string
}

export type Config = {
  readonly sellerServers: readonly HostPort[]
  readonly buyerServers: readonly HostPort[]
  /** With its path, as in http://127.0.0.1:5090/payment */
  readonly paymentUrl: string
  /** By id: element i has id i. */
  readonly customerDbs: readonly Member[]
  /** By id; ids may have gaps. */
  readonly productDbs: readonly Member[]
  /** At least 16 characters; empty only when it was not required. */
  readonly clusterSecret: string
  readonly tls?: TlsFiles
  /** Absolute. */
  readonly dataDir: string
  readonly databaseUrl?: string
  readonly currency: string
  readonly sessionIdleSeconds: number
  readonly logLevel: LogLevel
  /** 0 … 1, for tests: the share of the group's datagrams that the transport throws away. */
  readonly datagramLoss: number
  /** The same: that it sends twice, and that it holds up. Of the customers group. */
  readonly datagramRepeat: number
  readonly datagramDelay: number
  /** An IPv4 group, with its port: where the customers group's members send what all are to get. */
  readonly groupMulticast?: HostPort
  readonly payment: {
    readonly approvalRate: number
    readonly seed: number
    readonly apiKey?: string
  }
  /** 0 means no limit. */
  readonly rateLimits: {
    readonly accountsPerWindow: number
    readonly failedLoginsPerWindow: number
    readonly windowSeconds: number
    readonly perAddressPerSecond: number
  }
  /** That one server works on at once. */
  readonly requestsMax: number
  /** How often the replicas of a group compare their rows; 0: never. */
  readonly groupCheckIntervalMs: number
  /** Of a replica's whole state to another one: of giving and of getting, each. */
  readonly stateTransfer: { readonly bytesPerSecond: number }
  readonly raft: {
    readonly heartbeatMs: number
    readonly electionMinMs: number
    readonly electionMaxMs: number
  }
  readonly sequencer: {
    readonly failureTimeoutMs: number
    readonly idleStatusMs: number
    readonly repairMinMs: number
    readonly datagramMaxBytes: number
  }
  readonly argon2: { readonly memoryKib: number; readonly iterations: number }
  /** What can be used but should be known: for the log, once. */
  readonly warnings: readonly string[]
}

const SECRET_LENGTH_MIN = 16

const defaults = {
  sellers: '127.0.0.1:5000,127.0.0.1:5005,127.0.0.1:5010,127.0.0.1:5015',
  buyers: '127.0.0.1:5020,127.0.0.1:5025,127.0.0.1:5030,127.0.0.1:5035',
  payment: 'http://127.0.0.1:5090/payment',
  customers: members(6080),
  products: members(6180),
}

function members(firstPort: number): string {
  return [0, 1, 2, 3, 4].map((id) => `${id}-127.0.0.1:${firstPort + 5 * id}`).join(',')
}

export type LoadOptions = {
  /** False for what only calls servers over REST, and for the launcher that makes the secret. */
  readonly secretRequired?: boolean
}

/**
 * Reads `environment`; without one, process.env after a `.env` file in the working directory, if
 * there is one (what the environment has already wins). Throws ConfigError with all problems.
 */
export function loadConfig(
  environment: Environment = processEnvironment(),
  { secretRequired = true }: LoadOptions = {},
): Config {
  const reader = new ConfigReader(environment)
  const addresses = readAddresses(reader)
  const tls = readTls(reader)
  const groupMulticast = readMulticast(reader, addresses.customerDbs)
  const clusterSecret = reader.secret('CLUSTER_SECRET', {
    lengthMin: SECRET_LENGTH_MIN,
    required: secretRequired,
    expected: `at least ${SECRET_LENGTH_MIN} characters, the same everywhere (./agora up makes one)`,
  })
  const databaseUrl =
    reader.optional('DATABASE_URL') === undefined
      ? undefined
      : reader.url('DATABASE_URL', ['postgres', 'postgresql'], 'postgres://')
  const config: Config = {
    ...addresses,
    clusterSecret: clusterSecret ?? '',
    ...(tls === undefined ? {} : { tls }),
    dataDir: resolve(reader.optional('DATA_DIR') ?? '.agora'),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    currency: reader.matching('CURRENCY', /^[A-Z]{3}$/, 'a code such as USD', 'USD'),
    sessionIdleSeconds: reader.integer('SESSION_IDLE_SECONDS', {
      fallback: 300,
      min: 1,
      max: 86_400,
    }),
    logLevel: reader.oneOf('LOG_LEVEL', logLevels, 'info'),
    ...(groupMulticast === undefined ? {} : { groupMulticast }),
    datagramLoss: reader.fraction('GROUP_DATAGRAM_LOSS', { fallback: 0, min: 0, max: 1 }),
    datagramRepeat: reader.fraction('GROUP_DATAGRAM_REPEAT', { fallback: 0, min: 0, max: 1 }),
    datagramDelay: reader.fraction('GROUP_DATAGRAM_DELAY', { fallback: 0, min: 0, max: 1 }),
    payment: readPayment(reader),
    rateLimits: readRateLimits(reader),
    requestsMax: reader.integer('REQUESTS_MAX', { fallback: 2_000, min: 1, max: 100_000 }),
    groupCheckIntervalMs: reader.integer('GROUP_CHECK_INTERVAL_MS', {
      fallback: 600_000,
      min: 0,
      max: 2_592_000_000,
    }),
    stateTransfer: {
      bytesPerSecond: reader.integer('STATE_TRANSFER_BYTES_PER_SECOND', {
        fallback: 33_554_432,
        min: 65_536,
        max: 10_737_418_240,
      }),
    },
    raft: readRaft(reader),
    sequencer: readSequencer(reader),
    argon2: {
      memoryKib: reader.integer('ARGON2_MEMORY_KIB', { fallback: 19_456, min: 8, max: 1_048_576 }),
      iterations: reader.integer('ARGON2_ITERATIONS', { fallback: 2, min: 1, max: 100 }),
    },
    warnings: tls === undefined ? warningsWithoutTls(addresses) : [],
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return config
}

/** For a process's main: prints every problem to stderr and exits with code 2. */
export function loadConfigOrExit(environment?: Environment, options: LoadOptions = {}): Config {
  try {
    return loadConfig(environment, options)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    process.stderr.write(`${error.message}\nSee .env.example for what each variable means.\n`)
    process.exit(2)
  }
}

/** Puts into process.env what a `.env` file in the working directory, if any, has and it lacks. */
export function loadDotEnv(): void {
  try {
    process.loadEnvFile()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** For who hands settings on: the launcher, command lines. Everybody else takes a Config. */
export function processEnvironment(): Environment {
  loadDotEnv()
  return process.env
}

type Addresses = Pick<
  Config,
  'sellerServers' | 'buyerServers' | 'paymentUrl' | 'customerDbs' | 'productDbs'
>

function readAddresses(reader: ConfigReader): Addresses {
  const addresses: Addresses = {
    sellerServers: reader.addresses('SELLER_SERVERS', defaults.sellers),
    buyerServers: reader.addresses('BUYER_SERVERS', defaults.buyers),
    paymentUrl: reader.url('PAYMENT_URL', ['http', 'https'], defaults.payment),
    customerDbs: reader.members('CUSTOMER_DBS', { fallback: defaults.customers, fixed: true }),
    // Its members change while it runs: ./agora members products.
    productDbs: reader.members('PRODUCT_DBS', { fallback: defaults.products, fixed: false }),
  }
  refuseCollisions(reader, addresses)
  return addresses
}

/** No port of a machine may be spoken for twice; a member of a group takes the next one, too (UDP). */
function refuseCollisions(reader: ConfigReader, addresses: Addresses): void {
  const takenBy = new Map<string, string>()
  const take = (variable: string, { host, port }: HostPort): void => {
    const address = formatHostPort({ host, port })
    const other = takenBy.get(address)
    if (port > 65_535) {
      reader.refuse(variable, `ports below 65535 (a member's UDP port is the next one: ${port})`)
    } else if (other !== undefined && other !== variable) {
      reader.refuse(variable, `ports of its own (${address} is taken by ${other})`)
    } else if (other !== undefined) {
      reader.refuse(variable, `ports at least 2 apart (${address} is needed twice)`)
    }
    takenBy.set(address, variable)
  }
  for (const address of addresses.sellerServers) take('SELLER_SERVERS', address)
  for (const address of addresses.buyerServers) take('BUYER_SERVERS', address)
  take('PAYMENT_URL', paymentAddress(addresses.paymentUrl))
  for (const [variable, group] of [
    ['CUSTOMER_DBS', addresses.customerDbs],
    ['PRODUCT_DBS', addresses.productDbs],
  ] as const) {
    // A member that stands there twice has been refused already.
    const members = new Map(group.map((member) => [formatHostPort(member), member]))
    for (const member of members.values()) {
      take(variable, member)
      take(variable, udpAddress(member))
    }
  }
}

/** Where a member of a group receives datagrams: its gRPC port + 1. */
export function udpAddress({ host, port }: HostPort): HostPort {
  return { host, port: port + 1 }
}

/**
 * `239.x.y.z` (administratively scoped, RFC 2365) or `239.x.y.z:port`. The port is the same for all
 * members; by default the one after those of the first: nobody of ours has it.
 */
function readMulticast(reader: ConfigReader, members: readonly Member[]): HostPort | undefined {
  const variable = 'GROUP_MULTICAST'
  const text = reader.optional(variable)
  if (text === undefined) return undefined
  const group = parseHostPort(text.includes(':') ? text : `${text}:${(members[0]?.port ?? 0) + 2}`)
  if (group === undefined || !isIPv4(group.host) || !group.host.startsWith('239.')) {
    reader.refuse(variable, 'an address from 239.0.0.0 to 239.255.255.255, or address:port')
    return undefined
  }
  const withIPv6 = members.find(({ host }) => host.includes(':'))
  if (withIPv6 !== undefined) {
    const address = formatHostPort(withIPv6)
    reader.refuse(variable, `nothing, or IPv4 addresses in CUSTOMER_DBS (there is ${address})`)
  }
  return group
}

/** Where the payment service listens. */
export function paymentAddress(paymentUrl: string): HostPort {
  const url = new URL(paymentUrl)
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port }
}

function readTls(reader: ConfigReader): TlsFiles | undefined {
  const names = ['TLS_CA', 'TLS_CERT', 'TLS_KEY'] as const
  const given = names.filter((name) => reader.optional(name) !== undefined)
  const [caPath, certPath, keyPath] = names.map((name) => reader.readableFile(name))
  for (const name of names) {
    if (given.length > 0 && !given.includes(name)) {
      reader.refuse(name, `a file, because ${given.join(' and ')} is set (all three or none)`)
    }
  }
  if (caPath === undefined || certPath === undefined || keyPath === undefined) return undefined
  return { caPath, certPath, keyPath }
}

function readPayment(reader: ConfigReader): Config['payment'] {
  const apiKey = reader.secret('PAYMENT_API_KEY', {
    lengthMin: SECRET_LENGTH_MIN,
    required: false,
    expected: `at least ${SECRET_LENGTH_MIN} characters, or nothing`,
  })
  return {
    approvalRate: reader.fraction('PAYMENT_APPROVAL_RATE', { fallback: 0.9, min: 0, max: 1 }),
    seed: reader.integer('PAYMENT_SEED', { fallback: 1, min: 0, max: 4_294_967_295 }),
    ...(apiKey === undefined ? {} : { apiKey }),
  }
}

function readRateLimits(reader: ConfigReader): Config['rateLimits'] {
  const limit = { min: 0, max: 1_000_000 }
  return {
    accountsPerWindow: reader.integer('RATE_LIMIT_ACCOUNTS', { fallback: 5000, ...limit }),
    failedLoginsPerWindow: reader.integer('RATE_LIMIT_FAILED_LOGINS', { fallback: 50, ...limit }),
    windowSeconds: reader.integer('RATE_LIMIT_WINDOW_SECONDS', {
      fallback: 300,
      min: 1,
      max: 86_400,
    }),
    perAddressPerSecond: reader.integer('RATE_LIMIT_PER_SECOND', { fallback: 5000, ...limit }),
  }
}

function readRaft(reader: ConfigReader): Config['raft'] {
  const raft = {
    heartbeatMs: reader.integer('RAFT_HEARTBEAT_MS', { fallback: 50, min: 5, max: 60_000 }),
    electionMinMs: reader.integer('RAFT_ELECTION_MIN_MS', { fallback: 300, min: 10, max: 60_000 }),
    electionMaxMs: reader.integer('RAFT_ELECTION_MAX_MS', { fallback: 600, min: 11, max: 120_000 }),
  }
  if (raft.electionMaxMs <= raft.electionMinMs) {
    reader.refuse('RAFT_ELECTION_MAX_MS', `more than RAFT_ELECTION_MIN_MS (${raft.electionMinMs})`)
  }
  if (raft.electionMinMs < 2 * raft.heartbeatMs) {
    const least = 2 * raft.heartbeatMs
    reader.refuse('RAFT_ELECTION_MIN_MS', `at least twice RAFT_HEARTBEAT_MS (${least})`)
  }
  return raft
}

function readSequencer(reader: ConfigReader): Config['sequencer'] {
  const sequencer = {
    failureTimeoutMs: reader.integer('SEQUENCER_FAILURE_TIMEOUT_MS', {
      fallback: 500,
      min: 50,
      max: 600_000,
    }),
    idleStatusMs: reader.integer('SEQUENCER_IDLE_STATUS_MS', {
      fallback: 100,
      min: 5,
      max: 10_000,
    }),
    repairMinMs: reader.integer('SEQUENCER_REPAIR_MIN_MS', { fallback: 1, min: 1, max: 1000 }),
    datagramMaxBytes: reader.integer('SEQUENCER_DATAGRAM_MAX_BYTES', {
      fallback: 1400,
      min: 576,
      max: 65_000,
    }),
  }
  // A single lost status must not look like a failure.
  const least = 3 * sequencer.idleStatusMs
  if (sequencer.failureTimeoutMs < least) {
    const rule = `at least three times SEQUENCER_IDLE_STATUS_MS (${least})`
    reader.refuse('SEQUENCER_FAILURE_TIMEOUT_MS', rule)
  }
  return sequencer
}

function warningsWithoutTls(addresses: Addresses): string[] {
  const open = [
    ...addresses.sellerServers,
    ...addresses.buyerServers,
    paymentAddress(addresses.paymentUrl),
    ...addresses.customerDbs,
    ...addresses.productDbs,
  ].filter(({ host }) => !isLoopback(host))
  if (open.length === 0) return []
  const shown = open.slice(0, 3).map(formatHostPort).join(', ')
  const more = open.length > 3 ? ` and ${open.length - 3} more` : ''
  return [
    `${shown}${more} can be reached from other machines without TLS: ` +
      'anyone on the way can read passwords and card numbers. Set TLS_CA, TLS_CERT and TLS_KEY.',
  ]
}
