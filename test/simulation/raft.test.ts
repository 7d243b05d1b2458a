import { describe, expect, it, vi } from 'vitest'
import type { SimulationOptions } from './options.ts'
import { raftProtocol } from './raft-protocol.ts'
import { firstFailure, requireNoFailure } from './report.ts'
import { environmentBugs, installBugs, runSimulation } from './simulation.ts'
import type { SimulationResult } from './types.ts'

/** Always the same, so that a failure is somebody's change; and some that nobody has run before. */
const fixedSeeds = 250
const freshSeeds = 50

/** Pure computing: how long it takes says how busy the machine is, nothing else. */
vi.setConfig({ testTimeout: 600_000 })

describe('Raft under the simulator', () => {
  it(`finds nothing in seeds 1 to ${fixedSeeds}, in which a lot happens`, () => {
    const totals = {
      writes: 0,
      reads: 0,
      crashes: 0,
      pauses: 0,
      partitions: 0,
      lost: 0,
      changes: 0,
    }
    const rare = { wipes: 0, installs: 0, gracefulStops: 0 }
    const onResult = ({ statistics }: SimulationResult): void => {
      totals.writes += statistics.writesAcknowledged
      totals.reads += statistics.readsServed
      totals.crashes += statistics.crashes
      totals.pauses += statistics.pauses
      totals.partitions += statistics.partitions
      totals.lost += statistics.messagesLost
      totals.changes += statistics.actionsDone
      rare.wipes += statistics.wipes
      rare.installs += statistics.installs
      rare.gracefulStops += statistics.gracefulStops
    }
    requireNoFailure({ protocol: raftProtocol, fromSeed: 1, seeds: fixedSeeds, onResult })
    expect(totals.writes).toBeGreaterThan(5_000)
    expect(totals.reads).toBeGreaterThan(2_000)
    for (const total of Object.values(totals)) expect(total).toBeGreaterThan(100)
    for (const total of Object.values(rare)) expect(total).toBeGreaterThan(20)
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

/** Trouble of one kind, often enough for a bug to meet it. */
const never = 1_000_000
const lostDisks: Partial<SimulationOptions> = {
  members: 3,
  spares: 0,
  safetyMs: 6_000,
  wipeShare: 1,
  crashEveryMs: 900,
  crashAllShare: 0,
  slowDiskMember: 1,
  administerEveryMs: never,
}
const lostFounders: Partial<SimulationOptions> = {
  members: 5,
  spares: 0,
  safetyMs: 3_000,
  clients: 4,
  operations: 40,
  wipeShare: 1,
  crashEveryMs: 300,
  crashAllShare: 0,
  faultMaxMs: 300,
  administerEveryMs: never,
}
const manyChanges: Partial<SimulationOptions> = {
  members: 5,
  spares: 2,
  administerEveryMs: 100,
  diskMinMs: 20,
  diskMaxMs: 60,
}
const manyLearners: Partial<SimulationOptions> = {
  members: 3,
  spares: 2,
  crashEveryMs: 1_500,
  crashAllShare: 0,
  administerEveryMs: 200,
}
const lonelyLeaders: Partial<SimulationOptions> = {
  clients: 16,
  operations: 400,
  thinkMaxMs: 1,
  partitionEveryMs: 600,
  oneWayShare: 0,
  faultMaxMs: 1_500,
}
const lateAnswers: Partial<SimulationOptions> = {
  members: 5,
  spares: 0,
  clients: 8,
  readShare: 0.5,
  holdBack: 0.1,
  holdBackMaxMs: 3_000,
  partitionEveryMs: 700,
  oneWayShare: 0,
  faultMaxMs: 1_500,
  wipeShare: 0,
  administerEveryMs: 0,
}
const replacedTails: Partial<SimulationOptions> = {
  members: 5,
  spares: 0,
  clients: 16,
  operations: 400,
  thinkMaxMs: 1,
  diskMinMs: 20,
  diskMaxMs: 60,
  partitionEveryMs: 500,
  oneWayShare: 0,
  faultMaxMs: 1_000,
  wipeShare: 0,
  administerEveryMs: 0,
}
const slowDisks: Partial<SimulationOptions> = {
  members: 3,
  spares: 0,
  clients: 8,
  thinkMaxMs: 1,
  diskMinMs: 5,
  diskMaxMs: 40,
  slowDiskMember: 0,
  applyMinMs: 0.1,
  applyMaxMs: 0.5,
}
/** The lead moves while members are cut off that wait for a state: it comes from a later term. */
const movingLeads: Partial<SimulationOptions> = {
  members: 5,
  spares: 0,
  safetyMs: 5_000,
  clients: 8,
  operations: 300,
  readShare: 0,
  thinkMaxMs: 200,
  loss: 0,
  delayMinMs: 0.1,
  delayMaxMs: 1,
  administerEveryMs: 60,
  crashEveryMs: 400,
  crashAllShare: 0,
  wipeShare: 0,
  pauseEveryMs: 0,
  restartEveryMs: 0,
  partitionEveryMs: 700,
  oneWayShare: 0,
  faultMaxMs: 1_500,
  fetchMaxMs: 10,
  fetchFailures: 0.85,
  clockSpeeds: [0.5, 0.5, 0.5, 0.5, 0.5],
}

describe('each planted bug is found', () => {
  type Hunt = { readonly check: RegExp; readonly overrides?: Partial<SimulationOptions> }
  const bugs: Readonly<Record<string, Hunt>> = {
    voteBeforeDurable: { check: /durable promises/ },
    voteTwice: { check: /one vote per term|election safety/ },
    ackBeforePersist: { check: /durable promises/ },
    commitOlderTerm: { check: /commit rule/ },
    quorumOneLess: { check: /election safety|leader completeness|commit safety|agreement/ },
    confirmReplaced: { check: /durable is durable/, overrides: replacedTails },
    readBeforeTermCommit: { check: /linearizable reads/ },
    lateReadAck: { check: /linearizable reads/, overrides: lateAnswers },
    countAnyDisk: { check: /commit safety|election safety/, overrides: lostDisks },
    changeBeforeTermCommit: { check: /one change at a time/, overrides: manyChanges },
    changeTwiceAtOnce: { check: /one change at a time/, overrides: manyChanges },
    // Progress, too: a removal that only a learner confirmed leaves voters who believe themselves out.
    learnerCounts: { check: /commit safety|only voters lead|progress/, overrides: manyLearners },
    installKeepsTail: { check: /exception|log matching|durable/, overrides: lonelyLeaders },
    installForgetsTerm: { check: /states tell their term/, overrides: movingLeads },
    foundWithoutAll: {
      check: /election safety|agreement|commit safety|leader completeness/,
      overrides: lostFounders,
    },
    trimBeyondDurable: { check: /trim/, overrides: slowDisks },
  }

  it('and the list is complete', () => {
    expect(Object.keys(bugs).sort()).toEqual([...raftProtocol.plantedBugs].sort())
  })

  for (const [plantedBug, { check, overrides = {} }] of Object.entries(bugs)) {
    it(plantedBug, () => {
      const runs = { protocol: raftProtocol, fromSeed: 1, seeds: 2_000, plantedBug, overrides }
      expect(firstFailure(runs)?.failure?.check).toMatch(check)
    })
  }

  for (const plantedBug of installBugs) {
    it(`${plantedBug}, around a protocol that is right`, () => {
      const overrides = { crashEveryMs: 700, faultMaxMs: 300, diskMinMs: 20, diskMaxMs: 60 }
      const runs = { protocol: raftProtocol, fromSeed: 1, seeds: 200, plantedBug, overrides }
      expect(firstFailure(runs)?.failure?.check).toMatch(/agreement|exception|commit|durable/)
    })
  }

  for (const plantedBug of environmentBugs) {
    it(`${plantedBug}, around a protocol that is right`, () => {
      const found = firstFailure({ protocol: raftProtocol, fromSeed: 1, seeds: 200, plantedBug })
      expect(found?.failure?.check).toMatch(
        /durable|commit|completeness|agreement|vote|no loss|exception|progress/,
      )
    })
  }
})
