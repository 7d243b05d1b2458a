/**
 * The application's side of replication. Both groups implement ReplicatedLog; the application
 * cannot tell which one it has. It must not know terms, views, leaders or sequencers.
 */
import type { Brand } from '../common/brand.ts'
import type { Deadline } from '../common/deadline.ts'
import type { HostPort, Member } from '../common/host-port.ts'
import type { MemberId } from '../common/member.ts'

/**
 * How far a database has come: the highest log index whose commands are all applied. 0 = none.
 * Raft: the log index. Sequencer: the global sequence + 1 (so that 0 means none there, too).
 */
export type LogIndex = Brand<number, 'LogIndex'>

export interface ReplicatedLog<C, R> {
  /**
   * Orders the command; resolves with its result once it is applied at this replica.
   * Throws AppError: OVERLOADED (definite), UNAVAILABLE (definite when it was never proposed),
   * DEADLINE_EXCEEDED (indefinite: it may still be applied; submit again under the same request id).
   */
  submit(command: C, deadline: Deadline): Promise<R>
  /** Resolves when all that was acknowledged anywhere before the call is applied at this replica. */
  barrier(deadline: Deadline): Promise<void>
  /**
   * For operators. Resolves when the action has taken effect as its type says. Throws AppError:
   * MEMBERSHIP_REFUSED (definite: why it cannot be done now, or not at all), UNAVAILABLE (the
   * member to ask instead, or that there is none; status() tells who leads), DEADLINE_EXCEEDED
   * (indefinite: look at status() before trying again).
   */
  administer(action: GroupAction, deadline: Deadline): Promise<void>
  status(): GroupStatus
  close(): Promise<void>
}

/**
 * Changes of who belongs to the group. A group may refuse those that its protocol does not know.
 *
 *   add       a new member with an empty disk, which is running already; it gets the data, and then
 *             a vote unless it is to stay a learner. Effective once agreed, before it has the data.
 *   promote   a learner gets a vote as soon as it has the data
 *   remove    a member, whether it runs or not
 *   replace   the member with this id has lost its disk, or another machine runs in its place: from
 *             now on the one with the empty disk is meant, as with add
 *   transfer  another member takes the lead: `to`, or the best suited
 */
export type GroupAction =
  | { readonly kind: 'add'; readonly member: Member; readonly learner: boolean }
  | { readonly kind: 'promote'; readonly id: MemberId }
  | { readonly kind: 'remove'; readonly id: MemberId }
  | { readonly kind: 'replace'; readonly id: MemberId; readonly address: HostPort | undefined }
  | { readonly kind: 'transfer'; readonly to: MemberId | undefined }

/** A command at its place in the order. */
export type Ordered<C> = { readonly index: LogIndex; readonly command: C }

export type Position = {
  readonly index: LogIndex
  /** Opaque to the application: what the protocol must know of the prefix to go on from here. */
  readonly context: Uint8Array | undefined
}

/** What a database implements. */
export interface StateMachine<C, R> {
  /** Where the database stands; read once at start. */
  position(): Promise<Position>
  /**
   * Effects + stored results + position in ONE transaction, whose commit may be asynchronous.
   * `batch` may be empty (the position moves alone). Results in the order of the batch. An exception is a bug: the
   * replica stops rather than skip the batch.
   */
  apply(batch: readonly Ordered<C>[], upTo: Position): Promise<R[]>
  /** The database holds another state than a moment ago (StateTransfer): where it stands now. */
  reload(): Promise<Position>
}

/** Turns commands into log payloads and back. The payload must carry everything apply needs. */
export interface CommandCodec<C> {
  encode(command: C): Uint8Array
  decode(payload: Uint8Array): C
}

/** For people and dashboards; JSON. */
export type GroupStatus = {
  readonly protocol: 'raft' | 'sequencer' | 'direct'
  readonly self: MemberId
  /** Whether submit() would be taken right now; if not, `reason` says why in one sentence. */
  readonly writable: boolean
  readonly reason?: string
  readonly appliedIndex: number
  readonly members: readonly MemberStatus[]
  /** Protocol words: term, role, leader, viewId, whose turn it is, receivedUpTo, ... */
  readonly protocolDetails: Readonly<Record<string, unknown>>
}

export type MemberStatus = {
  readonly id: MemberId
  /** Undefined for oneself. */
  readonly lastHeardMsAgo: number | undefined
  readonly details: Readonly<Record<string, unknown>>
}
