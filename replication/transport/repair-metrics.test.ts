import { expect, it } from 'vitest'
import { createMetrics } from '../../platform/metrics.ts'
import { type RepairCounters, zeroRepairCounters } from '../sequencer/repair-counters.ts'
import { showRepairMetrics } from './repair-metrics.ts'

it('shows what the core counts, and nothing before there is one', async () => {
  const registry = createMetrics({ process: 'customers-0', defaults: false })
  let counters: RepairCounters | undefined
  showRepairMetrics(registry, () => counters)
  const shown = async () => {
    const lines = (await registry.metrics()).split('\n').filter((line) => !line.startsWith('#'))
    return lines.filter((line) => line !== '').map((line) => line.replace(/\{.*\}/, ''))
  }
  expect(await shown()).toContain('agora_replica_repair_asked_total 0')
  counters = { ...zeroRepairCounters(), asked: 7, unneeded: 2 }
  expect(await shown()).toEqual([
    'agora_replica_repair_asked_total 7',
    'agora_replica_repair_answered_total 0',
    'agora_replica_repair_suppressed_total 0',
    'agora_replica_repair_unneeded_total 2',
    'agora_replica_repair_probes_total 0',
  ])
})
