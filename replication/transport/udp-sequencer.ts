/** The rotating sequencer over UDP, as a replica's plan wants it (replication/replica/plan.ts). */
import { randomInt } from 'node:crypto'
import { seededRandom } from '../../common/random.ts'
import { udpAddress } from '../../platform/config.ts'
import type { Protocol, ReplicaSeat } from '../replica/plan.ts'
import { sequencerCodec } from '../sequencer/codec.ts'
import { defaultSequencerConfig } from '../sequencer/config.ts'
import { SequencerCore } from '../sequencer/core.ts'
import type { SequencerMessage } from '../sequencer/message.ts'
import { clusterIdOf } from '../sequencer/view.ts'
import { UdpTransport } from './udp.ts'
import { packedFrameBytes } from './udp-frame.ts'

/**
 * Opens the group's UDP port (gRPC port + 1). `group` keeps groups apart that share a secret. Rejects
 * with an error that names the port when it is taken.
 */
export async function openSequencer(
  group: string,
  { self, members, config, logger }: ReplicaSeat,
): Promise<Protocol<SequencerMessage>> {
  const cluster = clusterIdOf(`agora ${group} of ${members.length}`)
  const random = seededRandom(randomInt(0x1_0000_0000))
  const { failureTimeoutMs, idleStatusMs, repairMinMs, datagramMaxBytes } = config.sequencer
  const transport = await UdpTransport.open({
    self: self.id,
    members: members.map((member) => ({ ...member, ...udpAddress(member) })),
    cluster,
    secret: config.clusterSecret,
    logger,
    datagramMaxBytes,
    loss: { share: config.datagramLoss, random },
  })
  const { tickMs, repairMaxMs } = defaultSequencerConfig
  return {
    codec: sequencerCodec,
    transport,
    tickMs,
    createCore: (durable) =>
      new SequencerCore({
        self: self.id,
        members: members.map((member) => member.id),
        cluster,
        durable,
        startedAtUnixMs: Date.now(),
        random,
        config: {
          failureTimeoutMs,
          heartbeatMs: idleStatusMs,
          repairMinMs,
          repairMaxMs: Math.max(repairMinMs, repairMaxMs),
          messageTargetBytes: datagramMaxBytes - packedFrameBytes,
        },
      }),
    peerServices: [],
  }
}
