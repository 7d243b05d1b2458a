import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { MemberId } from '../../common/member.ts'
import { advanceGroupTime, isTooOld, keptUntilMs, mayForget, noGroupTime } from './group-time.ts'
import type { GroupTime } from './group-time.ts'

const minute = 60_000
const start = 1_800_000_000_000

function stamps(...values: (number | undefined)[]): Map<MemberId, number> {
  const all = new Map<MemberId, number>()
  values.forEach((value, id) => {
    if (value !== undefined) all.set(memberId(id), value)
  })
  return all
}

const at = (time: GroupTime, unixMs: number) => advanceGroupTime(time, stamps(unixMs))

describe('group time', () => {
  it('is the median of those who have stamped', () => {
    expect(advanceGroupTime(noGroupTime, stamps()).unixMs).toBe(0)
    expect(advanceGroupTime(noGroupTime, stamps(undefined, 7)).unixMs).toBe(7)
    expect(advanceGroupTime(noGroupTime, stamps(9, 7)).unixMs).toBe(7)
    expect(advanceGroupTime(noGroupTime, stamps(9, 7, 8)).unixMs).toBe(8)
    expect(advanceGroupTime(noGroupTime, stamps(5, 1, 2, 4, 3)).unixMs).toBe(3)
  })

  it('goes on when two of five have stopped', () => {
    const stopped = start - 60 * minute
    const time = advanceGroupTime(
      noGroupTime,
      stamps(start, start + 1, start + 2, stopped, stopped),
    )
    expect(time.unixMs).toBe(start)
  })

  it('is not moved by one wild clock, neither forward nor back', () => {
    const usual = at(noGroupTime, start)
    const ahead = advanceGroupTime(usual, stamps(start + 10, start + 20, 9e15))
    expect(ahead.unixMs).toBe(start + 20)
    const behind = advanceGroupTime(usual, stamps(start + 10, start + 20, 1))
    expect(behind.unixMs).toBe(start + 10)
  })

  it('never runs backwards', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.nat(10 * minute)), { maxLength: 60 }),
        (ordered) => {
          const latest = new Map<MemberId, number>()
          let time = noGroupTime
          for (const [member, stamp] of ordered) {
            latest.set(memberId(member), stamp)
            const next = advanceGroupTime(time, latest)
            expect(next.unixMs).toBeGreaterThanOrEqual(time.unixMs)
            time = next
          }
        },
      ),
    )
  })
})

describe('copies of requests', () => {
  it('are refused when they are older than five minutes', () => {
    let time = at(noGroupTime, start)
    for (let ms = start; ms <= start + 10 * minute; ms += 5_000) time = at(time, ms)
    expect(isTooOld(time, start + 5 * minute)).toBe(false)
    expect(isTooOld(time, start + 5 * minute - 1)).toBe(true)
    expect(isTooOld(time, 0)).toBe(true)
  })

  it('do not age while the whole group is down', () => {
    const before = at(noGroupTime, start)
    const after = at(before, start + 180 * minute)
    expect(isTooOld(after, start)).toBe(false)
    expect(mayForget(after)).toBe(false)
    let later = after
    for (let ms = 0; ms <= 6 * minute; ms += 5_000) later = at(later, after.unixMs + ms)
    expect(isTooOld(later, start)).toBe(true)
    expect(isTooOld(later, after.unixMs + 2 * minute)).toBe(false)
    expect(mayForget(later)).toBe(true)
  })

  it('submitted before the first stamp are taken', () => {
    expect(isTooOld(at(noGroupTime, start), 0)).toBe(false)
  })

  it('are never applied again after their result was forgotten', () => {
    // One copy is applied at some time; another was submitted around it and arrives at any time.
    const steps = fc.array(fc.oneof(fc.constant(5_000), fc.nat(30 * minute)), { minLength: 3 })
    const history = fc.record({
      steps,
      first: fc.nat(1000),
      submitted: fc.nat(1000),
      arrives: fc.nat(1000),
    })
    fc.assert(
      fc.property(history, ({ steps: lengths, first, submitted, arrives }) => {
        let time = at(noGroupTime, start)
        const times = [time]
        let keptUntil: number | undefined
        let isForgotten = false
        for (const [place, ms] of lengths.entries()) {
          if (place === first % lengths.length) keptUntil = keptUntilMs(time, 'brief')
          time = at(time, time.unixMs + ms)
          times.push(time)
          const ended = keptUntil !== undefined && keptUntil <= time.unixMs
          if (ended && mayForget(time)) isForgotten = true
          if (!isForgotten || place < arrives % lengths.length) continue
          const submittedAt = times[submitted % times.length] as GroupTime
          const appliedAt = times[first % lengths.length] as GroupTime
          // Submitted after the retention, it counts as a new request.
          const isNew = submittedAt.unixMs > appliedAt.unixMs + 10 * minute
          if (!isNew) expect(isTooOld(time, submittedAt.unixMs)).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
