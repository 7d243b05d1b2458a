/**
 * What a message does: first its term is settled, once and for all kinds alike, then the duty that
 * it belongs to takes it, by the role that this member has now. No rule of Raft but the one on
 * terms (paper, section 5.1) is written here.
 */
import { assert, unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import {
  isSeated,
  receivePreVote,
  receivePreVoteReply,
  receiveTimeoutNow,
  receiveVote,
  receiveVoteReply,
  trustsLeader,
} from './election.ts'
import { noteOutsider, receiveAnswer, receiveAsk, receiveFound } from './formation.ts'
import { receiveForward } from './forward.ts'
import { followCommit, noteHeldByAll, receiveHeartbeat } from './heartbeat.ts'
import { noteRoundAnswered, receiveReadReply, receiveReadRequest } from './read-index.ts'
import { receiveAppend } from './receive-append.ts'
import { questionIfSilent, receiveAccepted, receiveRefused } from './replication.ts'
import { isActive } from './progress.ts'
import { receiveInstallState } from './restore.ts'
import { becomeFollower } from './roles.ts'
import { speaksForSeat } from './seats.ts'
import type { Leader, Raft } from './state.ts'
import type {
  DiskId,
  HeartbeatReply,
  RaftBody,
  RaftMessage,
  TermedMessage,
  TermlessMessage,
} from './types.ts'

type Sealed = { readonly disk: DiskId }

export function step(raft: Raft, from: MemberId, message: RaftMessage): void {
  if (isForSeatsOnly(message) && !speaksForSeat(raft, from, message.disk)) {
    noteLostDisk(raft, from, message.disk)
    return
  }
  if (!('term' in message)) dispatchTermless(raft, from, message)
  else if (settleTerm(raft, from, message)) dispatch(raft, from, message)
}

/**
 * What a quorum is counted from must come from the disk that the configuration names: a member that
 * has lost its disk has forgotten what it promised.
 */
function isForSeatsOnly({ kind }: RaftMessage): boolean {
  switch (kind) {
    case 'preVoteReply':
    case 'voteReply':
    case 'appendAccepted':
    case 'appendRefused':
    case 'heartbeatReply':
    case 'termOver':
      return true
    default:
      return false
  }
}

/**
 * Another disk answers in a seat's place. Perhaps its questions do not reach this member; so it is
 * known from this, too, unless the disk that has the seat was heard lately: then it is an old message.
 */
function noteLostDisk(raft: Raft, from: MemberId, disk: DiskId): void {
  if (raft.role.kind !== 'leader') return
  const progress = raft.role.progress.get(from)
  if (progress === undefined) return
  if (isActive(progress, raft.now, raft.options.heartbeatTicks * 3)) return
  progress.diskLost = true
  noteOutsider(raft, { id: from, disk })
}

/**
 * "If one server's current term is smaller than the other's, then it updates; if a server receives
 * a request with a stale term, it rejects it." False: the message has no more to say.
 */
function settleTerm(raft: Raft, from: MemberId, message: TermedMessage & Sealed): boolean {
  if (message.term > raft.term) return meetLaterTerm(raft, from, message)
  if (message.term < raft.term) {
    answerEarlierTerm(raft, from, message)
    return false
  }
  return true
}

function meetLaterTerm(raft: Raft, from: MemberId, message: TermedMessage): boolean {
  switch (message.kind) {
    case 'preVote':
      // Asks about a term in which nobody has campaigned yet.
      return true
    case 'preVoteReply':
      // A grant repeats the term that was asked for; a refusal tells the sender's own.
      if (!message.granted) becomeFollower(raft, message.term, undefined)
      return true
    case 'vote':
      if (!message.forced && trustsLeader(raft)) return false
      becomeFollower(raft, message.term, undefined)
      return true
    case 'append':
    case 'heartbeat':
    case 'commitMoved':
    case 'timeoutNow':
    case 'installState':
      becomeFollower(raft, message.term, from)
      return true
    default:
      becomeFollower(raft, message.term, undefined)
      return true
  }
}

/**
 * A leader of an earlier term is told so: as nobody who trusts it would vote it out, a member that
 * has moved on to a later term could otherwise never come back. Who asks for a vote is told, too.
 */
function answerEarlierTerm(raft: Raft, from: MemberId, message: TermedMessage & Sealed): void {
  const { term } = raft
  const seated = () => isSeated(raft, { id: from, disk: message.disk })
  switch (message.kind) {
    case 'append':
    case 'heartbeat':
    case 'commitMoved':
    case 'installState':
      raft.outbox.send.push({ to: from, message: { kind: 'termOver', term } })
      return
    case 'preVote':
      raft.outbox.send.push({
        to: from,
        message: { kind: 'preVoteReply', term, granted: false, seated: seated() },
      })
      return
    case 'vote':
      raft.outbox.send.push({ to: from, message: { kind: 'voteReply', term, granted: false } })
      return
    default:
      return
  }
}

function dispatchTermless(raft: Raft, from: MemberId, message: TermlessMessage & Sealed): void {
  const asker = { id: from, disk: message.disk }
  switch (message.kind) {
    case 'ask':
      receiveAsk(raft, asker, message)
      return
    case 'answer':
      receiveAnswer(raft, asker, message)
      return
    case 'found':
      receiveFound(raft, message)
      return
    case 'forward':
      receiveForward(raft, from, message)
      return
    case 'readRequest':
      receiveReadRequest(raft, from, message)
      return
    case 'readReply':
      receiveReadReply(raft, message)
      return
    default:
      unreachable(message)
  }
}

/** The message is of this member's term, or a preVote or a grant of one. */
function dispatch(raft: Raft, from: MemberId, message: TermedMessage & Sealed): void {
  switch (message.kind) {
    case 'preVote':
      receivePreVote(raft, { id: from, disk: message.disk }, message)
      return
    case 'preVoteReply':
      receivePreVoteReply(raft, from, message)
      return
    case 'vote':
      receiveVote(raft, from, message)
      return
    case 'voteReply':
      receiveVoteReply(raft, from, message)
      return
    case 'append':
      hearLeader(raft, from)
      receiveAppend(raft, from, message)
      return
    case 'heartbeat':
      hearLeader(raft, from)
      receiveHeartbeat(raft, from, message)
      return
    case 'commitMoved':
      hearLeader(raft, from)
      followCommit(raft, message.commitIndex, message.commitTerm)
      return
    case 'timeoutNow':
      if (raft.leader === from) receiveTimeoutNow(raft)
      return
    case 'installState':
      hearLeader(raft, from)
      receiveInstallState(raft, from, message)
      return
    case 'appendAccepted':
    case 'appendRefused':
    case 'heartbeatReply':
      if (raft.role.kind === 'leader') dispatchAnswer(raft, raft.role, { from, message })
      return
    case 'termOver':
      return
    default:
      unreachable(message)
  }
}

type Reply = Extract<
  RaftBody,
  { readonly kind: 'appendAccepted' | 'appendRefused' | 'heartbeatReply' }
>

function dispatchAnswer(
  raft: Raft,
  leader: Leader,
  { from, message }: { readonly from: MemberId; readonly message: Reply },
): void {
  switch (message.kind) {
    case 'appendAccepted':
      receiveAccepted(raft, leader, { from, message })
      noteHeldByAll(raft, leader)
      return
    case 'appendRefused':
      receiveRefused(raft, leader, { from, message })
      return
    case 'heartbeatReply':
      receiveHeartbeatReply(raft, leader, { from, message })
      return
    default:
      unreachable(message)
  }
}

function receiveHeartbeatReply(
  raft: Raft,
  leader: Leader,
  { from, message }: { readonly from: MemberId; readonly message: HeartbeatReply },
): void {
  const progress = leader.progress.get(from)
  if (progress === undefined) return
  progress.activeTick = raft.now
  progress.diskLost = false
  questionIfSilent(raft, leader, progress)
  noteRoundAnswered(raft, leader, { from, round: message.round })
}

/** Somebody leads the present term: campaigns end, and the time to the next one starts anew. */
function hearLeader(raft: Raft, from: MemberId): void {
  assert(raft.role.kind !== 'leader', 'a term has one leader (Election Safety)')
  assert(raft.leader === undefined || raft.leader === from, 'a term has one leader')
  becomeFollower(raft, raft.term, from)
  raft.electionElapsed = 0
}
