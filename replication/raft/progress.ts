/**
 * What a leader knows of one follower's log. It must not know the log itself nor send anything.
 *
 *   probe      where the logs meet is not known: one append at a time, then wait
 *   replicate  it is known: appends leave one after the other, up to the window
 *   stranded   the follower needs entries that are trimmed: it must get the state
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { RaftOptions } from './options.ts'
import { asIndex, type DiskId, emptyPrefixIndex, type Round } from './types.ts'

/** Invariant: matchIndex < nextIndex. */
export type Progress = {
  readonly member: MemberId
  /** Of the seat: what another disk of this member says does not count. */
  readonly disk: DiskId
  /** Another disk has answered in its place. */
  diskLost: boolean
  /** It needed the state, and has not caught up since: the log is kept for it. */
  restoring: boolean
  state: 'probe' | 'replicate' | 'stranded'
  /** The follower's log equals the leader's up to here, durably. Only rises within a term. */
  matchIndex: LogIndex
  /** The first entry of the next append. In replicate: all before has been sent. */
  nextIndex: LogIndex
  /** probe: an append is out; nothing more until it is answered or held for lost. */
  probeOut: boolean
  /** replicate: appends sent and not confirmed, oldest first. */
  readonly inflight: InflightAppend[]
  inflightBytes: number
  /** Of a joining member: what it is to hold next, and since when (membership.ts). */
  round: { readonly upTo: LogIndex; readonly sinceTick: number }
  /** When the follower last answered anything, last moved matchIndex, was last sent a question. */
  activeTick: number
  movedTick: number
  /** When an append to it was last late (prompt-followers.ts); long ago if never. */
  lateTick: number
  askedTick: number
  /** The latest confirmation round it has answered. */
  ackedRound: Round
  /** The highest commit index that has been sent to it. */
  toldCommit: LogIndex
}

export type InflightAppend = {
  readonly lastIndex: LogIndex
  readonly sizeBytes: number
  readonly sentTick: number
}

export function newProgress(
  { id, disk }: { readonly id: MemberId; readonly disk: DiskId },
  nextIndex: LogIndex,
  tick: number,
): Progress {
  return {
    member: id,
    disk,
    diskLost: false,
    restoring: false,
    state: 'probe',
    matchIndex: emptyPrefixIndex,
    nextIndex,
    probeOut: false,
    inflight: [],
    inflightBytes: 0,
    round: { upTo: asIndex(nextIndex - 1), sinceTick: tick },
    activeTick: tick,
    movedTick: tick,
    lateTick: Number.NEGATIVE_INFINITY,
    askedTick: tick,
    ackedRound: 0 as Round,
    toldCommit: emptyPrefixIndex,
  }
}

/** Whether the follower has answered anything in the last so many ticks. */
export function isActive({ activeTick }: Progress, now: number, withinTicks: number): boolean {
  return now - activeTick <= withinTicks
}

/** Whether an append with entries may go out now. */
export function isOpen(progress: Progress, options: RaftOptions): boolean {
  switch (progress.state) {
    case 'probe':
      return !progress.probeOut
    case 'replicate':
      return (
        progress.inflight.length < options.inflightAppendsMax &&
        progress.inflightBytes < options.inflightSizeMaxBytes
      )
    case 'stranded':
      return false
  }
}

/** Called for each append that holds entries, or that probes. */
export function noteAppendSent(progress: Progress, sent: InflightAppend): void {
  progress.askedTick = sent.sentTick
  if (progress.state === 'probe') {
    progress.probeOut = true
    return
  }
  assert(sent.lastIndex >= progress.nextIndex, 'what is sent in the window holds entries')
  progress.nextIndex = asIndex(sent.lastIndex + 1)
  progress.inflight.push(sent)
  progress.inflightBytes += sent.sizeBytes
}

/** The follower holds everything up to `matchIndex`. True when that, or the state, is new. */
export function noteAccepted(progress: Progress, matchIndex: LogIndex, tick: number): boolean {
  if (matchIndex < progress.matchIndex) return false
  const moved = matchIndex > progress.matchIndex
  progress.matchIndex = matchIndex
  if (moved) progress.movedTick = tick
  if (progress.nextIndex <= matchIndex) progress.nextIndex = asIndex(matchIndex + 1)
  if (progress.state !== 'replicate') {
    becomeReplicate(progress)
    return true
  }
  closeInflight(progress)
  return moved
}

/**
 * The follower does not hold `refusedIndex`; the logs can meet at `meetIndex` at best. False when
 * the refusal is an old one: answered meanwhile, or to another append than the probe.
 */
export function noteRefused(
  progress: Progress,
  refused: { readonly refusedIndex: LogIndex; readonly meetIndex: LogIndex },
): boolean {
  const { refusedIndex, meetIndex } = refused
  if (refusedIndex <= progress.matchIndex) return false
  if (progress.state === 'replicate') {
    becomeProbe(progress)
    return true
  }
  if (refusedIndex !== progress.nextIndex - 1) return false
  const next = Math.max(Math.min(refusedIndex, meetIndex + 1), progress.matchIndex + 1)
  progress.nextIndex = asIndex(next)
  progress.probeOut = false
  return true
}

export function becomeProbe(progress: Progress): void {
  progress.state = 'probe'
  progress.probeOut = false
  progress.nextIndex = asIndex(progress.matchIndex + 1)
  progress.inflight.length = 0
  progress.inflightBytes = 0
}

function becomeReplicate(progress: Progress): void {
  progress.state = 'replicate'
  progress.probeOut = false
  progress.nextIndex = asIndex(progress.matchIndex + 1)
}

function closeInflight(progress: Progress): void {
  let closed = 0
  for (const { lastIndex, sizeBytes } of progress.inflight) {
    if (lastIndex > progress.matchIndex) break
    progress.inflightBytes -= sizeBytes
    closed += 1
  }
  if (closed > 0) progress.inflight.splice(0, closed)
}
