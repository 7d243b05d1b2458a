/** Raft as the simulator runs it. */
import type { Random } from '../../common/random.ts'
import { raftCodec } from '../../replication/raft/codec.ts'
import { RaftCore } from '../../replication/raft/core.ts'
import type { RaftOptions } from '../../replication/raft/options.ts'
import { type PlantedBug, plantedBugs } from '../../replication/raft/state.ts'
import { asDisk, asIncarnation, type RaftMessage } from '../../replication/raft/types.ts'
import { createRaftChecks } from './raft-checks.ts'
import { raftMembership } from './raft-group.ts'
import type { SimulatedProtocol } from './types.ts'

/**
 * Small limits, so that windows fill, batches split and logs are trimmed within one short run. Each
 * start draws its own: an old entry and a new leader's first then sometimes travel apart.
 */
function drawLimits(random: Random): Partial<RaftOptions> {
  return {
    trimStepEntries: random.integer(1, 8),
    retainEntriesMax: random.integer(1, 40),
    retainSizeMaxBytes: random.integer(1, 4) * 1024,
    promoteLagEntries: random.integer(1, 16),
    appendEntriesMax: random.integer(1, 8),
    appendSizeMaxBytes: 1024,
    inflightAppendsMax: 4,
    forwardProposalsMax: 3,
    deliverAheadEntriesMax: 32,
    tellCommitToAll: random.next() < 0.5,
    appendToAllAtOnce: random.next() < 0.5,
  }
}

export const raftProtocol: SimulatedProtocol<RaftMessage, RaftCore> = {
  name: 'raft',
  codec: raftCodec,
  tickMs: 10,
  createCore: ({ self, addresses, random, durable, plantedBug }) =>
    new RaftCore({
      self,
      members: addresses,
      newDisk: asDisk(random.integer(1, 2 ** 50)),
      random,
      durable,
      incarnation: asIncarnation(random.integer(1, 2 ** 50)),
      options: drawLimits(random),
      plantedBug: isPlantedBug(plantedBug) ? plantedBug : undefined,
    }),
  createChecks: createRaftChecks,
  liveness: { needs: 'majority', withinMs: 30_000 },
  deliversEachProposalOnce: false,
  membership: raftMembership,
  plantedBugs,
}

function isPlantedBug(name: string | undefined): name is PlantedBug {
  return (plantedBugs as readonly (string | undefined)[]).includes(name)
}
