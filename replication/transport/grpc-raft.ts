/** Raft over gRPC streams, as a replica's plan wants it (replication/replica/plan.ts). */
import { randomInt } from 'node:crypto'
import { seededRandom } from '../../common/random.ts'
import { raftCodec } from '../raft/codec.ts'
import { RaftCore } from '../raft/core.ts'
import { raftOptionsFrom } from '../raft/options.ts'
import { asDisk, asIncarnation, type RaftMessage } from '../raft/types.ts'
import type { Protocol, ReplicaSeat } from '../replica/plan.ts'
import { GrpcPeers } from './grpc-peers.ts'

/** Two in a heartbeat, a dozen in the shortest election timeout: an idle member wakes up 40 times a second. */
const tickMs = 25

/** Opens streams to the peers at once; those of the peers arrive through `peerServices`. */
export async function openRaft(
  group: string,
  { self, members, config, logger }: ReplicaSeat,
): Promise<Protocol<RaftMessage>> {
  const sharedMachine = members.every(({ host }) => host === self.host)
  const random = seededRandom(randomInt(0x1_0000_0000))
  const transport = new GrpcPeers({
    self: self.id,
    members,
    group,
    secret: config.clusterSecret,
    tls: config.tls,
    logger,
    loss: { share: config.datagramLoss, random },
  })
  return {
    codec: raftCodec,
    transport,
    tickMs,
    createCore: (durable) =>
      new RaftCore({
        self: self.id,
        members,
        newDisk: asDisk(randomInt(1, 2 ** 48 - 1)),
        // 48 bits of a strong source: never that of an earlier life.
        incarnation: asIncarnation(randomInt(1, 2 ** 48 - 1)),
        random,
        durable,
        options: raftOptionsFrom({ tickMs, sharedMachine, ...config.raft }),
      }),
    peerServices: [transport.service],
  }
}
