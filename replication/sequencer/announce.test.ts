import { describe, expect, it } from 'vitest'
import { Announcer } from './announce.ts'

const timing = { heartbeatTicks: 20, nudgeMinTicks: 1 }
const settled = { isUnsettled: false, progress: 0 }

/** Ticks at which it nudges while nothing moves. */
function nudges(announcer: Announcer, from: number, ticks: number, progress = 0): number[] {
  const at: number[] = []
  for (let now = from; now < from + ticks; now += 1) {
    if (announcer.isNudgeDue({ isUnsettled: true, progress }, now)) at.push(now)
  }
  return at
}

describe('the heartbeat', () => {
  it('is due when nothing was broadcast for its time', () => {
    const announcer = new Announcer(timing)
    announcer.broadcast(5)
    expect(announcer.isHeartbeatDue(24)).toBe(false)
    expect(announcer.isHeartbeatDue(25)).toBe(true)
  })
})

describe('the nudge', () => {
  it('never comes when all is settled', () => {
    const announcer = new Announcer(timing)
    for (let now = 1; now < 100; now += 1) expect(announcer.isNudgeDue(settled, now)).toBe(false)
  })

  it('comes soon, then ever later, up to a heartbeat apart', () => {
    const at = nudges(new Announcer(timing), 1, 100)
    const gaps = at.slice(1).map((tick, place) => tick - (at[place] ?? 0))
    expect(at[0]).toBeLessThanOrEqual(4)
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b))
    expect(gaps.at(-1)).toBe(20)
  })

  it('starts anew whenever something moves', () => {
    const announcer = new Announcer(timing)
    for (let progress = 1; progress < 50; progress += 1) {
      expect(nudges(announcer, progress, 1, progress)).toEqual([])
    }
  })

  it('learns how long progress takes, so that slow disks do not make it chatter', () => {
    const announcer = new Announcer(timing)
    let total = 0
    for (let round = 1; round <= 60; round += 1) {
      const came = nudges(announcer, round * 8, 8, round)
      if (round > 40) total += came.length
    }
    expect(total).toBe(0)
  })
})
