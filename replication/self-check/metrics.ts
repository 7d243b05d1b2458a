/** What is measured of the self-check. Names only. */
import { Gauge, Histogram } from 'prom-client'
import type { Metrics } from '../../platform/metrics.ts'
import type { CheckStatus } from './rounds.ts'

/** 10 ms … 80 s: 100,000 rows take a fraction of a second. */
const secondsBuckets = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.3, 2.5, 5, 10, 20, 40, 80]

/** Returns what to call when this replica has hashed its rows. */
export function measureChecks(
  registry: Metrics,
  latest: () => CheckStatus | undefined,
): (durationMs: number) => void {
  const registers = [registry]
  const gauge = (suffix: string, help: string, value: (status: CheckStatus) => number) =>
    new Gauge({
      name: `agora_replica_check_${suffix}`,
      help,
      registers,
      collect() {
        const status = latest()
        if (status !== undefined) this.set(value(status))
      },
    })
  gauge('position', 'Where rows were last compared', ({ position }) => position)
  gauge('equal_members', 'Members with the rows of the majority', ({ outcome, equal }) =>
    outcome === 'settled' ? equal.length : 0,
  )
  gauge('differing_members', 'Members with other rows', ({ differing }) => differing.length)
  const hashing = new Histogram({
    name: 'agora_replica_state_hash_seconds',
    help: 'Hashing all rows once, beside everything else',
    buckets: secondsBuckets,
    registers,
  })
  return (durationMs) => hashing.observe(durationMs / 1000)
}
