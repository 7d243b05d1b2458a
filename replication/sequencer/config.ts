/** Timings and limits of the core, their defaults, and the bugs that tests may plant. */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { DurableState } from '../protocol.ts'

export type SequencerConfig = {
  /** Length of one tick. The other times are rounded up to ticks. */
  readonly tickMs: number
  /** A member that was not heard for so long is taken for failed: the others form a new view. */
  readonly failureTimeoutMs: number
  /** A member that has nothing to say says so this often. Well below the failure timeout. */
  readonly heartbeatMs: number
  /** How often one outside of a view says so: at first, and after a while without success. */
  readonly joinMs: number
  readonly joinSlowMs: number
  /** How long the first to gather wait for those that were heard lately. */
  readonly gatherGraceMs: number
  /** Without an answer to a proposal, or without progress of a recovery, for so long: gather. */
  readonly commitTimeoutMs: number
  readonly recoveryTimeoutMs: number
  /** Without a view for so long, what waits is refused. */
  readonly patienceMs: number
  /** One that comes back again and again is let in after so long, doubled each time, up to a limit. */
  readonly dampingMs: number
  readonly dampingMaxMs: number
  /** Whoever lacks more than this of what the others gather with first catches up from outside. */
  readonly behindEntries: number
  /**
   * Whoever finds a view without it first catches up until it lacks no more than this of what is
   * stable there: while a new member fetches, all stand still. Twice as much puts it back.
   */
  readonly nearEntries: number

  /** Loss repair, on measured round trips between these; never tied to the failure timeout. */
  readonly repairMinMs: number
  readonly repairMaxMs: number
  /** Own work that does not move on makes itself heard after so long, at the soonest. */
  readonly probeMinMs: number
  /** Where the backoff of repeated repair requests ends. */
  readonly repairBackoffMaxMs: number

  /** Messages are packed up to so many bytes: with the transport's frame they fit a datagram. */
  readonly messageTargetBytes: number
  /** A larger command is refused before it is sent. */
  readonly requestMaxBytes: number
  /** Own requests that are not delivered yet; above either, proposals are OVERLOADED. */
  readonly ownRequestsMax: number
  readonly ownRequestsMaxBytes: number
  /** Barriers that wait for their round. Above it, OVERLOADED. */
  readonly barriersMax: number
  /** Unnumbered requests held of each sender, and pieces of large ones of all senders together. */
  readonly heldRequestsMax: number
  readonly heldRequestsMaxBytes: number
  readonly partialRequestsMaxBytes: number
  /** What one sequence message orders. */
  readonly sequenceMaxRequests: number
  readonly sequenceMaxBytes: number
  /** Sequence messages are accepted this far beyond the last one without a gap. */
  readonly sequenceWindow: number
  /** One durable write. A single larger entry still goes alone. */
  readonly persistMaxBytes: number
  /**
   * Not issued while this member has so much delivered and not yet applied: the group slows down.
   */
  readonly applyBacklogMaxEntries: number
  readonly applyBacklogMaxBytes: number
  /** Answers to one member's retransmit requests, in one tick. */
  readonly answersMaxBytes: number
  /** What is kept for members that are away, as long as they are. */
  readonly retainEntries: number
  readonly retainMaxBytes: number
  /** The log is trimmed in steps of so many entries, or once a second when idle. */
  readonly trimStepEntries: number
}

export const defaultSequencerConfig: SequencerConfig = {
  tickMs: 5,
  failureTimeoutMs: 500,
  joinMs: 25,
  joinSlowMs: 100,
  gatherGraceMs: 60,
  commitTimeoutMs: 300,
  recoveryTimeoutMs: 800,
  patienceMs: 1_000,
  dampingMs: 1_000,
  dampingMaxMs: 30_000,
  behindEntries: 2_000,
  nearEntries: 64,
  heartbeatMs: 100,
  repairMinMs: 1,
  repairMaxMs: 20,
  probeMinMs: 2,
  repairBackoffMaxMs: 25,
  messageTargetBytes: 1_370,
  requestMaxBytes: 256 * 1_024,
  ownRequestsMax: 4_000,
  ownRequestsMaxBytes: 8 * 1_024 * 1_024,
  barriersMax: 20_000,
  heldRequestsMax: 8_000,
  heldRequestsMaxBytes: 16 * 1_024 * 1_024,
  partialRequestsMaxBytes: 8 * 1_024 * 1_024,
  sequenceMaxRequests: 1_000,
  sequenceMaxBytes: 512 * 1_024,
  sequenceWindow: 64,
  persistMaxBytes: 4 * 1_024 * 1_024,
  applyBacklogMaxEntries: 512,
  applyBacklogMaxBytes: 32 * 1_024 * 1_024,
  answersMaxBytes: 128 * 1_024,
  retainEntries: 100_000,
  retainMaxBytes: 64 * 1_024 * 1_024,
  trimStepEntries: 256,
}

/** Milliseconds as whole ticks, at least one. */
export function ticksOf(ms: number, { tickMs }: Pick<SequencerConfig, 'tickMs'>): number {
  return Math.max(1, Math.ceil(ms / tickMs))
}

/** Deviations from the rules that prove that the checkers find them. For tests only. */
export const plantedBugs = [
  /** receivedUpTo is told before the entry is durable. */
  'acknowledgeBeforeDurable',
  /** Q − 1 members make an entry stable. */
  'deliverBelowQuorum',
  /** A sequence message names requests past a gap in their sender's numbers. */
  'skipSenderOrder',
  /** Q − 1 answers end a barrier's round. */
  'barrierBelowQuorum',
  /** A restart finds no promise. */
  'forgetPromise',
  /** A restarted process with its disk goes on in the view that it had installed. */
  'resumeOldView',
  /** The turn is taken a second time when what was issued is not numbered yet elsewhere. */
  'issueTwice',
  /** The base of a recovery is the longest log, whichever view it has installed. */
  'baseByLength',
  /** A member whose disk was lost counts as any other. */
  'countWiped',
  /** A log goes into recovery past its first gap: an entry that lacks a request counts as held. */
  'recoverPastGap',
  /** Datagrams of members outside, or of another view, make entries stable. */
  'countOutsiders',
  /** Who has left a view still answers barriers in it, with what it had there. */
  'barrierFromOldView',
  /** A barrier's answer counts what was received in this view only. */
  'barrierBelowFirstGlobal',
  /** What the log names and nobody has delivered is sent once more in the next view. */
  'deliverAgain',
  /** An incarnation is the clock's, whatever was stored or is known of it. */
  'incarnationByClock',
  /** A process speaks before its incarnation is durable. */
  'speakBeforeDurable',
  /** An equal view id is promised again, with what is held then. */
  'promiseEqualAgain',
  /** A recovered log that comes late is installed, whatever was promised or installed since. */
  'installUnpromised',
  /** After a lost disk, the mark goes before the log is there. */
  'forgetRecovering',
  /** Others do not note the incarnation of a lost disk: the old one goes on counting. */
  'skipNoting',
  /** A lost disk takes no promise from the others. */
  'rebuildForgetsPromise',
  /** A lost disk is whole again before it has the undelivered tail. */
  'rebuildWithoutTail',
] as const
export type PlantedBug = (typeof plantedBugs)[number]

export type SequencerOptions = {
  readonly self: MemberId
  /** All configured members, oneself included; the same at every member. */
  readonly members: readonly MemberId[]
  /** See clusterIdOf(): datagrams of another cluster count for nothing. */
  readonly cluster: number
  readonly durable: DurableState
  /** The wall clock. It may be wrong: it matters where a disk, and its incarnation, was lost. */
  readonly startedAtUnixMs: number
  /** For jitter, the choice among equals, and the low bits of the incarnation. */
  readonly random: Random
  readonly config?: Partial<SequencerConfig>
  /** For tests only. */
  readonly plantedBug?: PlantedBug
}
