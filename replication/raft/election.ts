/**
 * Elections: who campaigns, who gets a vote (paper, sections 5.2 and 5.4.1; dissertation, section
 * 9.6 for pre-vote and 4.2.3 for members that still hear a leader). It must not know replication.
 */
import type { MemberId } from '../../common/member.ts'
import { hasSeat } from './configuration.ts'
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts'
import { mayLead } from './seats.ts'
import { lastEntry, type Raft, type Votes } from './state.ts'
import {
  asTerm,
  type PreVote,
  type PreVoteReply,
  type Speaker,
  type Vote,
  type VoteReply,
} from './types.ts'

/** A tick of a member that does not lead. */
export function tickElection(raft: Raft): void {
  raft.electionElapsed += 1
  if (raft.electionElapsed < raft.electionTimeout) return
  if (mayCampaign(raft)) askForPreVotes(raft)
  else becomeFollower(raft, raft.term, undefined, { restartTimer: true })
}

/** Nobody who is about to leave, or is busy replacing its log, should lead. */
function mayCampaign(raft: Raft): boolean {
  const { leavingSince, restoring } = raft
  return mayLead(raft) && leavingSince === undefined && restoring?.kind !== 'installing'
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
  if (outcome(raft, new Map([[raft.self, true]])) === 'won') {
    campaign(raft, false)
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
function campaign(raft: Raft, forced: boolean): void {
  becomeCandidate(raft)
  const message: Vote = { kind: 'vote', term: raft.term, ...lastEntry(raft), forced }
  if (raft.peers.length > 0) raft.outbox.promises.push({ to: 'others', message })
}

/** The leader hands over. It has seen to it that this log is complete. */
export function receiveTimeoutNow(raft: Raft): void {
  if (raft.role.kind !== 'leader' && mayCampaign(raft)) campaign(raft, true)
}

/** Promises nothing: it is answered at once and changes nothing here. */
export function receivePreVote(raft: Raft, asker: Speaker, message: PreVote): void {
  const from = asker.id
  const free =
    message.term > raft.term ||
    (message.term === raft.term && raft.leader === undefined && mayVoteFor(raft, from))
  const granted = free && !trustsLeader(raft) && raft.log.isNoNewerThan(message)
  const term = granted ? message.term : raft.term
  const seated = isSeated(raft, asker)
  const reply: PreVoteReply = { kind: 'preVoteReply', term, granted, seated }
  raft.outbox.send.push({ to: from, message: reply })
}

/**
 * Who was removed, or whose seat another disk has got, and has not heard of it would ask for ever.
 */
export function isSeated(raft: Raft, asker: Speaker): boolean {
  const { latest } = raft.configurations
  const committed = latest !== undefined && latest.index <= raft.commitIndex
  return !committed || hasSeat(latest.configuration, asker)
}

export function receivePreVoteReply(raft: Raft, from: MemberId, message: PreVoteReply): void {
  if (raft.role.kind !== 'preCandidate') return
  if (message.granted && message.term !== raft.term + 1) return
  if (!message.granted && !message.seated) raft.unseatedTick = raft.now
  raft.role.votes.set(from, message.granted)
  switch (outcome(raft, raft.role.votes)) {
    case 'won':
      campaign(raft, false)
      return
    case 'lost':
      becomeFollower(raft, raft.term, undefined)
      return
    case 'open':
      return
  }
}

/**
 * "Each server will vote for at most one candidate in a given term" (paper, section 5.2). While a state
 * is being installed the old log is compared: it is what this member has confirmed.
 */
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
  for (const voter of raft.voters) {
    const vote = votes.get(voter)
    if (vote === true) granted += 1
    if (vote === false) denied += 1
  }
  if (granted >= raft.quorum) return 'won'
  return raft.voters.length - denied < raft.quorum ? 'lost' : 'open'
}
