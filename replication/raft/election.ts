/**
 * Elections: who campaigns, who gets a vote (paper, sections 5.2 and 5.4.1; dissertation, section
 * 9.6 for pre-vote and 4.2.3 for members that still hear a leader). It must not know replication.
 */
import type { MemberId } from '../../common/member.ts'
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts'
import { lastEntry, type Raft, type Votes } from './state.ts'
import { asTerm, type PreVote, type PreVoteReply, type Vote, type VoteReply } from './types.ts'

/** A tick of a member that does not lead. */
export function tickElection(raft: Raft): void {
  raft.electionElapsed += 1
  if (raft.electionElapsed >= raft.electionTimeout) askForPreVotes(raft)
}

/**
 * Whether this member leads or has heard its leader within the least election timeout. Then it
 * helps nobody to replace that leader: otherwise a member that merely cannot hear it could depose
 * it.
 */
export function trustsLeader(raft: Raft): boolean {
  if (raft.role.kind === 'leader') return true
  return raft.leader !== undefined && raft.electionElapsed < raft.options.electionMinTicks
}

function askForPreVotes(raft: Raft): void {
  becomePreCandidate(raft)
  if (raft.quorum <= 1) {
    campaign(raft)
    return
  }
  const term = asTerm(raft.term + 1)
  raft.outbox.send.push({ to: 'others', message: { kind: 'preVote', term, ...lastEntry(raft) } })
}

/**
 * The request is itself a promise. If it left before term, vote and log are durable, a crash could
 * let this member campaign in the same term again with a shorter log, on votes given for the
 * longer.
 */
function campaign(raft: Raft): void {
  becomeCandidate(raft)
  const message: Vote = { kind: 'vote', term: raft.term, ...lastEntry(raft) }
  if (raft.others.length > 0) raft.outbox.promises.push({ to: 'others', message })
}

/** Promises nothing: it is answered at once and changes nothing here. */
export function receivePreVote(raft: Raft, from: MemberId, message: PreVote): void {
  const free =
    message.term > raft.term ||
    (message.term === raft.term && raft.leader === undefined && mayVoteFor(raft, from))
  const granted = free && !trustsLeader(raft) && raft.log.isNoNewerThan(message)
  const term = granted ? message.term : raft.term
  raft.outbox.send.push({ to: from, message: { kind: 'preVoteReply', term, granted } })
}

export function receivePreVoteReply(raft: Raft, from: MemberId, message: PreVoteReply): void {
  if (raft.role.kind !== 'preCandidate') return
  if (message.granted && message.term !== raft.term + 1) return
  raft.role.votes.set(from, message.granted)
  switch (outcome(raft, raft.role.votes)) {
    case 'won':
      campaign(raft)
      return
    case 'lost':
      becomeFollower(raft, raft.term, undefined)
      return
    case 'open':
      return
  }
}

/** "Each server will vote for at most one candidate in a given term" (paper, section 5.2). */
export function receiveVote(raft: Raft, from: MemberId, message: Vote): void {
  const free = raft.leader === undefined || raft.votedFor === from
  if (!free || !mayVoteFor(raft, from) || !raft.log.isNoNewerThan(message)) {
    const reply: VoteReply = { kind: 'voteReply', term: raft.term, granted: false }
    raft.outbox.send.push({ to: from, message: reply })
    return
  }
  if (raft.votedFor !== from) {
    raft.votedFor = from
    raft.metaChanged = true
  }
  raft.electionElapsed = 0
  const reply: VoteReply = { kind: 'voteReply', term: raft.term, granted: true }
  if (raft.plantedBug === 'voteBeforeDurable') raft.outbox.send.push({ to: from, message: reply })
  else raft.outbox.promises.push({ to: from, message: reply })
}

export function receiveVoteReply(raft: Raft, from: MemberId, message: VoteReply): void {
  if (raft.role.kind === 'candidate') countVote(raft, raft.role.votes, from, message.granted)
}

/** A candidate's vote for itself has become durable. */
export function ownVoteIsDurable(raft: Raft): void {
  if (raft.role.kind === 'candidate') countVote(raft, raft.role.votes, raft.self, true)
}

function countVote(raft: Raft, votes: Votes, from: MemberId, granted: boolean): void {
  votes.set(from, granted)
  switch (outcome(raft, votes)) {
    case 'won':
      becomeLeader(raft)
      return
    case 'lost':
      becomeFollower(raft, raft.term, undefined)
      return
    case 'open':
      return
  }
}

function mayVoteFor(raft: Raft, candidate: MemberId): boolean {
  if (raft.plantedBug === 'voteTwice') return true
  return raft.votedFor === undefined || raft.votedFor === candidate
}

function outcome(raft: Raft, votes: Votes): 'won' | 'lost' | 'open' {
  let granted = 0
  let denied = 0
  for (const vote of votes.values()) {
    if (vote) granted += 1
    else denied += 1
  }
  if (granted >= raft.quorum) return 'won'
  return raft.members.length - denied < raft.quorum ? 'lost' : 'open'
}
