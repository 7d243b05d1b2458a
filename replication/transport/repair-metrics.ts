/** Shows what the sequencer's loss repair counts among the replica's metrics. Read when asked for. */
import { Counter } from 'prom-client'
import type { Metrics } from '../../platform/metrics.ts'
import type { RepairCounters } from '../sequencer/repair-counters.ts'

const shown: Readonly<Record<keyof RepairCounters, readonly [suffix: string, help: string]>> = {
  asked: ['asked_total', 'Entries and requests asked for, repetitions included'],
  answered: ['answered_total', 'Parts sent again because a member asked for them'],
  suppressed: ['suppressed_total', 'Asked for and not sent: it had just been, or too much had'],
  unneeded: ['unneeded_total', 'Asked for, and then it came more than once'],
  probes: ['probes_total', 'Sent because own work did not move on and nobody could know'],
}

/** `counters`: undefined until there is a core. */
export function showRepairMetrics(
  registry: Metrics,
  counters: () => Readonly<RepairCounters> | undefined,
): void {
  for (const [name, [suffix, help]] of Object.entries(shown)) {
    new Counter({
      name: `agora_replica_repair_${suffix}`,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(counters()?.[name as keyof RepairCounters] ?? 0)
      },
    })
  }
}
