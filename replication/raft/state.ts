/**
 * Everything that one Raft member holds, as one record that the duties (election, replication,
 * read-index, forward, ...) work on, each in a file of its own. This file says what each field
 * means; start.ts makes it from a disk.
 */
import { assert } from '../../common/assert.ts'
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type {
  ActionId,
  Administered,
  BarrierId,
  FetchState,
  Outgoing,
  PassedBarrier,
  ProposalId,
  Rejected,
} from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { ConfigurationHistory } from './configuration-history.ts'
import type { AppliedContext } from './durable.ts'
import type { RaftLog } from './log.ts'
import type { RaftOptions } from './options.ts'
import type { Progress } from './progress.ts'
import {
  asIndex,
  type Configuration,
  type DiskId,
  type Incarnation,
  type RaftBody,
  type ReadRequest,
  type ReadToken,
  type Round,
  type Seat,
  type Term,
} from './types.ts'

/** For tests of the tests only: rules of Raft that a member may be made to break. */
export const plantedBugs = [
  'voteBeforeDurable',
  'voteTwice',
  'commitOlderTerm',
  'lateReadAck',
  'readBeforeTermCommit',
  'ackBeforePersist',
  'confirmReplaced',
  'quorumOneLess',
  'countAnyDisk',
  'changeBeforeTermCommit',
  'changeTwiceAtOnce',
  'learnerCounts',
  'installKeepsTail',
  'installForgetsTerm',
  'foundWithoutAll',
  'trimBeyondDurable',
] as const
export type PlantedBug = (typeof plantedBugs)[number]

export type Votes = Map<MemberId, boolean>

export type Role =
  | { readonly kind: 'follower' }
  | { readonly kind: 'preCandidate'; readonly votes: Votes }
  | { readonly kind: 'candidate'; readonly votes: Votes }
  | Leader

export type Leader = {
  readonly kind: 'leader'
  /** The entry that opened this term. Nothing is known committed for sure before it is. */
  readonly termStartIndex: LogIndex
  /** One for each peer. */
  readonly progress: Map<MemberId, Progress>
  /** Other members' proposals in the log beyond the commit index: see originName(). */
  readonly forwarded: Set<string>
  heartbeatElapsed: number
  /** The latest confirmation round begun. */
  round: Round
  /** Questions of other members that wait for the next round: the latest of each. */
  readonly askers: Map<MemberId, ReadRequest>
  /** Begun and not yet confirmed by a quorum. One at a time. */
  confirming: Confirmation | undefined
  /** Members at which somebody waits for new entries, or for the commit index. */
  readonly awaiting: Set<MemberId>
  /** Voters that get new entries at once (prompt-followers.ts). */
  prompt: readonly MemberId[]
  /** Up to here it is known who proposed what is committed. */
  notedIndex: LogIndex
  /** The operator's action that is done once the latest configuration is committed. */
  change: ActionId | undefined
  transfer: Transfer | undefined
  /** Without a seat by the configuration at `index`, of which they still have to hear. */
  leaving: readonly Leaving[]
}

export type Leaving = {
  readonly seat: Seat
  readonly index: LogIndex
  readonly sinceTick: number
}

/** Leadership on its way to another member. Meanwhile nothing is appended. */
export type Transfer = {
  readonly to: MemberId
  readonly sinceTick: number
  readonly action: ActionId | undefined
  /** The term's next leader was told to campaign. */
  told: boolean
}

/** A transfer whose successor was told, at a member that leads no more: who leads now is not heard yet. */
export type Handover = {
  readonly to: MemberId
  readonly action: ActionId
  readonly untilTick: number
}

/**
 * Another member's state, on its way to take the place of this member's:
 *
 *   fetching    wished for; may never come
 *   fetched     lies beside, to be installed when no write is under way
 *   installing  the write under way is the one that installs it
 */
export type Restoring =
  | ({ readonly kind: 'fetching' } & FetchState)
  | ({ readonly kind: 'fetched' | 'installing' } & FetchedState)

export type FetchedState = {
  readonly index: LogIndex
  readonly entryTerm: Term
  readonly configuration: Configuration
}

export type Confirmation = {
  readonly round: Round
  readonly readIndex: LogIndex
  readonly local: Set<BarrierId>
  readonly askers: ReadonlyMap<MemberId, ReadRequest>
}

/**
 *   waiting    to be forwarded, or appended if this member leads
 *   forwarded  sent to the leader, not seen since
 *   logged     in this member's own log
 */
export type PendingProposal = {
  readonly id: ProposalId
  readonly payload: Uint8Array
  stage: 'waiting' | 'forwarded' | 'logged'
  /** Some other member may have it, now or later: nothing definite can be said any more. */
  everLeft: boolean
  forwardedTick: number
  forwards: number
}

export type PendingProposals = {
  /** Taken here and not yet delivered here, oldest first. */
  readonly byId: Map<ProposalId, PendingProposal>
  /** Those in stage `waiting`. */
  readonly waiting: Set<PendingProposal>
  sizeBytes: number
  nextRetryTick: number
}

export type PendingBarriers = {
  /** For the next question to the leader, or for the next round if this member leads. */
  readonly waiting: Set<BarrierId>
  /** The question under way: one at a time; what comes meanwhile forms the next. */
  asked: AskedBarriers | undefined
  nextToken: ReadToken
}

export type AskedBarriers = {
  readonly token: ReadToken
  readonly ids: Set<BarrierId>
  readonly askedTick: number
}

/** What the next Ready hands out. */
export type Outbox = {
  send: Outgoing<RaftBody>[]
  /**
   * Messages that promise something about the term, the vote or the log as they are now: they leave
   * when all that is durable. Forgotten with the term.
   */
  promises: Outgoing<RaftBody>[]
  /** The latest acknowledgement owed to the leader of this term: a promise, too. */
  accepted: LogIndex | undefined
  barriers: PassedBarrier[]
  rejected: Rejected[]
  administered: Administered[]
  fetch: FetchState | undefined
}

export type Raft = {
  readonly self: MemberId
  readonly configured: readonly Member[]
  readonly options: RaftOptions
  readonly incarnation: Incarnation
  readonly random: Random
  readonly plantedBug: PlantedBug | undefined

  /** Ticks since the start. */
  now: number
  readonly lastHeard: Map<MemberId, number>

  /**
   * Durable: term and votedFor. `metaChanged`: they differ from what was last handed to a write.
   */
  term: Term
  votedFor: MemberId | undefined
  metaChanged: boolean
  readonly log: RaftLog
  /** The write under way, and the term that it makes durable when it holds term and vote. */
  writing: { readonly term: Term | undefined } | undefined

  readonly disk: DiskId
  /** Durable, too: see DurableScalars. */
  founding: Configuration | undefined
  readonly configurations: ConfigurationHistory
  /** From the latest configuration, by refreshMembers(): everybody but oneself; who votes; ... */
  peers: readonly MemberId[]
  voters: readonly MemberId[]
  quorum: number
  /** Whether this member, with this disk, is one of the voters. */
  votes: boolean
  /** The next Ready names the peers. */
  peersChanged: boolean
  /** The disk's name is durable: until then nothing is said. */
  diskIsNamed: boolean
  /** Members heard from with a disk that has no seat here. */
  readonly outsiders: Map<MemberId, { readonly disk: DiskId; readonly heardTick: number }>
  /** What others have answered to this incarnation while it belongs to no group. */
  readonly answers: Map<MemberId, { readonly disk: DiskId; readonly blank: boolean }>
  nextAskTick: number
  restoring: Restoring | undefined
  /** When somebody last said that this member has no seat. */
  unseatedTick: number | undefined
  handover: Handover | undefined
  /** Since when this process is about to end. */
  leavingSince: number | undefined

  role: Role
  /** Whom this member takes for the leader of `term`. */
  leader: MemberId | undefined
  /** When `leader` was last lost. Meaningful while it is undefined. */
  leaderlessSince: number
  /** Ticks since the leader was heard, a vote was given, or a campaign begun. */
  electionElapsed: number
  electionTimeout: number

  /**
   * applied <= delivered <= commit, and delivered <= log.durableIndex: what is applied is in this
   * member's own durable log. After a restart all three begin at the applied position.
   */
  commitIndex: LogIndex
  deliveredIndex: LogIndex
  appliedIndex: LogIndex
  appliedDurablyIndex: LogIndex
  /** Follower: this log equals that of the leader of `term` up to here. 0 until an append fits. */
  verifiedIndex: LogIndex
  /** Bytes of the entries above commitIndex. Kept by a leader only. */
  uncommittedBytes: number
  /** Durable at every member up to here: nobody will ever ask for it again. */
  heldByAllIndex: LogIndex
  trimmedIndex: LogIndex
  /** When the log's size was last looked at. */
  trimCheckedTick: number
  /** The context of the entry delivered last, and its bytes. */
  appliedContext: { readonly of: AppliedContext; readonly bytes: Uint8Array } | undefined

  readonly proposals: PendingProposals
  readonly barriers: PendingBarriers
  readonly outbox: Outbox
}

/** The latest that this member's log names, committed or not: the one in force. */
export function configurationOf(raft: Raft): Configuration | undefined {
  return raft.configurations.latest?.configuration
}

export function lastEntry(raft: Raft): { readonly lastIndex: LogIndex; readonly lastTerm: Term } {
  return { lastIndex: raft.log.lastIndex, lastTerm: raft.log.lastTerm }
}

/** The commit index only rises, and never beyond the log. */
export function commitTo(raft: Raft, index: LogIndex): void {
  if (index <= raft.commitIndex) return
  assert(index <= raft.log.lastIndex, 'what is committed is in the log')
  raft.commitIndex = index
}

/** Raft's state is durable as it stands, and no write is under way. */
export function isSettled(raft: Raft): boolean {
  return raft.writing === undefined && !raft.metaChanged && !raft.log.hasUnwritten
}

export const nextIndexAfter = (index: LogIndex): LogIndex => asIndex(index + 1)
