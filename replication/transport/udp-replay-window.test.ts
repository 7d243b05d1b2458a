import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReplayWindow, windowSize } from './udp-replay-window.ts'

function taken(window: ReplayWindow, sequence: number): boolean {
  if (window.isSeen(sequence)) return false
  window.mark(sequence)
  return true
}

describe('the replay window', () => {
  it('takes each number of a window once, in any order', () => {
    const steps = fc.array(fc.integer({ min: -windowSize + 1, max: 40 }), { maxLength: 400 })
    fc.assert(
      fc.property(steps, fc.constantFrom(1, 2 ** 31, 2 ** 47), (distances, start) => {
        const window = new ReplayWindow()
        const seen = new Set<number>()
        let highest = start + windowSize
        expect(taken(window, highest)).toBe(true)
        seen.add(highest)
        for (const distance of distances) {
          const sequence = highest + distance
          expect(taken(window, sequence)).toBe(!seen.has(sequence))
          seen.add(sequence)
          highest = Math.max(highest, sequence)
        }
      }),
      { numRuns: 300 },
    )
  })

  it('refuses what is a window behind, and remembers what is just inside of it', () => {
    for (const highest of [windowSize + 1, windowSize + 31, 3 * windowSize + 32]) {
      const window = new ReplayWindow()
      const oldest = highest - windowSize + 1
      expect(taken(window, oldest + 1)).toBe(true)
      expect(taken(window, highest)).toBe(true)
      expect(taken(window, oldest)).toBe(true)
      expect(taken(window, oldest)).toBe(false)
      expect(taken(window, oldest + 1)).toBe(false)
      expect(taken(window, oldest - 1)).toBe(false)
    }
  })

  it('forgets nothing within the window after a jump of any size', () => {
    for (const jump of [1, 31, 32, 33, windowSize - 1, windowSize, 8_192, 8_193, 10 * windowSize]) {
      const window = new ReplayWindow()
      expect(taken(window, 100)).toBe(true)
      expect(taken(window, 100 + jump)).toBe(true)
      expect(taken(window, 100)).toBe(false)
      expect(taken(window, 100 + jump)).toBe(false)
      expect(taken(window, 99 + jump)).toBe(jump > 1)
    }
  })

  it('starts after a number: that and all before it have been seen, nothing above it', () => {
    for (const start of [1, 31, 32, 63, 64, 100_000]) {
      const window = new ReplayWindow()
      expect(taken(window, 5)).toBe(true)
      window.startAfter(start)
      for (let back = 0; back < 100 && back < start; back += 1) {
        expect(window.isSeen(start - back)).toBe(true)
      }
      expect(taken(window, start + 40)).toBe(true)
      for (let ahead = 1; ahead < 40; ahead += 1) expect(taken(window, start + ahead)).toBe(true)
      expect(taken(window, start)).toBe(false)
    }
  })
})
