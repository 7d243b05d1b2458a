/**
 * What a protocol gives to the simulator, and what the simulator shows to checkers.
 * Nothing here knows a particular protocol, real time or real I/O.
 */
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type {
  Delivered,
  DurableState,
  MessageCodec,
  ProtocolCore,
  StoredEntry,
} from '../../replication/protocol.ts'
import type { SimulationOptions } from './options.ts'

/** A protocol as the simulator runs it. `M`: its messages. `Core`: its class, for checks inside. */
export type SimulatedProtocol<M, Core extends ProtocolCore<M> = ProtocolCore<M>> = {
  readonly name: string
  readonly codec: MessageCodec<M>
  /** Length of a tick on a member whose clock is right; others tick faster or slower. */
  readonly tickMs: number
  createCore(options: SimulatedCoreOptions): Core
  /** Fresh ones for each run: they may remember what they saw. */
  createChecks(): readonly SimulationCheck<M, Core>[]
  readonly liveness: {
    /** Who heals before everything pending must finish: all members, or just any majority. */
    readonly needs: 'majority' | 'all'
    /** Simulated milliseconds from healing until everything pending has finished. */
    readonly withinMs: number
  }
  /** True: a proposal never stands twice in the order. False: only request ids are unique. */
  readonly deliversEachProposalOnce: boolean
  /**
   * For a protocol whose members may change, and may lose their disks: what is to be seen of that.
   * None: the first members are all there will ever be, and nobody loses its disk.
   */
  readonly membership?: SimulatedMembership<Core>
  /** Limits on what is drawn, where a protocol is not made for all of it. */
  readonly limitOptions?: (drawn: SimulationOptions) => SimulationOptions
  /** Bugs that createCore can plant by name, to prove that the checks find them. */
  readonly plantedBugs: readonly string[]
}

/** Looks at the members from outside, as nobody inside can; crashed ones by their disks. */
export type SimulatedMembership<Core> = {
  /** Undefined: there is no group yet. */
  group(world: World<Core>): SimulatedGroup | undefined
  /**
   * Whether the others could still decide if these never came back, or not with their disks: in
   * every configuration that may turn out to be in force.
   */
  canDecideWithout(world: World<Core>, away: ReadonlySet<MemberId>): boolean
}

/** As it was agreed last. */
export type SimulatedGroup = {
  readonly leader: MemberId | undefined
  /** Everybody who belongs to it. */
  readonly seated: readonly MemberId[]
  readonly learners: readonly MemberId[]
  /** Seated, but without the disk that is meant: somebody must replace them. */
  readonly lost: readonly MemberId[]
}

export type SimulatedCoreOptions = {
  readonly self: MemberId
  /**
   * Whom this member is configured with, oneself included, ascending: the first members, and for a
   * spare member itself, too.
   */
  readonly members: readonly MemberId[]
  /** The same, with addresses. */
  readonly addresses: readonly Member[]
  readonly random: Random
  readonly durable: DurableState
  /** This member's wall clock at its start; it may be wrong and go back between starts. */
  readonly startedAtUnixMs: number
  readonly tickMs: number
  /** One of SimulatedProtocol.plantedBugs. */
  readonly plantedBug: string | undefined
}

/** Looks from outside. Throws (see `require` in checks.ts) when something must not be so. */
export interface SimulationCheck<M, Core> {
  readonly name: string
  /** After each input to a core and all that directly followed from it at that member. */
  afterStep?(world: World<Core>, step: Step): void
  /** Before a message is given to a core. */
  onReceive?(world: World<Core>, received: ReceivedMessage<M>): void
  /** Whenever a member hands a message to the network, before anything is lost. */
  onSend?(world: World<Core>, sent: SentMessage<M>): void
  /** Whenever a core hands out a Delivered, before it is applied. */
  onDeliver?(world: World<Core>, member: MemberView<Core>, delivered: Delivered): void
  /** After the liveness phase. */
  atEnd?(world: World<Core>): void
}

export type Step = {
  readonly kind:
    | 'start'
    | 'tick'
    | 'receive'
    | 'propose'
    | 'barrier'
    | 'abandon'
    | 'pump'
    | 'persisted'
    | 'applied'
    | 'fetched'
    | 'installed'
    | 'administer'
    | 'stepAside'
    | 'crash'
  readonly member: MemberId
}

export type SentMessage<M> = {
  readonly from: MemberId
  readonly to: MemberId | 'others'
  readonly message: M
}

export type ReceivedMessage<M> = {
  readonly from: MemberId
  readonly to: MemberId
  readonly message: M
}

export type World<Core> = {
  readonly nowMs: number
  readonly phase: 'safety' | 'liveness'
  readonly options: SimulationOptions
  readonly members: readonly MemberView<Core>[]
}

export type MemberView<Core> = {
  readonly id: MemberId
  readonly state: 'running' | 'paused' | 'crashed'
  /** Undefined while crashed. */
  readonly core: Core | undefined
  /** How often it has been started, the first time included. */
  readonly starts: number
  readonly disk: DiskView
  /** What is applied here, ascending from index 1: `applied[i].index === i + 1`. */
  readonly applied: readonly AppliedEntry[]
  /** Applied up to here whatever crash comes. */
  readonly durablyAppliedIndex: number
}

/** What would be read after a crash at this moment that loses the write in flight. */
export type DiskView = {
  readonly meta: Uint8Array | undefined
  readonly entries: readonly StoredEntry[]
}

/** One log index, as a member's state machine applied it. */
export type AppliedEntry = {
  readonly index: number
  readonly context: Uint8Array | undefined
  readonly commands: readonly SimulatedCommand[]
}

/** A command of the workload. A retry has the same request and the next attempt. */
export type SimulatedCommand = { readonly request: number; readonly attempt: number }

export type RunSimulation<M, Core extends ProtocolCore<M>> = {
  readonly protocol: SimulatedProtocol<M, Core>
  readonly seed: number
  /** Replace what the seed has drawn. */
  readonly overrides?: Partial<SimulationOptions>
  /** One of the protocol's plantedBugs, or of the simulator's own `environmentBugs`. */
  readonly plantedBug?: string
  /** Gets a line for everything that happens. */
  readonly trace?: (line: string) => void
}

export type SimulationResult = {
  readonly seed: number
  readonly options: SimulationOptions
  /** Undefined: nothing was found. */
  readonly failure: SimulationFailure | undefined
  readonly statistics: SimulationStatistics
  /** Equal for two runs exactly when the same things happened in the same order. */
  readonly digest: number
}

export type SimulationFailure = {
  /** Name of the check, or `exception` for one thrown by the core (an invariant of its own). */
  readonly check: string
  readonly message: string
  readonly atMs: number
  readonly stack: string | undefined
}

export type SimulationStatistics = {
  readonly simulatedMs: number
  readonly steps: number
  readonly messagesSent: number
  readonly messagesLost: number
  readonly writesAcknowledged: number
  readonly readsServed: number
  readonly attempts: number
  readonly crashes: number
  readonly wipes: number
  readonly gracefulStops: number
  readonly installs: number
  readonly actionsDone: number
  readonly actionsRefused: number
  readonly pauses: number
  readonly partitions: number
  readonly appliedIndexMax: number
  /** From healing until everything pending had finished. */
  readonly recoveryMs: number | undefined
}
