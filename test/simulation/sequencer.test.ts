import { describe, expect, it, vi } from 'vitest'
import { plantedBugs } from '../../replication/sequencer/config.ts'
import { firstFailure, requireNoFailure } from './report.ts'
import { sequencerProtocol } from './sequencer-protocol.ts'
import { runSimulation } from './simulation.ts'
import type { SimulationResult } from './types.ts'

/** Always the same, so that a failure is somebody's change; and some that nobody has run before. */
const fixedSeeds = 200
const freshSeeds = 50

/** Pure computing: how long it takes says how busy the machine is, nothing else. */
vi.setConfig({ testTimeout: 900_000 })

describe('the rotating sequencer under the simulator', () => {
  it(`finds nothing in seeds 1 to ${fixedSeeds}, in which a lot happens`, () => {
    const totals = { writes: 0, reads: 0, crashes: 0, wipes: 0, pauses: 0, partitions: 0, lost: 0 }
    const onResult = ({ statistics }: SimulationResult): void => {
      totals.writes += statistics.writesAcknowledged
      totals.reads += statistics.readsServed
      totals.crashes += statistics.crashes
      totals.wipes += statistics.wipes
      totals.pauses += statistics.pauses
      totals.partitions += statistics.partitions
      totals.lost += statistics.messagesLost
    }
    requireNoFailure({ protocol: sequencerProtocol, fromSeed: 1, seeds: fixedSeeds, onResult })
    expect(totals.writes).toBeGreaterThan(5_000)
    expect(totals.reads).toBeGreaterThan(2_000)
    for (const total of Object.values(totals)) expect(total).toBeGreaterThan(30)
  })

  it(`finds nothing in ${freshSeeds} fresh seeds`, () => {
    const fromSeed = 1_000_000 + Math.floor(Math.random() * 1_000_000_000)
    console.log(`sequencer: fresh seeds from ${fromSeed}`)
    requireNoFailure({ protocol: sequencerProtocol, fromSeed, seeds: freshSeeds })
  })

  it('runs the same twice under the same seed', () => {
    const run = { protocol: sequencerProtocol, seed: 7 }
    expect(runSimulation(run).digest).toBe(runSimulation(run).digest)
  })
})

describe('each planted bug is found', () => {
  /** `fromSeed`: to begin near the first that finds it, and to be done sooner. */
  const bugs: Readonly<Record<string, { readonly check: RegExp; readonly fromSeed?: number }>> = {
    acknowledgeBeforeDurable: { check: /promises are durable/ },
    deliverBelowQuorum: { check: /stable before delivery/ },
    skipSenderOrder: { check: /sender order/ },
    barrierBelowQuorum: { check: /linearizable reads/ },
    forgetPromise: { check: /one primary|promise|agreement|exception/, fromSeed: 300 },
    resumeOldView: { check: /exception|one issuer/ },
    issueTwice: { check: /one issuer/ },
    baseByLength: { check: /base/ },
    countWiped: { check: /one primary|who is counted/ },
    recoverPastGap: { check: /exception/ },
    countOutsiders: { check: /stable before delivery|agreement/, fromSeed: 100 },
    barrierFromOldView: { check: /linearizable reads/ },
    barrierBelowFirstGlobal: { check: /linearizable reads/, fromSeed: 70 },
    deliverAgain: { check: /no repetition/ },
    incarnationByClock: { check: /progress|one issuer|exception/ },
    promiseEqualAgain: { check: /one answer/ },
    installUnpromised: { check: /exception|promise|one primary/ },
    forgetRecovering: { check: /whole again/ },
    skipNoting: { check: /promises are durable/ },
    rebuildForgetsPromise: { check: /whole again/ },
    rebuildWithoutTail: { check: /whole again/ },
  }

  it('and the list is complete', () => {
    expect(Object.keys(bugs).sort()).toEqual([...plantedBugs].sort())
  })

  for (const [plantedBug, { check, fromSeed = 1 }] of Object.entries(bugs)) {
    it(plantedBug, () => {
      const found = firstFailure({ protocol: sequencerProtocol, fromSeed, seeds: 200, plantedBug })
      expect(found?.failure?.check).toMatch(check)
    })
  }
})
