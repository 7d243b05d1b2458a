/**
 * Everything that one Raft member holds, as one record that the duties (election, replication,
 * read-index, forward, ...) work on, each in a file of its own. This file makes it from a disk and
 * says what each field means; it decides nothing.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { Random } from '../../common/random.ts'
import type {
  Administered,
  BarrierId,
  DurableState,
  Outgoing,
  PassedBarrier,
  ProposalId,
  Rejected,
} from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { decodeAppliedTerm, decodeTermAndVote } from './durable.ts'
import { decodeEntry } from './entry.ts'
import { type LogStart, RaftLog } from './log.ts'
import { checkRaftOptions, defaultRaftOptions, type RaftOptions } from './options.ts'
import type { Progress } from './progress.ts'
import {
  asIndex,
  emptyPrefixIndex,
  emptyPrefixTerm,
  type Incarnation,
  type RaftMessage,
  type ReadRequest,
  type ReadToken,
  type Round,
  type Term,
} from './types.ts'

/** For tests of the tests only: a rule of Raft that this member breaks. */
export type PlantedBug =
  | 'voteBeforeDurable'
  | 'voteTwice'
  | 'commitOlderTerm'
  | 'lateReadAck'
  | 'readBeforeTermCommit'
  | 'ackBeforePersist'
  | 'confirmReplaced'
  | 'quorumOneLess'

export const plantedBugs: readonly PlantedBug[] = [
  'voteBeforeDurable',
  'voteTwice',
  'commitOlderTerm',
  'lateReadAck',
  'readBeforeTermCommit',
  'ackBeforePersist',
  'confirmReplaced',
  'quorumOneLess',
]

export type RaftCoreOptions = {
  readonly self: MemberId
  /** All members, oneself included. */
  readonly members: readonly MemberId[]
  /** Drawn anew at each start, uniformly among safe integers: see Incarnation. */
  readonly incarnation: Incarnation
  /** Election timeouts come from it; different members must get different ones. */
  readonly random: Random
  readonly durable: DurableState
  readonly options?: Partial<RaftOptions>
  readonly plantedBug?: PlantedBug | undefined
}

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
  readonly progress: ReadonlyMap<MemberId, Progress>
  heartbeatElapsed: number
  /** The latest confirmation round begun. */
  round: Round
  /** Questions of other members that wait for the next round: the latest of each. */
  readonly askers: Map<MemberId, ReadRequest>
  /** Begun and not yet confirmed by a quorum. One at a time. */
  confirming: Confirmation | undefined
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
  send: Outgoing<RaftMessage>[]
  /**
   * Messages that promise something about the term, the vote or the log as they are now: they leave
   * when all that is durable. Forgotten with the term.
   */
  promises: Outgoing<RaftMessage>[]
  /** The latest acknowledgement owed to the leader of this term: a promise, too. */
  accepted: LogIndex | undefined
  barriers: PassedBarrier[]
  rejected: Rejected[]
  administered: Administered[]
}

export type Raft = {
  readonly self: MemberId
  readonly members: readonly MemberId[]
  readonly others: readonly MemberId[]
  readonly quorum: number
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
  /** The context of the entry delivered last: see encodeAppliedTerm. */
  appliedContext: { readonly term: Term; readonly bytes: Uint8Array } | undefined

  readonly proposals: PendingProposals
  readonly barriers: PendingBarriers
  readonly outbox: Outbox
}

/**
 * Throws CodecError when the disk holds what Raft did not write; InvariantError when its parts do
 * not fit.
 */
export function createRaft(given: RaftCoreOptions): Raft {
  const options = { ...defaultRaftOptions, ...given.options }
  checkRaftOptions(options)
  assert(given.members.includes(given.self), 'a member belongs to its own group')
  const { term, votedFor } = decodeTermAndVote(given.durable.meta)
  const start = logStart(given.durable)
  const log = new RaftLog(start, { confirmReplaced: given.plantedBug === 'confirmReplaced' })
  assert(log.lastTerm <= term, 'no entry is of a later term than the durable one')
  const applied = given.durable.applied.index
  assert(applied <= log.lastIndex, 'what is applied is in the log')
  return {
    self: given.self,
    members: given.members,
    others: given.members.filter((member) => member !== given.self),
    quorum: quorumOf(given.members.length) - (given.plantedBug === 'quorumOneLess' ? 1 : 0),
    options,
    incarnation: given.incarnation,
    random: given.random,
    plantedBug: given.plantedBug,
    now: 0,
    lastHeard: new Map(),
    term,
    votedFor,
    metaChanged: false,
    log,
    writing: undefined,
    role: { kind: 'follower' },
    leader: undefined,
    leaderlessSince: 0,
    electionElapsed: 0,
    electionTimeout: given.random.integer(options.electionMinTicks, options.electionMaxTicks),
    commitIndex: applied,
    deliveredIndex: applied,
    appliedIndex: applied,
    appliedDurablyIndex: applied,
    verifiedIndex: emptyPrefixIndex,
    uncommittedBytes: 0,
    heldByAllIndex: log.baseIndex,
    trimmedIndex: log.baseIndex,
    appliedContext: undefined,
    proposals: { byId: new Map(), waiting: new Set(), sizeBytes: 0, nextRetryTick: 0 },
    barriers: { waiting: new Set(), asked: undefined, nextToken: 1 as ReadToken },
    outbox: {
      send: [],
      promises: [],
      accepted: undefined,
      barriers: [],
      rejected: [],
      administered: [],
    },
  }
}

/**
 * Storage keeps the entry at the base (see trim.ts), so that its term is known. An empty log behind
 * an applied position begins there, with the term that was stored beside the position.
 */
function logStart({ entries, applied }: DurableState): LogStart {
  const decoded = entries.map(({ index, bytes }) => decodeEntry(index, bytes))
  const first = decoded[0]
  if (first === undefined) {
    const baseTerm = decodeAppliedTerm(applied.context)
    return { baseIndex: applied.index, baseTerm, entries: [] }
  }
  if (first.index === 1) {
    return { baseIndex: emptyPrefixIndex, baseTerm: emptyPrefixTerm, entries: decoded }
  }
  assert(first.index <= applied.index, 'only what is applied is trimmed')
  return { baseIndex: first.index, baseTerm: first.term, entries: decoded.slice(1) }
}

/** The members that a majority needs, oneself counted, once `others` have agreed. */
export function isQuorum(raft: Raft, others: number): boolean {
  return others + 1 >= raft.quorum
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
