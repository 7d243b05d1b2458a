import { describe, expect, it } from 'vitest'
import { RoundTrip } from './round-trip.ts'

function measured(...samplesMs: number[]): RoundTrip {
  const roundTrip = new RoundTrip()
  for (const ms of samplesMs) roundTrip.sample(ms)
  return roundTrip
}

describe('the timeout of one way', () => {
  it('follows the first sample, then smooths', () => {
    expect(measured(10).timeoutMs).toBe(30)
    const steady = measured(...Array.from({ length: 100 }, () => 10))
    expect(steady.timeoutMs).toBeGreaterThan(10)
    expect(steady.timeoutMs).toBeLessThan(11)
  })

  it('is the longer, the more the samples vary', () => {
    const varying = Array.from({ length: 100 }, (_, place) => (place % 2 === 0 ? 5 : 15))
    expect(measured(...varying).timeoutMs).toBeGreaterThan(20)
  })
})

describe('the grace for what may have been overtaken', () => {
  it('is none until something has been asked for too soon', () => {
    const roundTrip = measured(8)
    expect(roundTrip.graceMs).toBe(0)
    roundTrip.askedTooSoon()
    expect(roundTrip.graceMs).toBe(2)
  })

  it('ends at two round trips', () => {
    const roundTrip = measured(8)
    for (let time = 0; time < 100; time += 1) roundTrip.askedTooSoon()
    expect(roundTrip.graceMs).toBe(16)
  })

  it('gets shorter again as answers are needed', () => {
    const roundTrip = measured(8)
    roundTrip.askedTooSoon()
    roundTrip.askedTooSoon()
    for (let time = 0; time < 32; time += 1) roundTrip.answerNeeded()
    expect(roundTrip.graceMs).toBe(2)
  })
})
