/** What a Driver is made of: ports, limits, and hooks for measurements. Types and defaults only. */
import type { Member } from '../common/host-port.ts'
import type { MemberId } from '../common/member.ts'
import type { Random } from '../common/random.ts'
import type { Clock, LogStorage, StateTransfer, Transport } from './ports.ts'
import type { DurableState, MessageCodec, ProtocolCore } from './protocol.ts'
import type { CommandCodec, GroupStatus, LogIndex, StateMachine } from './replicated-log.ts'

export type DriverLimits = {
  /** A larger command is refused before it is proposed. */
  readonly commandMaxBytes: number
  /** Submissions that wait for their result. Above either, submit() refuses with OVERLOADED. */
  readonly pendingSubmits: number
  readonly pendingSubmitMaxBytes: number
  readonly pendingBarriers: number
  /** Of operators: more than a handful at once is a mistake. */
  readonly pendingActions: number
  /** Delivered but not applied. Above either, submit() refuses with OVERLOADED. */
  readonly applyQueueCommands: number
  readonly applyQueueMaxBytes: number
  /** One transaction of the state machine. A single larger Delivered still goes alone. */
  readonly applyBatchCommands: number
  readonly applyBatchMaxBytes: number
  /**
   * How long what nobody here waits for, neither its caller nor a read, stays unapplied so that more
   * joins its batch; at most so many commands. 0: not at all.
   */
  readonly applyLingerMs: number
  readonly applyLingerCommands: number
  /** How late a deadline may be noticed, besides that it is noticed at a tick. */
  readonly deadlineGranularityMs: number
  /** How often an idle replica makes sure that what it has applied is durable. */
  readonly secureAppliedEveryMs: number
  /** How long leave() waits for the others to take over, at most. */
  readonly leaveMaxMs: number
}

export const defaultDriverLimits: DriverLimits = {
  commandMaxBytes: 256 * 1024,
  pendingSubmits: 20_000,
  pendingSubmitMaxBytes: 64 * 1024 * 1024,
  pendingBarriers: 20_000,
  pendingActions: 16,
  applyQueueCommands: 20_000,
  applyQueueMaxBytes: 64 * 1024 * 1024,
  applyBatchCommands: 512,
  applyBatchMaxBytes: 2 * 1024 * 1024,
  applyLingerMs: 0,
  applyLingerCommands: 64,
  deadlineGranularityMs: 20,
  secureAppliedEveryMs: 5_000,
  leaveMaxMs: 1_000,
}

/** Called as things happen, for metrics and logs. Must be quick and must not throw. */
export type DriverHooks = {
  /** One durable log write has finished. */
  logWritten(write: {
    readonly entries: number
    readonly sizeBytes: number
    readonly durationMs: number
  }): void
  /** One batch has been applied. */
  batchApplied(batch: {
    readonly commands: number
    readonly sizeBytes: number
    readonly durationMs: number
  }): void
  /** A submit() or barrier() has ended; `code` is `OK` or the error's code. */
  requestEnded(request: {
    readonly kind: 'submit' | 'barrier'
    readonly code: string
    readonly durationMs: number
  }): void
  /** Somebody sent bytes that the codec does not take. They are ignored. */
  messageMalformed(from: MemberId, error: unknown): void
  /** Another member's state could not be fetched; it is tried again. */
  fetchFailed(attempt: { readonly error: unknown; readonly retryInMs: number }): void
  /** Another member's state has taken the place of ours. */
  stateInstalled(state: { readonly index: LogIndex; readonly durationMs: number }): void
}

export const silentHooks: DriverHooks = {
  logWritten: () => undefined,
  batchApplied: () => undefined,
  requestEnded: () => undefined,
  messageMalformed: () => undefined,
  fetchFailed: () => undefined,
  stateInstalled: () => undefined,
}

/** Lengths of the driver's queues at this moment, for gauges. */
export type DriverLoad = {
  readonly pendingSubmits: number
  readonly pendingBarriers: number
  readonly applyQueueCommands: number
  readonly applyQueueBytes: number
}

export type DriverOptions<C, R, M> = {
  readonly protocol: GroupStatus['protocol']
  readonly self: MemberId
  readonly core: ProtocolCore<M>
  readonly codec: MessageCodec<M>
  readonly commands: CommandCodec<C>
  readonly stateMachine: StateMachine<C, R>
  /** Commands whose index must be the last of its batch. Default: none. */
  readonly endsBatch?: (command: C) => boolean
  readonly storage: LogStorage
  readonly transport: Transport
  /** Without one, a core that asks for another member's state is a bug. close() closes it, too. */
  readonly transfer?: StateTransfer
  readonly clock: Clock
  readonly tickMs: number
  /** Where the state machine stands, as `core` was told. */
  readonly appliedIndex: LogIndex
  readonly limits?: Partial<DriverLimits>
  readonly hooks?: Partial<DriverHooks>
  /** Who the others are from now on, oneself not among them; the transport knows already. */
  readonly onPeers?: (peers: readonly Member[]) => void
  /** Called once, when this replica cannot go on: stop the process. The core is not used again. */
  readonly onFatal: (error: unknown) => void
  /** For what need not repeat itself: pauses between attempts. Default: Math.random. */
  readonly random?: Random
  /** Runs the action once in a later turn of the event loop. Default: setImmediate. */
  readonly defer?: (action: () => void) => void
}

export type OpenDriverOptions<C, R, M> = Omit<DriverOptions<C, R, M>, 'core' | 'appliedIndex'> & {
  createCore(durable: DurableState): ProtocolCore<M>
}
