/**
 * What a db-* main.ts says about its replica; start.ts makes it run. It must not know a protocol:
 * that comes as a core, a codec and a transport.
 */
import type { Client, Pool } from 'pg'
import type { Member } from '../../common/host-port.ts'
import type { Config } from '../../platform/config.ts'
import type { Logger } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { CommittedRows } from '../../platform/postgres/row-cache.ts'
import type { RequestLog } from '../../platform/request-log.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import type { LogStorage, Transport } from '../ports.ts'
import type { DurableState, MessageCodec, ProtocolCore } from '../protocol.ts'
import type { CommandCodec, GroupStatus, ReplicatedLog, StateMachine } from '../replicated-log.ts'
import type { CheckStatus } from '../self-check/rounds.ts'
import type { Application, AppliedResult, Command } from '../state-machine/application.ts'
import type { GroupBody } from '../state-machine/check-commands.ts'

/** A protocol ready to be driven. Its transport is open but has not sent anything. */
export type Protocol<M> = {
  readonly codec: MessageCodec<M>
  readonly transport: Transport
  /** Of the transport. Called once. */
  readonly showMetrics?: (registry: Metrics) => void
  /** One core tick, in milliseconds. */
  readonly tickMs: number
  createCore(durable: DurableState): ProtocolCore<M>
  /** What the transport needs on the replica's gRPC server (Raft: its peer service). */
  readonly peerServices: readonly RpcService[]
}

/** What a plan's functions get to know about where they run. */
export type ReplicaSeat = {
  readonly self: Member
  readonly members: readonly Member[]
  readonly config: Config
  readonly logger: Logger
}

/** What a db-* service is made of. It works for requests alone, so that is all it can write about. */
export type ReplicaParts<Body extends { readonly type: string }> = Omit<ReplicaSeat, 'logger'> & {
  readonly requestLog: RequestLog
  readonly log: ReplicatedLog<Command<Body>, AppliedResult>
  /** Read-only connections: after log.barrier() they see all that was acknowledged before. */
  readonly reads: Pool
  /** The same without asking the database, of rows that were in use lately. */
  readonly rows: CommittedRows
  /** Group time as applied at this replica, Unix ms; 0 while the group has none. */
  groupTimeMs(): number
  readonly metrics: Metrics
  /** The latest comparison of the replicas' rows; undefined: none since this process started. */
  lastCheck(): CheckStatus | undefined
}

/** A state machine that keeps group time. */
export type TimedStateMachine<Body extends { readonly type: string }> = StateMachine<
  Command<Body | GroupBody>,
  AppliedResult
> & {
  groupTimeMs(): number
  /** What of the applied state is in memory. Default: nothing. */
  readonly committedRows?: CommittedRows
}

export type ReplicaPlan<Body extends { readonly type: string }, M> = {
  readonly group: 'customers' | 'products'
  /** For status: the log that drives it. */
  readonly protocolName: GroupStatus['protocol']
  readonly self: Member
  readonly members: readonly Member[]
  readonly config: Config
  readonly application: Application<Body>
  /** Default: SqlStateMachine.open with `application`. `client` is for this alone, pipelined. */
  openStateMachine?(client: Client): Promise<TimedStateMachine<Body>>
  /** Default: the log in PostgreSQL. Another one is for measurements alone. */
  openStorage?(): LogStorage
  /** How a command stands in the log. Default: as JSON. */
  readonly commands?: CommandCodec<Command<Body | GroupBody>>
  /** Opens sockets: rejects with an error that names the port when it is taken. */
  openProtocol(seat: ReplicaSeat): Promise<Protocol<M>>
  service(parts: ReplicaParts<Body>): RpcService
  /** Session settings of the read connections, as in `statement_timeout`. */
  readonly readSettings?: Readonly<Record<string, string>>
  /** Paths inside the package, for server reflection: `db-customers/customers.proto`. */
  readonly protoFiles: readonly string[]
}
