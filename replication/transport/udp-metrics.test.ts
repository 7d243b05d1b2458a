import { expect, it } from 'vitest'
import { createMetrics } from '../../platform/metrics.ts'
import { refusalReasons, zeroCounters } from './udp-counters.ts'
import { showUdpMetrics } from './udp-metrics.ts'

it('shows every count as it is when asked, the refusals by reason', async () => {
  const registry = createMetrics({ process: 'customers-0', defaults: false })
  const counters = zeroCounters()
  showUdpMetrics(registry, () => counters)
  counters.sent = 3
  counters.receivedBytes = 700
  refusalReasons.forEach((reason, place) => {
    counters.refused[reason] = place + 1
  })
  await registry.metrics()
  counters.sent = 5
  counters.sendQueueFull = 2
  const lines = (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'))
  const shown = lines.map((line) =>
    line.replace('agora_replica_udp_', '').replace(/,?process="customers-0"/, ''),
  )
  expect(shown).toEqual(
    expect.arrayContaining([
      'datagrams_sent_total{} 5',
      'bytes_received_total{} 700',
      'datagrams_unsent_total{reason="queue_full"} 2',
      'datagrams_refused_total{reason="foreign"} 1',
      'datagrams_refused_total{reason="unconfirmed"} 6',
    ]),
  )
})
