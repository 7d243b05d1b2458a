/** The rotating sequencer as the simulator runs it. */
import { sequencerCodec } from '../../replication/sequencer/codec.ts'
import type { PlantedBug } from '../../replication/sequencer/config.ts'
import { plantedBugs } from '../../replication/sequencer/config.ts'
import { SequencerCore } from '../../replication/sequencer/core.ts'
import type { SequencerMessage } from '../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../replication/sequencer/view.ts'
import type { SimulationOptions } from './options.ts'
import { createSequencerChecks } from './sequencer-checks.ts'
import { sequencerMembership } from './sequencer-group.ts'
import type { SimulatedCoreOptions, SimulatedProtocol } from './types.ts'

const tickMs = 5
const cluster = clusterIdOf('simulation')

export const sequencerProtocol: SimulatedProtocol<SequencerMessage, SequencerCore> = {
  name: 'sequencer',
  codec: sequencerCodec,
  tickMs,
  createCore,
  createChecks: createSequencerChecks,
  liveness: { needs: 'majority', withinMs: 60_000 },
  deliversEachProposalOnce: true,
  membership: sequencerMembership,
  limitOptions,
  plantedBugs,
}

/** Members are the configured ones, and heal by themselves: there is no operator. */
function limitOptions(drawn: SimulationOptions): SimulationOptions {
  const leastMs = drawn.slowDiskMember === undefined ? 800 : 5_000
  return {
    ...drawn,
    spares: 0,
    administerEveryMs: 0,
    clockSpeeds: drawn.clockSpeeds.slice(0, drawn.members),
    attemptTimeoutMs: Math.max(drawn.attemptTimeoutMs, leastMs),
  }
}

function createCore({ plantedBug, random, ...options }: SimulatedCoreOptions): SequencerCore {
  const bug = plantedBugs.find((one) => one === plantedBug)
  const planted: { plantedBug?: PlantedBug } = bug === undefined ? {} : { plantedBug: bug }
  const retainEntries = random.integer(10, 200)
  const behindEntries = random.integer(5, 60)
  // Small limits, so that they are met: entries of few requests, trimming now and then.
  const config = {
    tickMs,
    sequenceMaxRequests: 8,
    trimStepEntries: 10,
    retainEntries,
    behindEntries,
    nearEntries: Math.ceil(behindEntries / 3),
    dampingMs: 100,
    dampingMaxMs: 1_000,
  }
  return new SequencerCore({ ...options, random, ...planted, cluster, config })
}
