import { describe, expect, it } from 'vitest'
import { Probe } from './probe.ts'

const timing = { minMs: 2, maxMs: 100 }

/** When it is due while nothing moves. */
function dueTimes(probe: Probe, fromMs: number, ms: number, ended = 0): number[] {
  const at: number[] = []
  for (let nowMs = fromMs; nowMs < fromMs + ms; nowMs += 1) {
    if (probe.isDue({ begun: ended + 1, ended }, nowMs)) at.push(nowMs)
  }
  return at
}

describe('the probe', () => {
  it('never comes when all work has ended', () => {
    const probe = new Probe(timing)
    for (let nowMs = 1; nowMs < 1_000; nowMs += 1) {
      expect(probe.isDue({ begun: 5, ended: 5 }, nowMs)).toBe(false)
    }
    expect(probe.dueAtMs).toBeUndefined()
  })

  it('comes soon, then ever later, up to a limit', () => {
    const at = dueTimes(new Probe(timing), 0, 1_000)
    const waits = at.slice(1).map((ms, place) => ms - (at[place] ?? 0))
    expect(at[0]).toBeLessThanOrEqual(5)
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.at(-1)).toBe(100)
  })

  it('starts anew whenever something ends', () => {
    const probe = new Probe(timing)
    for (let ended = 0; ended < 50; ended += 1) {
      expect(dueTimes(probe, ended * 2, 2, ended)).toEqual([])
    }
  })

  it('learns how long work takes, so that slow disks do not make it chatter', () => {
    const probe = new Probe(timing)
    let total = 0
    for (let round = 0; round < 60; round += 1) {
      const came = dueTimes(probe, round * 20, 20, round)
      if (round > 40) total += came.length
    }
    expect(total).toBe(0)
    // It still comes, later.
    expect(dueTimes(probe, 60 * 20, 100, 60)).not.toEqual([])
  })
})
