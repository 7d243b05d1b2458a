/**
 * The driver's side of a protocol: a state machine without I/O, clocks, timers or randomness of its
 * own. Inputs are messages, ticks, proposals and completions; outputs gather in a Ready.
 *
 * The contract, in the order in which the driver works:
 *
 * 1. Any input method may be called at any time; none does work that blocks.
 * 2. takeReady() hands out what has gathered since the last one, or undefined. It is called after
 *    inputs, and when wakeAtMs() has come.
 * 3. `send` leaves at once. It promises nothing that is not already durable.
 * 4. `persist` is written as one atomic durable write. At most one is in flight: until
 *    advance({kind: 'persisted'}) takeReady() hands out no other `persist`; what arrives meanwhile
 *    forms the next batch.
 * 5. `sendAfterPersist` leaves when the `persist` of the same Ready is durable, before advance().
 *    It may only be filled in a Ready that has a `persist`.
 * 6. `deliver` is applied in order, across Readys, on a queue of its own; advance({kind: 'applied'})
 *    follows. `barriers` are released when their index is applied.
 * 7. A failed persist stops the replica: it is never retried.
 * 8. `fetch` asks for another member's state, beside the present one; advance({kind: 'fetched'})
 *    says where it stands. `install` puts it in the place of the present one. It is a durable write
 *    like `persist` (4, 5 and 7 hold for it), never stands beside one, and begins when all that was
 *    delivered is applied. From handing it out until `persisted` the core delivers nothing; then it
 *    goes on behind the installed index.
 */
import type { Brand } from '../common/brand.ts'
import type { ErrorCode } from '../common/errors.ts'
import type { Member } from '../common/host-port.ts'
import type { MemberId } from '../common/member.ts'
import type { GroupAction, LogIndex, Position } from './replicated-log.ts'

/** Names a proposal within this process; given by the driver, unique until the process ends. */
export type ProposalId = Brand<number, 'ProposalId'>
/** Names a barrier within this process. */
export type BarrierId = Brand<number, 'BarrierId'>
/** Names an administrative action within this process. */
export type ActionId = Brand<number, 'ActionId'>

export interface ProtocolCore<M> {
  /** Time has moved on by one tick (its length in milliseconds is the core's configuration). */
  tick(): void
  receive(from: MemberId, message: M): void
  propose(proposal: { readonly id: ProposalId; readonly payload: Uint8Array }): void
  /** The caller no longer waits. What has been sent is not withdrawn; it may still be delivered. */
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void
  readBarrier(id: BarrierId): void
  /** Ends in Ready.administered, unless the process ends first. */
  administer(id: ActionId, action: GroupAction): void
  /**
   * This process will end soon: whatever the others would miss of it is handed over. Called once;
   * everything else goes on meanwhile.
   */
  stepAside(): void
  /** Since stepAside(): nothing is left to hand over, or nobody takes it. */
  mayStop(): boolean
  /** `nowMs`: from an arbitrary start, never backwards; for timeouts that are finer than ticks. */
  takeReady(nowMs: number): Ready<M> | undefined
  /**
   * After an empty takeReady(): when the next one is wanted although nothing comes in. Undefined,
   * or without this method: ticks are enough.
   */
  wakeAtMs?(): number | undefined
  advance(done: Completed): void
  /** Undefined: proposals are taken now. Else why not, for a person. */
  unavailableReason(): string | undefined
  status(): CoreStatus
}

export type Ready<M> = {
  readonly send: readonly Outgoing<M>[]
  readonly persist: LogWrite | undefined
  readonly install: Install | undefined
  readonly sendAfterPersist: readonly Outgoing<M>[]
  readonly deliver: readonly Delivered[]
  readonly barriers: readonly PassedBarrier[]
  readonly rejected: readonly Rejected[]
  /** Entries up to here are needed by nobody any more: storage may forget them. */
  readonly trimTo: LogIndex | undefined
  /**
   * `others` means these from now on, oneself not among them; before the first: all that were
   * configured. Takes effect before anything else of this Ready.
   */
  readonly peers: readonly Member[] | undefined
  /** Takes the place of an earlier wish that has not ended. */
  readonly fetch: FetchState | undefined
  readonly administered: readonly Administered[]
}

/** A Ready of nothing, to be spread under what there is. */
export const emptyReady = {
  send: [],
  persist: undefined,
  install: undefined,
  sendAfterPersist: [],
  deliver: [],
  barriers: [],
  rejected: [],
  trimTo: undefined,
  peers: undefined,
  fetch: undefined,
  administered: [],
} as const satisfies Ready<never>

/** The state of any of these that has applied at least so much. `from`: the best source first. */
export type FetchState = { readonly from: readonly MemberId[]; readonly atLeast: LogIndex }

/**
 * In one transaction the state fetched last takes the place of the present one, position included;
 * the log becomes empty; `meta` replaces the protocol's durable scalars. `index`: what `fetched`
 * reported.
 */
export type Install = { readonly index: LogIndex; readonly meta: Uint8Array }

/** An action that has ended; done, unless there is an error. */
export type Administered = {
  readonly id: ActionId
  readonly error:
    | { readonly code: ErrorCode; readonly definite: boolean; readonly message: string }
    | undefined
}

/** `others`: everybody in the group but oneself. */
export type Outgoing<M> = { readonly to: MemberId | 'others'; readonly message: M }

/** One atomic, durable write. Both parts together or none. */
export type LogWrite = {
  /** Contiguous. They replace whatever the log held from the first one's index on. */
  readonly entries: readonly StoredEntry[]
  /** Drop everything from this index on (without replacing it). Not together with `entries`. */
  readonly truncateFrom: LogIndex | undefined
  /** When given, replaces the protocol's durable scalars (Raft: term and vote; sequencer: incarnation). */
  readonly meta: Uint8Array | undefined
}

/** An entry as the protocol encodes it for its log. */
export type StoredEntry = { readonly index: LogIndex; readonly bytes: Uint8Array }

/** One log index's worth of commands (Raft: none or one; sequencer: those of one sequence message). */
export type Delivered = {
  readonly index: LogIndex
  readonly commands: readonly DeliveredCommand[]
  /** Stored with the position; handed back in DurableState after a restart. */
  readonly context: Uint8Array | undefined
}

export type DeliveredCommand = {
  /** Set when it was proposed by this process: the driver answers that caller. */
  readonly proposal: ProposalId | undefined
  readonly payload: Uint8Array
}

/** The barrier has learnt its index; it passes when that index is applied here. */
export type PassedBarrier = { readonly id: BarrierId; readonly index: LogIndex }

/** A proposal or barrier that will not happen (definite) or of which nothing can be said. */
export type Rejected = {
  readonly kind: 'proposal' | 'barrier'
  readonly id: ProposalId | BarrierId
  readonly code: ErrorCode
  readonly definite: boolean
  readonly message: string
}

export type Completed =
  | { readonly kind: 'persisted' }
  /** Applied in memory of the database, perhaps not yet durable. */
  | { readonly kind: 'applied'; readonly index: LogIndex }
  /** Applied and certain to survive a crash: the log may be trimmed up to here. */
  | { readonly kind: 'appliedDurably'; readonly index: LogIndex }
  /** The state that `fetch` asked for lies beside the present one and can be installed. */
  | { readonly kind: 'fetched'; readonly position: Position }

/** What storage holds at start; a core is constructed from it. */
export type DurableState = {
  readonly meta: Uint8Array | undefined
  /** The whole retained log, contiguous, perhaps empty. */
  readonly entries: readonly StoredEntry[]
  readonly applied: { readonly index: LogIndex; readonly context: Uint8Array | undefined }
}

/** Messages as bytes. decode throws CodecError on anything it did not write itself; it trusts no length. */
export interface MessageCodec<M> {
  encode(message: M): Uint8Array
  decode(bytes: Uint8Array): M
}

export type CoreStatus = {
  readonly members: readonly {
    readonly id: MemberId
    readonly lastHeardTicksAgo: number | undefined
    readonly details: Readonly<Record<string, unknown>>
  }[]
  readonly protocolDetails: Readonly<Record<string, unknown>>
}
