import { describe, expect, it, vi } from 'vitest'
import { type LossRunOptions, type LossRunResult, runLossy } from './loss-run.ts'

/** Pure computing: how long it takes says how busy the machine is, nothing else. */
vi.setConfig({ testTimeout: 300_000 })

/** Five members under the same load in the same seed, with and without loss. */
function compare(options: Omit<LossRunOptions, 'loss'>, loss: number) {
  const none = runLossy({ ...options, loss: 0 })
  const lossy = runLossy({ ...options, loss })
  return { none, lossy, ratio: lossy.commandsPerSecond / none.commandsPerSecond }
}

/** Of what was asked for, how much the asker had by then or got twice. */
function unneededShare({ unneededPerCommand, askedPerCommand }: LossRunResult): number {
  return unneededPerCommand / askedPerCommand
}

/**
 * Nothing but the network costs time here (a tenth of a millisecond), so each loss that is waited
 * for shows. On real processes, which are busy, the shares are better.
 */
describe('five members that lose datagrams', () => {
  const loads = [
    { submitters: 1, outstanding: 1 },
    { submitters: 5, outstanding: 1 },
    { submitters: 5, outstanding: 10 },
  ]
  for (const load of loads) {
    const name = `${load.submitters} submitting, ${load.outstanding} outstanding`

    it(`${name}: keep at least half of their throughput at 5 %`, () => {
      const { lossy, ratio } = compare({ seed: 1, ...load }, 0.05)
      expect(ratio).toBeGreaterThan(0.5)
      expect(lossy.p99Ms).toBeLessThan(10)
    })

    it(`${name}: notice little of 1 %`, () => {
      const { lossy, ratio } = compare({ seed: 2, ...load }, 0.01)
      expect(ratio).toBeGreaterThan(0.8)
      expect(lossy.p99Ms).toBeLessThan(5)
    })
  }

  it('ask for hardly anything that they do not need, even at 20 %, and go on', () => {
    const result = runLossy({ seed: 3, loss: 0.2, submitters: 5, outstanding: 10 })
    expect(result.commandsPerSecond).toBeGreaterThan(1_000)
    expect(result.askedPerCommand).toBeGreaterThan(0)
    expect(unneededShare(result)).toBeLessThan(0.05)
    // No storm: no more datagrams for a command than without loss, give or take its repair.
    const none = runLossy({ seed: 3, loss: 0, submitters: 5, outstanding: 10 })
    expect(result.datagramsPerCommand).toBeLessThan(2 * none.datagramsPerCommand)
  })

  it('ask for little too soon where datagrams overtake each other', () => {
    const load = { submitters: 5, outstanding: 10, reorders: true }
    const { none, lossy, ratio } = compare({ seed: 4, ...load }, 0.05)
    expect(none.unneededPerCommand).toBeLessThan(0.02)
    expect(unneededShare(lossy)).toBeLessThan(0.05)
    expect(ratio).toBeGreaterThan(0.35)
  })

  it('run the same twice under the same seed', () => {
    const run = { seed: 5, loss: 0.05, outstanding: 10, measureMs: 50 }
    expect(runLossy(run)).toEqual(runLossy(run))
  })
})
