import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DeadlineWheel } from './deadline-wheel.ts'

describe('DeadlineWheel', () => {
  it('expires each item once: never early, late by one granularity at most, unless removed', () => {
    const granularityMs = 20
    const waits = fc.array(
      fc.record({ afterMs: fc.integer({ min: 1, max: 2_000 }), removed: fc.boolean() }),
    )
    const steps = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 60 })
    const start = fc.integer({ min: 0, max: 1_000 })
    fc.assert(
      fc.property(waits, steps, start, (drawn, stepsMs, startMs) => {
        // Few slots, so that items of several rounds share one.
        const wheel = new DeadlineWheel({ granularityMs, slots: 8, nowMs: startMs })
        const items = drawn.map(({ afterMs, removed }) => {
          const item = {
            expiresAtMs: startMs + afterMs,
            removed,
            expired: 0,
            expire: () => {
              item.expired += 1
            },
          }
          wheel.add(item)
          return item
        })
        for (const item of items) if (item.removed) wheel.remove(item)
        let nowMs = startMs
        for (const stepMs of stepsMs) {
          nowMs += stepMs
          wheel.expire(nowMs)
          for (const { expiresAtMs, removed, expired } of items) {
            if (removed || expiresAtMs > nowMs) expect(expired).toBe(0)
            else if (expiresAtMs + granularityMs <= nowMs) expect(expired).toBe(1)
          }
        }
      }),
    )
  })

  it('takes no deadline that has passed', () => {
    const wheel = new DeadlineWheel({ granularityMs: 20, slots: 8, nowMs: 1_000 })
    expect(() => wheel.add({ expiresAtMs: 990, expire: () => undefined })).toThrow(/in the future/)
  })
})
