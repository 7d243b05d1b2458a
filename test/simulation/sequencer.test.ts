import { describe, expect, it } from 'vitest'
import { plantedBugs } from '../../replication/sequencer/config.ts'
import { firstFailure, requireNoFailure } from './report.ts'
import { runSimulation } from './simulation.ts'
import { sequencerProtocol } from './sequencer-protocol.ts'
import type { SimulationResult } from './types.ts'

describe('the rotating sequencer under the simulator', () => {
  // In parts, so that each stays far below the time limit of a test on a busy machine.
  for (const fromSeed of [1, 76, 151, 226]) {
    it(`breaks no rule, and finishes what is pending: 75 seeds from ${fromSeed}`, () => {
      const totals = { writes: 0, reads: 0, crashes: 0, pauses: 0, partitions: 0, lost: 0 }
      const onResult = ({ statistics }: SimulationResult): void => {
        totals.writes += statistics.writesAcknowledged
        totals.reads += statistics.readsServed
        totals.crashes += statistics.crashes
        totals.pauses += statistics.pauses
        totals.partitions += statistics.partitions
        totals.lost += statistics.messagesLost
      }
      requireNoFailure({ protocol: sequencerProtocol, fromSeed, seeds: 75, onResult })
      expect(totals.writes).toBeGreaterThan(2_000)
      for (const total of Object.values(totals)) expect(total).toBeGreaterThan(20)
    })
  }

  it('runs the same twice under the same seed', () => {
    const run = { protocol: sequencerProtocol, seed: 7 }
    expect(runSimulation(run).digest).toBe(runSimulation(run).digest)
  })
})

describe('the checks find what they look for', () => {
  const checkOf: Record<(typeof plantedBugs)[number], RegExp> = {
    acknowledgeBeforeDurable: /promises are durable/,
    deliverBelowQuorum: /stable before delivery/,
    sendBeforePersist: /one issuer|agreement|exception/,
    skipSenderOrder: /sender order/,
    barrierBelowQuorum: /linearizable reads/,
  }
  for (const plantedBug of plantedBugs) {
    it(plantedBug, () => {
      const runs = { protocol: sequencerProtocol, fromSeed: 1, seeds: 1_000, plantedBug }
      expect(firstFailure(runs)?.failure?.check).toMatch(checkOf[plantedBug])
    })
  }
})
