import { describe, expect, it } from 'vitest'
import { Recorder, summarise } from './measure.ts'

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
