/**
 * The words of Raft: terms, log entries, and one shape for each message. Types only, and the casts
 * that give a number its brand. Nothing here decides anything.
 */
import type { Brand } from '../../common/brand.ts'
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { ProposalId, StoredEntry } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'

/** Logical time: at most one leader in each (paper, section 5.1). 0 before the first election. */
export type Term = Brand<number, 'Term'>

/** A number drawn at random at each start of a process: what an earlier life asked is not ours. */
export type Incarnation = Brand<number, 'Incarnation'>

/**
 * Names one disk of one member, drawn at random when the disk is first used: a member that lost its
 * disk is another one to the group, because it has forgotten what it promised.
 */
export type DiskId = Brand<number, 'DiskId'>

/** Names one confirmation round of one leader in one term. Never used twice in a term. */
export type Round = Brand<number, 'Round'>

/** Names one question for a read index. Never used twice by one incarnation of one member. */
export type ReadToken = Brand<number, 'ReadToken'>

export const asTerm = (value: number): Term => value as Term
export const asIndex = (value: number): LogIndex => value as LogIndex
export const asIncarnation = (value: number): Incarnation => value as Incarnation
export const asDisk = (value: number): DiskId => value as DiskId

/** The empty prefix: index 0, term 0. Every log agrees on it. */
export const emptyPrefixIndex: LogIndex = asIndex(0)
export const emptyPrefixTerm: Term = asTerm(0)

/**
 *   voter    counts in every quorum
 *   joining  gets the log and counts in none; becomes a voter once it has caught up
 *   learner  gets the log and counts in none
 */
export type SeatRole = 'voter' | 'joining' | 'learner'

export type Seat = Member & { readonly disk: DiskId; readonly role: SeatRole }

/** Who says something: a member, and by which of its disks. */
export type Speaker = { readonly id: MemberId; readonly disk: DiskId }

/** Who belongs to the group (dissertation, chapter 4). At least one voter; ascending ids. */
export type Configuration = { readonly seats: readonly Seat[] }

/** Who proposed a command: whoever applies it there answers the caller who waits there. */
export type ProposalOrigin = {
  readonly member: MemberId
  readonly incarnation: Incarnation
  readonly proposal: ProposalId
}

/**
 * One slot of the log. `bytes` is the whole entry as it is stored and sent, and is made once; a
 * command's `payload` is a window on it. `noop`: the entry with which a leader opens its term; the
 * very first of a group opens it with the configuration.
 */
export type Entry = StoredEntry & { readonly term: Term } & (
    | { readonly kind: 'noop' }
    | { readonly kind: 'configuration'; readonly configuration: Configuration }
    | { readonly kind: 'command'; readonly origin: ProposalOrigin; readonly payload: Uint8Array }
  )

/** A proposal on its way from the replica that took it to the leader. */
export type ForwardedProposal = { readonly id: ProposalId; readonly payload: Uint8Array }

/** `term`: the one that the sender would campaign in, one above its own. */
export type PreVote = {
  readonly kind: 'preVote'
  readonly term: Term
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
}

/**
 * `term`: the one that was asked for when granted, else the sender's own. `seated`: the receiver has
 * a seat in the latest configuration that the sender knows to be committed.
 */
export type PreVoteReply = {
  readonly kind: 'preVoteReply'
  readonly term: Term
  readonly granted: boolean
  readonly seated: boolean
}

/** `forced`: by the present leader's wish, so that who hears that leader answers all the same. */
export type Vote = {
  readonly kind: 'vote'
  readonly term: Term
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
  readonly forced: boolean
}

export type VoteReply = {
  readonly kind: 'voteReply'
  readonly term: Term
  readonly granted: boolean
}

/** `entries` follow on prevIndex; none: a question whether the follower holds prevIndex. */
export type Append = {
  readonly kind: 'append'
  readonly term: Term
  readonly prevIndex: LogIndex
  readonly prevTerm: Term
  readonly commitIndex: LogIndex
  readonly entries: readonly Entry[]
}

/** The sender's log equals the leader's up to matchIndex, and is durable up to there. */
export type AppendAccepted = {
  readonly kind: 'appendAccepted'
  readonly term: Term
  readonly matchIndex: LogIndex
}

/**
 * The sender does not hold (prevIndex, prevTerm). `hintIndex`: the highest index at or below
 * prevIndex whose term in the sender's log is at most prevTerm; `hintTerm`: its term there.
 */
export type AppendRefused = {
  readonly kind: 'appendRefused'
  readonly term: Term
  readonly prevIndex: LogIndex
  readonly hintIndex: LogIndex
  readonly hintTerm: Term
}

/** The same bytes for everybody. `commitTerm`: the term of the leader's entry at commitIndex. */
export type Heartbeat = {
  readonly kind: 'heartbeat'
  readonly term: Term
  readonly round: Round
  readonly commitIndex: LogIndex
  readonly commitTerm: Term
  /** Every member, as far as the leader knows, holds its log durably up to here. */
  readonly heldByAll: LogIndex
}

export type HeartbeatReply = {
  readonly kind: 'heartbeatReply'
  readonly term: Term
  readonly round: Round
}

/** Sent at once when the commit index has moved and no append goes out that would say so. */
export type CommitMoved = {
  readonly kind: 'commitMoved'
  readonly term: Term
  readonly commitIndex: LogIndex
  readonly commitTerm: Term
}

/** The receiver is up to date and shall campaign at once: the sender, its leader, hands over. */
export type TimeoutNow = { readonly kind: 'timeoutNow'; readonly term: Term }

/**
 * The sender's log begins behind what the receiver holds: it needs the state of somebody who has
 * applied `lastIndex` at least, best of `source`.
 */
export type InstallState = {
  readonly kind: 'installState'
  readonly term: Term
  readonly lastIndex: LogIndex
  readonly lastTerm: Term
  readonly source: MemberId
}

/** From a member that belongs to no group as far as it knows, to all that it knows. */
export type Ask = { readonly kind: 'ask'; readonly incarnation: Incarnation }

/** `incarnation`: the asker's. `blank`: the sender's disk has never taken part in anything. */
export type Answer = {
  readonly kind: 'answer'
  readonly incarnation: Incarnation
  readonly blank: boolean
}

/** The receiver belongs to the group, and may know so. */
export type Found = { readonly kind: 'found'; readonly configuration: Configuration }

/** To a leader of an earlier term. */
export type TermOver = { readonly kind: 'termOver'; readonly term: Term }

/** To whom the sender takes for the leader. Carries no term: it says nothing about one. */
export type Forward = {
  readonly kind: 'forward'
  readonly incarnation: Incarnation
  readonly proposals: readonly ForwardedProposal[]
}

/**
 * What index must be applied for a read to be linearizable? Answered by a confirmed leader only.
 */
export type ReadRequest = {
  readonly kind: 'readRequest'
  readonly incarnation: Incarnation
  readonly token: ReadToken
}

export type ReadReply = {
  readonly kind: 'readReply'
  readonly incarnation: Incarnation
  readonly token: ReadToken
  readonly readIndex: LogIndex
}

export type RaftBody =
  | PreVote
  | PreVoteReply
  | Vote
  | VoteReply
  | Append
  | AppendAccepted
  | AppendRefused
  | Heartbeat
  | HeartbeatReply
  | CommitMoved
  | TimeoutNow
  | InstallState
  | Ask
  | Answer
  | Found
  | TermOver
  | Forward
  | ReadRequest
  | ReadReply

/** What travels: `disk` is the sender's. */
export type RaftMessage = RaftBody & { readonly disk: DiskId }

/** Messages that say something about a term; step() settles it before anything else. */
export type TermedMessage = Extract<RaftBody, { readonly term: Term }>
export type TermlessMessage = Exclude<RaftBody, TermedMessage>
