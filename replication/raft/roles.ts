/**
 * The only places where a member changes its role, its term or whom it takes for the leader.
 * Whether to change is decided elsewhere: election.ts, step.ts, heartbeat.ts.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import { configurationEntry, noopEntry } from './entry.ts'
import { originName, requeueForwarded } from './forward.ts'
import { newProgress } from './progress.ts'
import { requeueAsked } from './read-index.ts'
import { refreshMembers } from './seats.ts'
import { settleHandover } from './transfer.ts'
import { configurationOf, type Leader, nextIndexAfter, type Raft } from './state.ts'
import { asIndex, asTerm, type Entry, emptyPrefixIndex, type Round, type Term } from './types.ts'

/** From any role. `term` is the present one or a later one. */
export function becomeFollower(
  raft: Raft,
  term: Term,
  leader: MemberId | undefined,
  { restartTimer = false } = {},
): void {
  const isLater = term > raft.term
  enterTerm(raft, term)
  if (restartTimer) restartElectionTimer(raft)
  if (raft.role.kind !== 'follower') {
    const left = raft.role
    raft.role = { kind: 'follower' }
    restartElectionTimer(raft)
    if (left.kind === 'leader') leaveOffice(raft, left, isLater)
  }
  follow(raft, leader)
}

/** Pre-vote (dissertation, section 9.6): the term stays as it is. */
export function becomePreCandidate(raft: Raft): void {
  assert(raft.role.kind !== 'leader', 'a leader does not campaign')
  raft.role = { kind: 'preCandidate', votes: new Map([[raft.self, true]]) }
  restartElectionTimer(raft)
  follow(raft, undefined)
}

/** The vote for oneself counts once it is durable, like any other. */
export function becomeCandidate(raft: Raft): void {
  assert(raft.role.kind !== 'leader', 'a leader does not campaign')
  enterTerm(raft, asTerm(raft.term + 1))
  raft.votedFor = raft.self
  raft.role = { kind: 'candidate', votes: new Map() }
  restartElectionTimer(raft)
  follow(raft, undefined)
}

/**
 * Opens the term with an entry of its own: only with it can anything before be committed, and only
 * when it is committed does the leader know what is (paper, section 8).
 */
export function becomeLeader(raft: Raft): Leader {
  assert(raft.role.kind === 'candidate', 'only a candidate becomes leader')
  assert(raft.votedFor === raft.self, 'a leader has voted for itself')
  const { log, now } = raft
  const termStartIndex = nextIndexAfter(log.lastIndex)
  const leader: Leader = {
    kind: 'leader',
    termStartIndex,
    progress: new Map(),
    forwarded: new Set(),
    heartbeatElapsed: 0,
    round: 0 as Round,
    askers: new Map(),
    confirming: undefined,
    awaiting: new Set(),
    prompt: [],
    notedIndex: raft.commitIndex,
    change: undefined,
    transfer: undefined,
    leaving: [],
  }
  for (const seat of configurationOf(raft)?.seats ?? []) {
    if (seat.id !== raft.self) leader.progress.set(seat.id, newProgress(seat, termStartIndex, now))
  }
  const opening = openingEntry(raft, termStartIndex)
  log.append(opening)
  if (opening.kind === 'configuration') {
    const { index, configuration } = opening
    raft.configurations.append({ index, configuration })
  }
  raft.uncommittedBytes = 0
  for (let index = raft.commitIndex + 1; index <= log.lastIndex; index += 1) {
    const entry = log.entryAt(asIndex(index))
    raft.uncommittedBytes += entry.bytes.length
    if (entry.kind === 'command') leader.forwarded.add(originName(entry.origin))
  }
  raft.role = leader
  raft.restoring = undefined
  follow(raft, raft.self)
  return leader
}

/** With the very first entry of a group the founding configuration gets into the log. */
function openingEntry(raft: Raft, index: Leader['termStartIndex']): Entry {
  const { term } = raft
  const configuration = configurationOf(raft)
  if (raft.log.lastIndex > 0 || configuration === undefined) return noopEntry(index, term)
  return configurationEntry({ index, term, configuration })
}

/** `isLater`: because of a later term. Whoever was told to campaign has begun it, or somebody has. */
function leaveOffice(raft: Raft, left: Leader, isLater: boolean): void {
  const { change, transfer } = left
  requeueAsked(raft, left)
  const lost = (message: string) => ({ code: 'UNAVAILABLE', definite: false, message }) as const
  if (change !== undefined) {
    const error = lost('This member has lost the lead; the change may still be agreed.')
    raft.outbox.administered.push({ id: change, error })
  }
  if (transfer?.action !== undefined) {
    const { to, action } = transfer
    const message = `This member has lost the lead, though not to member ${to} yet.`
    const untilTick = raft.now + raft.options.electionMaxTicks
    if (isLater && transfer.told) raft.handover = { to, action, untilTick }
    else raft.outbox.administered.push({ id: action, error: lost(message) })
  }
  refreshMembers(raft)
}

export function restartElectionTimer(raft: Raft): void {
  const { electionMinTicks, electionMaxTicks } = raft.options
  raft.electionElapsed = 0
  raft.electionTimeout = raft.random.integer(electionMinTicks, electionMaxTicks)
}

/** Terms only rise. What was promised in an earlier one need not be said any more. */
function enterTerm(raft: Raft, term: Term): void {
  assert(term >= raft.term, 'the term never falls')
  if (term === raft.term) return
  raft.term = term
  raft.votedFor = undefined
  raft.metaChanged = true
  raft.verifiedIndex = emptyPrefixIndex
  raft.outbox.promises = []
  raft.outbox.accepted = undefined
}

/** Whatever was sent to another leader may be lost: it is asked and forwarded anew. */
function follow(raft: Raft, leader: MemberId | undefined): void {
  if (leader === raft.leader) return
  raft.leader = leader
  if (leader === undefined) raft.leaderlessSince = raft.now
  else settleHandover(raft, leader)
  requeueForwarded(raft)
  requeueAsked(raft, undefined)
}
