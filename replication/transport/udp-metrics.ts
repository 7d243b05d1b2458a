/** Shows what the UDP transport counts among the replica's metrics. Read when somebody asks. */
import { Counter } from 'prom-client'
import type { Metrics } from '../../platform/metrics.ts'
import { refusalReasons, type UdpCounters } from './udp-counters.ts'

type Values = (counters: Readonly<UdpCounters>) => readonly (readonly [string, number])[]

export function showUdpMetrics(registry: Metrics, counters: () => Readonly<UdpCounters>): void {
  const labelled = (suffix: string, help: string, labelName: string, values: Values): void => {
    new Counter({
      name: `agora_replica_udp_${suffix}`,
      help,
      labelNames: [labelName],
      registers: [registry],
      collect() {
        this.reset()
        for (const [label, value] of values(counters())) this.inc({ [labelName]: label }, value)
      },
    })
  }
  const plain = (
    suffix: string,
    help: string,
    value: (counters: Readonly<UdpCounters>) => number,
  ): void => {
    new Counter({
      name: `agora_replica_udp_${suffix}`,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(value(counters()))
      },
    })
  }
  plain('datagrams_sent_total', 'Datagrams handed to the kernel', ({ sent }) => sent)
  plain('bytes_sent_total', 'Bytes of datagrams sent', ({ sentBytes }) => sentBytes)
  plain(
    'multicasts_sent_total',
    'Of the datagrams sent: to the multicast group',
    ({ sentMulticast }) => sentMulticast,
  )
  plain('datagrams_received_total', 'Datagrams, the refused ones included', (c) => c.received)
  plain('bytes_received_total', 'Bytes of datagrams received', (c) => c.receivedBytes)
  labelled('datagrams_refused_total', 'Datagrams without effect, by reason', 'reason', (c) =>
    refusalReasons.map((reason) => [reason, c.refused[reason]]),
  )
  labelled('datagrams_unsent_total', 'Datagrams that did not leave, by reason', 'reason', (c) => [
    ['kernel', c.sendFailed],
    ['queue_full', c.sendQueueFull],
    ['loss_switch', c.lostOnPurpose],
  ])
  plain(
    'messages_incomplete_total',
    'Large messages given up with fragments missing',
    (c) => c.messagesIncomplete,
  )
  plain(
    'sessions_confirmed_total',
    'Processes of other members that have proven to be running',
    (c) => c.sessionsConfirmed,
  )
}
