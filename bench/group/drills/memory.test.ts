import { expect, it } from 'vitest'
import { growthOf, type Measure, measures, type Sample } from './memory.ts'

const commands = 300
const [resident, heap] = measures as readonly [Measure, Measure]

/** What is in use after so many commands. */
function samples(use: (written: number) => number): Sample[] {
  return Array.from({ length: commands }, (_, place) => {
    const bytes = use(place + 1)
    return { written: place + 1, use: { residentBytes: bytes, heapUsedBytes: bytes } }
  })
}

it('what grows while it warms up and stays then is flat', () => {
  const warmed = samples((written) => Math.min(written, 100))
  expect(growthOf(warmed, resident, commands)).toBe(1)
})

it('what grows with the commands is not', () => {
  expect(
    growthOf(
      samples((written) => written),
      resident,
      commands,
    ),
  ).toBeGreaterThan(1.5)
  // A leak below what is collected again and again.
  const leaking = samples((written) => 20 + written / 10 + (written % 30))
  expect(growthOf(leaking, heap, commands)).toBeGreaterThan(1.15)
  const collected = samples((written) => 40 + (written % 30) + (written > 200 ? written % 7 : 0))
  expect(growthOf(collected, heap, commands)).toBeLessThan(1.15)
})

it('too few samples are no proof', () => {
  expect(growthOf([], resident, commands)).toBe(Number.POSITIVE_INFINITY)
})
