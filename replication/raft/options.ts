/** Raft's timing and limits. Durations are ticks; the core does not know how long a tick is. */
import { assert } from '../../common/assert.ts'

export type RaftOptions = {
  /** Between a leader's heartbeats. */
  readonly heartbeatTicks: number
  /** A follower that hears no leader for a random time between these two asks for votes. */
  readonly electionMinTicks: number
  readonly electionMaxTicks: number
  /** A leader that no majority has answered for so long steps down. */
  readonly quorumLossTicks: number
  /** Without a leader for so long, what waits is rejected, and so is what comes. */
  readonly leaderlessPatienceTicks: number
  /**
   * A forward or a read request that shows no effect is sent again after this (forwards: 1x, 2x,
   * 4x, 8x).
   */
  readonly forwardRetryTicks: number
  readonly readRetryTicks: number

  /**
   * True: all are told of a new commit index at once. False: those where somebody waits for it; the
   * others learn it from the next append or heartbeat, which spares them a message and a transaction
   * for every commit, and lets reads of consistency `local` there lag by as much.
   */
  readonly tellCommitToAll: boolean
  /** False: only as many as a quorum needs get new entries at once, the others once in a tick. */
  readonly appendToAllAtOnce: boolean

  /** One append message. A single entry may be larger than sizeMaxBytes and then goes alone. */
  readonly appendEntriesMax: number
  readonly appendSizeMaxBytes: number
  /** Appends, and their bytes, sent to one follower and not yet confirmed. */
  readonly inflightAppendsMax: number
  readonly inflightSizeMaxBytes: number
  /** One proposal's payload. */
  readonly payloadMaxBytes: number
  /** Proposals taken here and not yet delivered here. Above either: OVERLOADED. */
  readonly pendingProposalsMax: number
  readonly pendingProposalsMaxBytes: number
  readonly pendingBarriersMax: number
  /** One forward message; and how many proposals are forwarded again at once. */
  readonly forwardProposalsMax: number
  readonly forwardSizeMaxBytes: number
  readonly forwardAgainMax: number
  /** A leader's log beyond the commit index; above either it takes no more for now. */
  readonly uncommittedEntriesMax: number
  readonly uncommittedMaxBytes: number
  /** Entries handed out for delivery and not yet applied. */
  readonly deliverAheadEntriesMax: number
  /** The log is trimmed in steps of at least so many entries. */
  readonly trimStepEntries: number
  /**
   * How much of the log is kept for members that lack it; who lacks more gets the state. While one
   * does, a leader keeps up to `retainWhileRestoring` times as much.
   */
  readonly retainEntriesMax: number
  readonly retainSizeMaxBytes: number
  readonly retainWhileRestoring: number
  /** A joining member that lacks no more than so many entries has caught up. */
  readonly promoteLagEntries: number
  /** Between the questions of a member that belongs to no group. */
  readonly askTicks: number
}

const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/** For ticks of 10 ms: heartbeat 50 ms, election 300 to 600 ms. */
export const defaultRaftOptions: RaftOptions = {
  heartbeatTicks: 5,
  electionMinTicks: 30,
  electionMaxTicks: 60,
  quorumLossTicks: 60,
  leaderlessPatienceTicks: 250,
  forwardRetryTicks: 50,
  readRetryTicks: 10,
  tellCommitToAll: true,
  appendToAllAtOnce: true,
  appendEntriesMax: 1024,
  appendSizeMaxBytes: 256 * kibibyte,
  inflightAppendsMax: 16,
  inflightSizeMaxBytes: mebibyte,
  payloadMaxBytes: mebibyte,
  pendingProposalsMax: 20_000,
  pendingProposalsMaxBytes: 64 * mebibyte,
  pendingBarriersMax: 20_000,
  forwardProposalsMax: 1024,
  forwardSizeMaxBytes: 256 * kibibyte,
  forwardAgainMax: 256,
  uncommittedEntriesMax: 50_000,
  uncommittedMaxBytes: 64 * mebibyte,
  deliverAheadEntriesMax: 4096,
  trimStepEntries: 1024,
  retainEntriesMax: 100_000,
  retainSizeMaxBytes: 64 * mebibyte,
  retainWhileRestoring: 4,
  promoteLagEntries: 256,
  askTicks: 10,
}

export type RaftTiming = {
  readonly tickMs: number
  readonly heartbeatMs: number
  readonly electionMinMs: number
  readonly electionMaxMs: number
  /** All members run on one machine, and share its processors. */
  readonly sharedMachine: boolean
}

/** Options from configured milliseconds, each rounded to whole ticks (at least one). */
export function raftOptionsFrom(timing: RaftTiming): RaftOptions {
  const ticks = (ms: number): number => Math.max(1, Math.round(ms / timing.tickMs))
  return {
    ...defaultRaftOptions,
    tellCommitToAll: false,
    appendToAllAtOnce: !timing.sharedMachine,
    heartbeatTicks: ticks(timing.heartbeatMs),
    electionMinTicks: ticks(timing.electionMinMs),
    electionMaxTicks: ticks(timing.electionMaxMs),
    quorumLossTicks: ticks(timing.electionMaxMs),
    leaderlessPatienceTicks: ticks(timing.electionMaxMs * 4 + 100),
    forwardRetryTicks: ticks(timing.heartbeatMs * 10),
    readRetryTicks: ticks(timing.heartbeatMs * 2),
    askTicks: ticks(timing.heartbeatMs * 2),
  }
}

/** Throws InvariantError when the options contradict each other. */
export function checkRaftOptions(options: RaftOptions): void {
  const { tellCommitToAll: _, appendToAllAtOnce: __, ...numbers } = options
  for (const [name, value] of Object.entries(numbers)) {
    assert(Number.isSafeInteger(value) && value > 0, `raft option ${name} is a positive integer`)
  }
  const { heartbeatTicks, electionMinTicks, electionMaxTicks, quorumLossTicks } = options
  assert(heartbeatTicks < electionMinTicks, 'a heartbeat arrives before an election starts')
  assert(electionMinTicks < electionMaxTicks, 'election timeouts differ between members')
  assert(electionMinTicks <= quorumLossTicks, 'a leader waits for answers as long as it is trusted')
}
