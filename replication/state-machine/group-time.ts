/**
 * Group time: the median of the members' latest clock stamps, never backwards. Pure. One wild clock
 * cannot move it, and it goes on as long as a majority stamps.
 *
 * From it follows how long results are kept, and which copies of a request are too old. The two
 * belong together: a copy may be applied only if a result that an earlier copy left would still be
 * there. A copy is refused once it is older than `copyAgeMaxMs`; a result is kept for its retention
 * plus that age plus some slack. So whenever a result has been forgotten, every copy that was
 * submitted within the retention is refused.
 *
 * When all members were down, group time stands still and then jumps. Requests on their way have
 * not really aged by that. So time in the last gap does not count for their age, and nothing is
 * forgotten until all copies from before the gap have become too old.
 */
import type { MemberId } from '../../common/member.ts'
import type { Retention } from './application.ts'

export type GroupTime = {
  /** Unix ms; 0 until the first stamp. */
  readonly unixMs: number
  /** The latest jump: from, and to. Equal when there was none. */
  readonly gapFromMs: number
  readonly gapToMs: number
}

export const noGroupTime: GroupTime = { unixMs: 0, gapFromMs: 0, gapToMs: 0 }

/** Members stamp every few seconds: a longer step means that nothing was ordered for a while. */
const gapMinMs = 60_000
export const copyAgeMaxMs = 5 * 60_000
const slackMs = 60_000

const retentionMs: Readonly<Record<Retention, number>> = {
  brief: 10 * 60_000,
  day: 24 * 60 * 60_000,
}

/** Group time after the latest stamps became `stamps`. Members that never stamped do not count. */
export function advanceGroupTime(
  time: GroupTime,
  stamps: ReadonlyMap<MemberId, number>,
): GroupTime {
  const median = lowerMedian([...stamps.values()])
  if (median === undefined || median <= time.unixMs) return time
  const isGap = median - time.unixMs >= gapMinMs
  if (!isGap) return { ...time, unixMs: median }
  return { unixMs: median, gapFromMs: time.unixMs, gapToMs: median }
}

/** With an even number the lower one of the middle: of two clocks the one that expires less. */
function lowerMedian(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)]
}

/** Whether a copy of a request that was submitted at `submittedAtMs` (group time) is refused. */
export function isTooOld(time: GroupTime, submittedAtMs: number): boolean {
  const gapMs = submittedAtMs <= time.gapFromMs ? time.gapToMs - time.gapFromMs : 0
  return time.unixMs - submittedAtMs - gapMs > copyAgeMaxMs
}

/** Until when, in group time, the result of a request that is applied now is kept. */
export function keptUntilMs(time: GroupTime, retention: Retention): number {
  return time.unixMs + retentionMs[retention] + copyAgeMaxMs + slackMs
}

/** Whether results may be forgotten now: not while copies from before a gap may still come. */
export function mayForget(time: GroupTime): boolean {
  return time.unixMs >= time.gapToMs + copyAgeMaxMs + slackMs
}
