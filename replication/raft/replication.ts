/**
 * The leader's side of replication: appends that leave in batches, one after the other without
 * waiting, and what the answers mean (paper, section 5.3). Where an entry counts as committed
 * stands in commit-rule.ts, what is known of a follower in progress.ts.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import { advanceCommit } from './commit-rule.ts'
import { tellCommit } from './heartbeat.ts'
import {
  becomeProbe,
  isOpen,
  noteAccepted,
  noteAppendSent,
  noteRefused,
  type Progress,
} from './progress.ts'
import { isDue, promptFollowers } from './prompt-followers.ts'
import { tellStranded } from './restore.ts'
import type { Leader, Raft } from './state.ts'
import { type Append, type AppendAccepted, type AppendRefused, asIndex } from './types.ts'
import type { LogIndex } from '../replicated-log.ts'

/**
 * Called once for each Ready: all that has been proposed since the last one leaves as one append
 * for each follower that is to have it at once (prompt-followers.ts), together with the commit index. It leaves at once, while this member's own
 * disk writes the same entries (dissertation, section 10.2.1): it promises nothing.
 */
export function replicate(raft: Raft, leader: Leader): void {
  if (lacksSomething(raft, leader)) sendAppends(raft, leader)
  tellCommit(raft, leader)
}

function lacksSomething(raft: Raft, leader: Leader): boolean {
  for (const progress of leader.progress.values()) {
    if (progress.nextIndex <= raft.log.lastIndex || progress.state === 'probe') return true
  }
  return false
}

function sendAppends(raft: Raft, leader: Leader): void {
  const built = new Map<LogIndex, Append>()
  const sent: Append[][] = []
  const prompt = promptFollowers(raft, leader)
  for (const progress of leader.progress.values()) {
    const atOnce = prompt?.has(progress.member) ?? true
    const sends = atOnce || progress.state !== 'replicate' || isDue(progress, raft.now)
    sent.push(sends ? sendTo(raft, leader, { progress, built }) : [])
  }
  emit(raft, leader, sent)
}

function sendTo(
  raft: Raft,
  leader: Leader,
  { progress, built }: { readonly progress: Progress; readonly built: Map<LogIndex, Append> },
): Append[] {
  const appends: Append[] = []
  while (isOpen(progress, raft.options)) {
    const probes = progress.state === 'probe'
    if (progress.nextIndex > raft.log.lastIndex && !probes) break
    if (progress.nextIndex <= raft.log.baseIndex) {
      tellStranded(raft, leader, progress)
      break
    }
    const append = built.get(progress.nextIndex) ?? appendFrom(raft, progress.nextIndex)
    built.set(progress.nextIndex, append)
    const lastIndex = asIndex(append.prevIndex + append.entries.length)
    noteAppendSent(progress, { lastIndex, sizeBytes: sizeOf(append), sentTick: raft.now })
    progress.toldCommit = raft.commitIndex
    appends.push(append)
  }
  return appends
}

function appendFrom(raft: Raft, nextIndex: LogIndex, countMax?: number): Append {
  const { log, term, commitIndex, options } = raft
  const prevIndex = asIndex(nextIndex - 1)
  const prevTerm = log.termAt(prevIndex)
  assert(prevTerm !== undefined, 'the log holds what an append follows on')
  const count = countMax ?? options.appendEntriesMax
  const entries = log.batchFrom(nextIndex, count, options.appendSizeMaxBytes)
  return { kind: 'append', term, prevIndex, prevTerm, commitIndex, entries }
}

function sizeOf(append: Append): number {
  let sizeBytes = 0
  for (const { bytes } of append.entries) sizeBytes += bytes.length
  return sizeBytes
}

/** Followers that keep up get the very same messages: then they are encoded once. */
function emit(raft: Raft, leader: Leader, sent: readonly (readonly Append[])[]): void {
  const { send } = raft.outbox
  const first = sent[0]
  if (first === undefined) return
  const allEqual = sent.every(
    (appends) => appends.length === first.length && appends.every((one, i) => one === first[i]),
  )
  if (allEqual) {
    for (const message of first) send.push({ to: 'others', message })
    return
  }
  let place = 0
  for (const to of leader.progress.keys()) {
    for (const message of sent[place] ?? []) send.push({ to, message })
    place += 1
  }
}

export function receiveAccepted(
  raft: Raft,
  leader: Leader,
  answer: { readonly from: MemberId; readonly message: AppendAccepted },
): void {
  const progress = leader.progress.get(answer.from)
  if (progress === undefined) return
  const { matchIndex } = answer.message
  assert(matchIndex <= raft.log.lastIndex, 'a follower matches no more than its leader holds')
  progress.activeTick = raft.now
  if (noteAccepted(progress, matchIndex, raft.now)) advanceCommit(raft, leader)
  const near = matchIndex + raft.options.retainEntriesMax / 2 >= raft.log.lastIndex
  if (progress.restoring && near) progress.restoring = false
}

/**
 * Backs up over a whole term at a time (paper, end of section 5.3; both sides help). The follower
 * holds at hintIndex the last entry of a term that is not above prevTerm; everything of mine behind
 * it that is of a later term than hintTerm cannot be there, either.
 */
export function receiveRefused(
  raft: Raft,
  leader: Leader,
  answer: { readonly from: MemberId; readonly message: AppendRefused },
): void {
  const progress = leader.progress.get(answer.from)
  if (progress === undefined) return
  progress.activeTick = raft.now
  const { prevIndex, hintIndex, hintTerm } = answer.message
  const meetIndex = raft.log.lastIndexOfTermAtMost(hintIndex, hintTerm)
  if (!noteRefused(progress, { refusedIndex: prevIndex, meetIndex })) return
  // Its log ends, or differs, before mine begins: no append can close that gap.
  if (progress.nextIndex <= raft.log.baseIndex || hintIndex < raft.log.baseIndex) {
    tellStranded(raft, leader, progress)
  }
}

/**
 * A follower that answers heartbeats but has confirmed nothing for a heartbeat's time, though
 * something is out, may have lost it. A question without entries finds out: it is refused if so.
 */
export function questionIfSilent(raft: Raft, leader: Leader, progress: Progress): void {
  const { heartbeatTicks } = raft.options
  const since = (tick: number) => raft.now - tick
  if (since(progress.askedTick) < heartbeatTicks) return
  switch (progress.state) {
    case 'probe':
      if (progress.restoring && progress.nextIndex > raft.log.baseIndex) question(raft, progress)
      else progress.probeOut = false
      return
    case 'stranded':
      // Perhaps it holds by now what my log begins with.
      becomeProbe(progress)
      progress.nextIndex = asIndex(Math.max(progress.nextIndex, raft.log.baseIndex + 1))
      question(raft, progress)
      return
    case 'replicate':
      if (progress.matchIndex >= raft.log.lastIndex) return
      if (since(progress.movedTick) < heartbeatTicks) return
      if (progress.nextIndex <= raft.log.baseIndex) {
        // It answered nothing while the log was forgotten up to there.
        tellStranded(raft, leader, progress)
        return
      }
      question(raft, progress)
      return
  }
}

/** Whether it holds what is before nextIndex. No entries: it may be long until it can use them. */
function question(raft: Raft, progress: Progress): void {
  progress.askedTick = raft.now
  progress.probeOut = true
  const message = appendFrom(raft, progress.nextIndex, 0)
  raft.outbox.send.push({ to: progress.member, message })
}
