import { describe, expect, it, vi } from 'vitest'
import { raftProtocol } from './raft-protocol.ts'
import { firstFailure, requireNoFailure } from './report.ts'
import { environmentBugs, runSimulation } from './simulation.ts'
import type { SimulationResult } from './types.ts'

/** Always the same, so that a failure is somebody's change; and some that nobody has run before. */
const fixedSeeds = 250
const freshSeeds = 50

/** Pure computing: how long it takes says how busy the machine is, nothing else. */
vi.setConfig({ testTimeout: 600_000 })

describe('Raft under the simulator', () => {
  it(`finds nothing in seeds 1 to ${fixedSeeds}, in which a lot happens`, () => {
    const totals = { writes: 0, reads: 0, crashes: 0, pauses: 0, partitions: 0, lost: 0 }
    const onResult = ({ statistics }: SimulationResult): void => {
      totals.writes += statistics.writesAcknowledged
      totals.reads += statistics.readsServed
      totals.crashes += statistics.crashes
      totals.pauses += statistics.pauses
      totals.partitions += statistics.partitions
      totals.lost += statistics.messagesLost
    }
    requireNoFailure({ protocol: raftProtocol, fromSeed: 1, seeds: fixedSeeds, onResult })
    expect(totals.writes).toBeGreaterThan(5_000)
    expect(totals.reads).toBeGreaterThan(2_000)
    for (const total of Object.values(totals)) expect(total).toBeGreaterThan(100)
  })

  it(`finds nothing in ${freshSeeds} fresh seeds`, () => {
    const fromSeed = 1_000_000 + Math.floor(Math.random() * 1_000_000_000)
    console.log(`raft: fresh seeds from ${fromSeed}`)
    requireNoFailure({ protocol: raftProtocol, fromSeed, seeds: freshSeeds })
  })

  it('runs the same twice under the same seed', () => {
    const run = () => runSimulation({ protocol: raftProtocol, seed: 11 })
    expect(run().digest).toBe(run().digest)
  })
})

describe('each planted bug is found', () => {
  const bugs: Readonly<Record<string, { readonly check: RegExp; readonly fromSeed?: number }>> = {
    voteBeforeDurable: { check: /durable promises/ },
    voteTwice: { check: /one vote per term|election safety/ },
    ackBeforePersist: { check: /durable promises/ },
    commitOlderTerm: { check: /commit rule/ },
    quorumOneLess: { check: /election safety|leader completeness|commit safety|agreement/ },
    confirmReplaced: { check: /durable is durable/ },
    readBeforeTermCommit: { check: /linearizable reads/ },
    lateReadAck: { check: /linearizable reads/ },
  }

  it('and the list is complete', () => {
    expect(Object.keys(bugs).sort()).toEqual([...raftProtocol.plantedBugs].sort())
  })

  for (const [plantedBug, { check, fromSeed = 1 }] of Object.entries(bugs)) {
    it(plantedBug, () => {
      const found = firstFailure({ protocol: raftProtocol, fromSeed, seeds: 2_000, plantedBug })
      expect(found?.failure?.check).toMatch(check)
    })
  }

  for (const plantedBug of environmentBugs) {
    it(`${plantedBug}, around a protocol that is right`, () => {
      const found = firstFailure({ protocol: raftProtocol, fromSeed: 1, seeds: 200, plantedBug })
      expect(found?.failure?.check).toMatch(
        /durable|commit|agreement|vote|no loss|exception|progress/,
      )
    })
  }
})
