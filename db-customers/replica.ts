/** What a replica of the customers group is made of. Constructs; has no logic. */
import { randomInt } from 'node:crypto'
import { type Random, seededRandom } from '../common/random.ts'
import { type Config, type Member, udpAddress } from '../platform/config.ts'
import type { Protocol, ReplicaPlan, ReplicaSeat } from '../replication/replica/plan.ts'
import { sequencerCodec } from '../replication/sequencer/codec.ts'
import { defaultSequencerConfig, type SequencerConfig } from '../replication/sequencer/config.ts'
import { SequencerCore } from '../replication/sequencer/core.ts'
import type { SequencerMessage } from '../replication/sequencer/message.ts'
import { clusterIdOf } from '../replication/sequencer/view.ts'
import { packedFrameBytes } from '../replication/transport/udp-frame.ts'
import { showUdpMetrics } from '../replication/transport/udp-metrics.ts'
import { UdpTransport } from '../replication/transport/udp.ts'
import { customersApplication } from './application.ts'
import type { Body } from './commands/body.ts'
import { customersProto } from './definition.ts'
import { customersService } from './service.ts'

export function customersReplica(
  config: Config,
  self: Member,
): ReplicaPlan<Body, SequencerMessage> {
  return {
    group: 'customers',
    protocolName: 'sequencer',
    self,
    members: config.customerDbs,
    config,
    application: customersApplication(),
    openProtocol,
    service: customersService,
    protoFiles: [customersProto],
  }
}

const cluster = clusterIdOf('customers')

async function openProtocol(seat: ReplicaSeat): Promise<Protocol<SequencerMessage>> {
  const sequencer = sequencerConfig(seat.config)
  const ids = seat.members.map(({ id }) => id)
  const random = seededRandom(randomInt(2 ** 32))
  const transport = await openTransport(seat, random)
  return {
    codec: sequencerCodec,
    transport,
    showMetrics: (registry) => showUdpMetrics(registry, () => transport.counters),
    tickMs: sequencer.tickMs,
    peerServices: [],
    createCore: (durable) =>
      new SequencerCore({
        self: seat.self.id,
        members: ids,
        cluster,
        durable,
        startedAtUnixMs: Date.now(),
        random,
        config: sequencer,
      }),
  }
}

function openTransport(seat: ReplicaSeat, random: Random): Promise<UdpTransport> {
  const { self, members, config, logger } = seat
  const { datagramLoss, groupMulticast, clusterSecret: secret } = config
  return UdpTransport.open({
    self: self.id,
    members: members.map((member) => ({ ...member, ...udpAddress(member) })),
    cluster,
    secret,
    logger,
    datagramMaxBytes: config.sequencer.datagramMaxBytes,
    ...(groupMulticast === undefined ? {} : { multicast: groupMulticast }),
    ...(datagramLoss > 0 ? { loss: { share: datagramLoss, random } } : {}),
  })
}

function sequencerConfig({ sequencer }: Config): SequencerConfig {
  return {
    ...defaultSequencerConfig,
    // Coarser than the core could do: each tick wakes up a process, and a machine may run all of them.
    tickMs: 10,
    failureTimeoutMs: sequencer.failureTimeoutMs,
    heartbeatMs: sequencer.idleStatusMs,
    repairMinMs: sequencer.repairMinMs,
    repairMaxMs: Math.max(sequencer.repairMinMs, defaultSequencerConfig.repairMaxMs),
    messageTargetBytes: sequencer.datagramMaxBytes - packedFrameBytes,
  }
}
