/**
 * Linearizable reads without a log entry (dissertation, section 6.4): the leader notes its commit
 * index, makes sure that it still leads by one round of heartbeats to a quorum that begins afterwards, and
 * answers. Any replica can ask; reads that wait at the same time share one question and one round.
 *
 * Each round has a number of its own, and a heartbeat's answer repeats the number it answers: a
 * late answer to an earlier round never counts for a later one.
 */
import type { MemberId } from '../../common/member.ts'
import type { BarrierId } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { refusalReason } from './availability.ts'
import { sendRound } from './heartbeat.ts'
import { isQuorum } from './seats.ts'
import type { Leader, Raft } from './state.ts'
import type { ReadReply, ReadRequest, ReadToken, Round } from './types.ts'

export function readBarrier(raft: Raft, id: BarrierId): void {
  const { waiting, asked } = raft.barriers
  const reason = refusalReason(raft)
  if (reason !== undefined) {
    raft.outbox.rejected.push({
      kind: 'barrier',
      id,
      code: 'UNAVAILABLE',
      definite: true,
      message: reason,
    })
    return
  }
  const count = waiting.size + (asked?.ids.size ?? 0)
  if (count >= raft.options.pendingBarriersMax) {
    const message = `${count} reads already wait at this replica`
    raft.outbox.rejected.push({ kind: 'barrier', id, code: 'OVERLOADED', definite: true, message })
    return
  }
  waiting.add(id)
}

export function abandonBarrier(raft: Raft, id: BarrierId): void {
  raft.barriers.waiting.delete(id)
  raft.barriers.asked?.ids.delete(id)
  if (raft.role.kind === 'leader') raft.role.confirming?.local.delete(id)
}

/** Asks the leader, or begins a round if this member leads and none is under way. */
export function drainBarriers(raft: Raft): void {
  if (raft.role.kind === 'leader') {
    beginRound(raft, raft.role)
    return
  }
  if (raft.leader === undefined || raft.barriers.asked !== undefined) return
  if (raft.barriers.waiting.size > 0) ask(raft, raft.leader)
}

/** A question or its answer may be lost: ask again, with a new token, for all who wait by now. */
export function tickBarriers(raft: Raft): void {
  const { asked } = raft.barriers
  if (asked === undefined || raft.now - asked.askedTick < raft.options.readRetryTicks) return
  requeueAsked(raft, undefined)
}

function ask(raft: Raft, leader: MemberId): void {
  const { barriers, incarnation } = raft
  const token = barriers.nextToken
  barriers.nextToken = (token + 1) as ReadToken
  barriers.asked = { token, ids: new Set(barriers.waiting), askedTick: raft.now }
  barriers.waiting.clear()
  raft.outbox.send.push({ to: leader, message: { kind: 'readRequest', incarnation, token } })
}

/** The answer holds for all barriers of the question, as it was asked after they had come. */
export function receiveReadReply(raft: Raft, message: ReadReply): void {
  const { asked } = raft.barriers
  if (message.incarnation !== raft.incarnation || message.token !== asked?.token) return
  raft.barriers.asked = undefined
  pass(raft, asked.ids, message.readIndex)
}

/** The questioner's latest question replaces an earlier one, which it has given up. */
export function receiveReadRequest(raft: Raft, from: MemberId, message: ReadRequest): void {
  if (raft.role.kind === 'leader') raft.role.askers.set(from, message)
}

/** Only once an entry of its term is committed does a leader know what is (section 6.4, step 1). */
function beginRound(raft: Raft, leader: Leader): void {
  const { waiting } = raft.barriers
  settleRound(raft, leader)
  if (leader.confirming !== undefined) return
  if (waiting.size === 0 && leader.askers.size === 0) return
  const knowsCommitted = raft.commitIndex >= leader.termStartIndex
  if (!knowsCommitted && raft.plantedBug !== 'readBeforeTermCommit') return
  leader.round = (leader.round + 1) as Round
  leader.confirming = {
    round: leader.round,
    readIndex: raft.commitIndex,
    local: new Set(waiting),
    askers: new Map(leader.askers),
  }
  waiting.clear()
  leader.askers.clear()
  if (isQuorum(raft, 0)) confirm(raft, leader)
  else sendRound(raft, leader)
}

/** A follower has answered a heartbeat of `round`: it had not left this term when it did. */
export function noteRoundAnswered(
  raft: Raft,
  leader: Leader,
  answer: { readonly from: MemberId; readonly round: Round },
): void {
  const progress = leader.progress.get(answer.from)
  if (progress === undefined) return
  const round = raft.plantedBug === 'lateReadAck' ? leader.round : answer.round
  if (round > progress.ackedRound) progress.ackedRound = round
  settleRound(raft, leader)
}

/** Also when nobody answers any more: those who have not may have lost their vote meanwhile. */
function settleRound(raft: Raft, leader: Leader): void {
  const { confirming } = leader
  if (confirming === undefined) return
  let answered = 0
  for (const voter of raft.voters) {
    const ackedRound = leader.progress.get(voter)?.ackedRound ?? 0
    if (ackedRound >= confirming.round) answered += 1
  }
  if (isQuorum(raft, answered)) confirm(raft, leader)
}

function confirm(raft: Raft, leader: Leader): void {
  const { confirming } = leader
  if (confirming === undefined) return
  leader.confirming = undefined
  const { readIndex } = confirming
  pass(raft, confirming.local, readIndex)
  for (const [to, { incarnation, token }] of confirming.askers) {
    leader.awaiting.add(to)
    raft.outbox.send.push({ to, message: { kind: 'readReply', incarnation, token, readIndex } })
  }
}

/** Another leader, none, or this member itself: whoever was asked may never answer. */
export function requeueAsked(raft: Raft, left: Leader | undefined): void {
  const { barriers } = raft
  for (const id of left?.confirming?.local ?? []) barriers.waiting.add(id)
  for (const id of barriers.asked?.ids ?? []) barriers.waiting.add(id)
  barriers.asked = undefined
}

/** No leader for too long. A read has no effect, so nothing has happened. */
export function rejectBarriers(raft: Raft, reason: string): void {
  requeueAsked(raft, undefined)
  for (const id of raft.barriers.waiting) {
    raft.outbox.rejected.push({
      kind: 'barrier',
      id,
      code: 'UNAVAILABLE',
      definite: true,
      message: reason,
    })
  }
  raft.barriers.waiting.clear()
}

function pass(raft: Raft, ids: Iterable<BarrierId>, index: LogIndex): void {
  for (const id of ids) raft.outbox.barriers.push({ id, index })
}
