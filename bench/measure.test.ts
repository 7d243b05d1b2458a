import { describe, expect, it } from 'vitest'
import { Recorder, summarise, summariseRecordings } from './measure.ts'

describe('summarise', () => {
  it('takes percentiles by nearest rank', () => {
    const latencies = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(summarise('x', latencies)).toMatchObject({
      calls: 100,
      meanMs: 50.5,
      p50Ms: 50,
      p95Ms: 95,
      p99Ms: 99,
      worstMs: 100,
    })
  })

  it('says zero for nothing', () => {
    expect(summarise('x', [])).toMatchObject({ calls: 0, meanMs: 0, p99Ms: 0 })
  })
})

describe('Recorder', () => {
  it('counts errors apart from latencies and finds the longest gap', async () => {
    let now = 0
    const recorder = new Recorder(() => now)
    const call = async (tookMs: number): Promise<void> => {
      now += tookMs
    }
    await recorder.measure('search', () => call(10), String)
    await recorder.measure('search', () => call(40), String)
    await recorder.measure('search', () => Promise.reject('BUSY'), String)
    now = 1_000
    const summary = recorder.summary()
    expect(summary.calls).toBe(2)
    expect(summary.callsPerSecond).toBe(2)
    expect(summary.errors).toEqual({ 'search BUSY': 1 })
    expect(summary.longestGapMs).toBe(40)
  })
})

describe('summariseRecordings', () => {
  it('adds up rates, counts and errors, and takes percentiles over all', () => {
    const one = { elapsedMs: 1_000, latenciesMs: { write: [1, 2] }, errors: { BUSY: 1 } }
    const other = { elapsedMs: 500, latenciesMs: { write: [30], read: [4] }, errors: { BUSY: 2 } }
    const summary = summariseRecordings([
      { ...one, longestGapMs: 7 },
      { ...other, longestGapMs: 3 },
    ])
    expect(summary).toMatchObject({ callsPerSecond: 6, calls: 4, errorCount: 3, longestGapMs: 7 })
    expect(summary.errors).toEqual({ BUSY: 3 })
    expect(summary.all).toMatchObject({ p50Ms: 2, worstMs: 30 })
    expect(summary.operations.map(({ operation, calls }) => [operation, calls])).toEqual([
      ['read', 1],
      ['write', 3],
    ])
  })
})
