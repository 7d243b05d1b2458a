/**
 * The leader's pulse: that it lives, how far is committed, and which round of confirmation it asks
 * for. Small, never behind a big append, and the same bytes for everybody. It must not know
 * appends.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import { commitTo, type Leader, type Raft } from './state.ts'
import { asIndex, type CommitMoved, type Heartbeat, type Term } from './types.ts'

/** Sends one to everybody, at a tick. */
export function sendHeartbeats(raft: Raft, leader: Leader): void {
  leader.heartbeatElapsed = 0
  if (raft.peers.length === 0) return
  raft.outbox.send.push({ to: 'others', message: heartbeat(raft, leader) })
  for (const progress of leader.progress.values()) progress.toldCommit = raft.commitIndex
}

/**
 * Begins a round of confirmation with just enough followers for a quorum, those heard last (among
 * equals in turn): the others' answers would only cost. Whoever does not answer is made up for by
 * the next heartbeat at a tick, which asks everybody; so this one does not put that off.
 */
export function sendRound(raft: Raft, leader: Leader): void {
  const followers = [...leader.progress.values()].filter(({ member }) =>
    raft.voters.includes(member),
  )
  const shift = leader.round % followers.length
  const asked = [...followers.slice(shift), ...followers.slice(0, shift)]
    .sort((a, b) => b.activeTick - a.activeTick)
    .slice(0, raft.quorum - (raft.votes ? 1 : 0))
  const message = heartbeat(raft, leader)
  for (const progress of asked) {
    raft.outbox.send.push({ to: progress.member, message })
    progress.toldCommit = raft.commitIndex
  }
}

function heartbeat(raft: Raft, leader: Leader): Heartbeat {
  return {
    kind: 'heartbeat',
    term: raft.term,
    round: leader.round,
    commitIndex: raft.commitIndex,
    commitTerm: commitTerm(raft),
    heldByAll: raft.heldByAllIndex,
  }
}

/**
 * Where callers wait for it, a new commit index is told at once unless an append has told it: who
 * proposed what is committed now, and who was just answered a read up to there. The others learn it
 * from the next append or heartbeat, unless they are to be told as well.
 */
export function tellCommit(raft: Raft, leader: Leader): void {
  noteProposers(raft, leader)
  const { tellCommitToAll } = raft.options
  if (!tellCommitToAll && leader.awaiting.size === 0) return
  const untold: MemberId[] = []
  for (const progress of leader.progress.values()) {
    if (!tellCommitToAll && !leader.awaiting.has(progress.member)) continue
    if (progress.toldCommit >= raft.commitIndex) continue
    progress.toldCommit = raft.commitIndex
    untold.push(progress.member)
  }
  leader.awaiting.clear()
  if (untold.length === 0) return
  const { term, commitIndex } = raft
  const message: CommitMoved = {
    kind: 'commitMoved',
    term,
    commitIndex,
    commitTerm: commitTerm(raft),
  }
  if (untold.length === raft.peers.length) raft.outbox.send.push({ to: 'others', message })
  else for (const to of untold) raft.outbox.send.push({ to, message })
}

function noteProposers(raft: Raft, leader: Leader): void {
  for (let index = leader.notedIndex + 1; index <= raft.commitIndex; index += 1) {
    const entry = raft.log.entryAt(asIndex(index))
    if (entry.kind === 'command') leader.awaiting.add(entry.origin.member)
    else for (const member of leader.progress.keys()) leader.awaiting.add(member)
  }
  leader.notedIndex = raft.commitIndex
}

/**
 * A follower that has the leader's term at the leader's commit index has the leader's log up to
 * there (Log Matching), whether or not an append of this term has reached it yet.
 */
export function followCommit(raft: Raft, commitIndex: LogIndex, term: Term): void {
  if (raft.restoring?.kind === 'installing') return
  if (raft.log.matches(commitIndex, term)) commitTo(raft, commitIndex)
}

/**
 * The answer leaves at once, also when the term that it names is not durable yet: nothing rests on
 * that. A leader counts answers to know that nobody has been elected after it, and for that every
 * quorum of answers has a voter in it whose vote, which is durable, a later leader needed.
 */
export function receiveHeartbeat(raft: Raft, from: MemberId, message: Heartbeat): void {
  followCommit(raft, message.commitIndex, message.commitTerm)
  if (message.heldByAll > raft.heldByAllIndex) raft.heldByAllIndex = message.heldByAll
  const { term, round } = message
  raft.outbox.send.push({ to: from, message: { kind: 'heartbeatReply', term, round } })
}

/**
 * What every member holds durably can be forgotten by all. It only rises: an entry that all hold is
 * in the log of every later leader.
 */
export function noteHeldByAll(raft: Raft, leader: Leader): void {
  let held: number = raft.log.durableIndex
  for (const { matchIndex } of leader.progress.values()) held = Math.min(held, matchIndex)
  if (held > raft.heldByAllIndex) raft.heldByAllIndex = asIndex(held)
}

function commitTerm(raft: Raft): Term {
  const term = raft.log.termAt(raft.commitIndex)
  assert(term !== undefined, 'the log holds the term at its commit index')
  return term
}
