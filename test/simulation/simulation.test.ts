import { describe, expect, it } from 'vitest'
import { firstFailure, requireNoFailure } from './report.ts'
import { environmentBugs, runSimulation } from './simulation.ts'
import { toyBugs } from './toy-core.ts'
import { toyProtocol } from './toy-protocol.ts'

describe('the simulator, on a toy protocol', () => {
  it('finds nothing in a protocol that is right', () => {
    requireNoFailure({ protocol: toyProtocol, fromSeed: 1, seeds: 60 })
  })

  it('does work: commands are acknowledged, reads are served, faults happen', () => {
    const totals = { writes: 0, reads: 0, crashes: 0, pauses: 0, partitions: 0, lost: 0 }
    const onResult = ({ statistics }: ReturnType<typeof runSimulation>): void => {
      totals.writes += statistics.writesAcknowledged
      totals.reads += statistics.readsServed
      totals.crashes += statistics.crashes
      totals.pauses += statistics.pauses
      totals.partitions += statistics.partitions
      totals.lost += statistics.messagesLost
    }
    requireNoFailure({ protocol: toyProtocol, fromSeed: 100, seeds: 20, onResult })
    expect(totals.writes).toBeGreaterThan(500)
    expect(totals.reads).toBeGreaterThan(200)
    for (const total of Object.values(totals)) expect(total).toBeGreaterThan(5)
  })

  it('runs the same twice under the same seed, and differently under another', () => {
    const digests = [7, 7, 8].map((seed) => runSimulation({ protocol: toyProtocol, seed }).digest)
    expect(digests[0]).toBe(digests[1])
    expect(digests[0]).not.toBe(digests[2])
  })

  it('replays a failure, with a trace or without', () => {
    const runs = { protocol: toyProtocol, fromSeed: 1, seeds: 50, plantedBug: 'swapOrder' }
    const found = firstFailure(runs)
    const lines: string[] = []
    const again = runSimulation({
      protocol: toyProtocol,
      seed: found?.seed ?? -1,
      plantedBug: 'swapOrder',
      trace: (line) => lines.push(line),
    })
    expect(again).toMatchObject({ failure: { ...found?.failure, stack: expect.any(String) } })
    expect(again.digest).toBe(found?.digest)
    expect(lines.length).toBeGreaterThan(100)
  })
})

describe('each check finds the bug that it looks for', () => {
  for (const [plantedBug, check] of Object.entries(toyBugs)) {
    it(`${plantedBug}: ${check}`, () => {
      const found = firstFailure({ protocol: toyProtocol, fromSeed: 1, seeds: 100, plantedBug })
      expect(found?.failure?.check).toBe(check)
    })
  }

  // Crashes that come often and writes that take long, so that they meet.
  const overrides = { crashEveryMs: 300, faultMaxMs: 200, diskMinMs: 10, diskMaxMs: 40 }
  for (const plantedBug of environmentBugs) {
    it(`${plantedBug}, around a protocol that is right`, () => {
      const checks = Array.from({ length: 60 }, (_, seed) => {
        return runSimulation({ protocol: toyProtocol, seed, plantedBug, overrides }).failure?.check
      })
      expect(checks).toContain('agreement')
    })
  }
})
