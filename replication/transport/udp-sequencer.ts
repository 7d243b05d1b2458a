/** The sequencer over datagrams, as a replica's plan wants it (replication/replica/plan.ts). */
import { randomInt } from 'node:crypto'
import { type Random, seededRandom } from '../../common/random.ts'
import { type Config, udpAddress } from '../../platform/config.ts'
import type { Protocol, ReplicaSeat } from '../replica/plan.ts'
import { sequencerCodec } from '../sequencer/codec.ts'
import { defaultSequencerConfig, type SequencerConfig } from '../sequencer/config.ts'
import { SequencerCore } from '../sequencer/core.ts'
import type { SequencerMessage } from '../sequencer/message.ts'
import { clusterIdOf } from '../sequencer/view.ts'
import { showRepairMetrics } from './repair-metrics.ts'
import { packedFrameBytes } from './udp-frame.ts'
import { showUdpMetrics } from './udp-metrics.ts'
import type { DatagramTrouble } from './udp-trouble.ts'
import { UdpTransport } from './udp.ts'

/** Coarser than the core could do: each tick wakes up a process, and a machine may run all of them. */
const tickMs = 10

/** Binds the member's socket, one port above that of its calls; sends nothing yet. */
export async function openSequencer(
  group: string,
  seat: ReplicaSeat,
): Promise<Protocol<SequencerMessage>> {
  const { self, members, config } = seat
  const cluster = clusterIdOf(group)
  const random = seededRandom(randomInt(2 ** 32))
  const transport = await openTransport(cluster, seat, random)
  let core: SequencerCore | undefined
  return {
    codec: sequencerCodec,
    transport,
    showMetrics: (registry) => {
      showUdpMetrics(registry, () => transport.counters)
      showRepairMetrics(registry, () => core?.node.repairCounters)
    },
    tickMs,
    peerServices: [],
    createCore: (durable) => {
      core = new SequencerCore({
        self: self.id,
        members: members.map(({ id }) => id),
        cluster,
        durable,
        startedAtUnixMs: Date.now(),
        random,
        config: sequencerConfig(config),
      })
      return core
    },
  }
}

function openTransport(
  cluster: number,
  { self, members, config, logger }: ReplicaSeat,
  random: Random,
): Promise<UdpTransport> {
  const { groupMulticast, clusterSecret: secret } = config
  return UdpTransport.open({
    self: self.id,
    members: members.map((member) => ({ ...member, ...udpAddress(member) })),
    cluster,
    secret,
    logger,
    datagramMaxBytes: config.sequencer.datagramMaxBytes,
    ...(groupMulticast === undefined ? {} : { multicast: groupMulticast }),
    ...troubleOf(config, random),
  })
}

/** For tests. */
function troubleOf(
  { datagramLoss: lossShare, datagramRepeat: repeatShare, datagramDelay: delayShare }: Config,
  random: Random,
): { readonly trouble?: DatagramTrouble } {
  if (lossShare + repeatShare + delayShare === 0) return {}
  return { trouble: { random, lossShare, repeatShare, delayShare } }
}

function sequencerConfig({ sequencer }: Config): SequencerConfig {
  return {
    ...defaultSequencerConfig,
    tickMs,
    failureTimeoutMs: sequencer.failureTimeoutMs,
    heartbeatMs: sequencer.idleStatusMs,
    repairMinMs: sequencer.repairMinMs,
    repairMaxMs: Math.max(sequencer.repairMinMs, defaultSequencerConfig.repairMaxMs),
    messageTargetBytes: sequencer.datagramMaxBytes - packedFrameBytes,
  }
}
