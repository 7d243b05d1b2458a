/**
 * What a replica measures: its log writes, its applied batches, its requests and its queues. Names
 * only; where they are shown is the service's business (GetStatus).
 */
import { Counter, Gauge, Histogram } from 'prom-client'
import { createMetrics, type Metrics } from '../../platform/metrics.ts'
import type { DriverHooks, DriverLoad } from '../driver-options.ts'

/** 0.25 ms … 4 s: from a warm SSD's commit to what callers give up on. */
const secondsBuckets = [
  0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.125, 0.25, 0.5, 1, 2, 4,
]
const countBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

export type ReplicaMetrics = {
  readonly registry: Metrics
  readonly hooks: Pick<DriverHooks, 'logWritten' | 'batchApplied' | 'requestEnded'>
  /** From now on the driver's queues are shown. */
  watch(load: () => DriverLoad, groupTimeMs: () => number): void
}

/** `name` as in customers-0. */
export function createReplicaMetrics(name: string): ReplicaMetrics {
  const registry = createMetrics({ process: name })
  const registers = [registry]
  const histogram = (suffix: string, help: string, buckets: number[], labelNames: string[] = []) =>
    new Histogram({ name: `agora_replica_${suffix}`, help, buckets, labelNames, registers })
  const counter = (suffix: string, help: string) =>
    new Counter({ name: `agora_replica_${suffix}`, help, registers })

  const logWriteSeconds = histogram('log_write_seconds', 'One durable log write', secondsBuckets)
  const logEntries = histogram('log_write_entries', 'Entries in a log write', countBuckets)
  const logBytes = counter('log_bytes_total', 'Bytes of entries written to the log')
  const applySeconds = histogram('apply_seconds', 'One applied batch', secondsBuckets)
  const applyCommands = histogram('apply_commands', 'Commands in an applied batch', countBuckets)
  const requestSeconds = histogram(
    'request_seconds',
    'A submit or barrier, from call to end, by its code',
    secondsBuckets,
    ['kind', 'code'],
  )

  return {
    registry,
    hooks: {
      logWritten: ({ entries, sizeBytes, durationMs }) => {
        logWriteSeconds.observe(durationMs / 1000)
        logEntries.observe(entries)
        logBytes.inc(sizeBytes)
      },
      batchApplied: ({ commands, durationMs }) => {
        applySeconds.observe(durationMs / 1000)
        applyCommands.observe(commands)
      },
      requestEnded: ({ kind, code, durationMs }) =>
        requestSeconds.observe({ kind, code }, durationMs / 1000),
    },
    watch: (load, groupTimeMs) => {
      const gauge = (suffix: string, help: string, value: () => number) =>
        new Gauge({
          name: `agora_replica_${suffix}`,
          help,
          registers,
          collect() {
            this.set(value())
          },
        })
      gauge('pending_submits', 'Commands without a result yet', () => load().pendingSubmits)
      gauge('pending_barriers', 'Reads that wait', () => load().pendingBarriers)
      gauge('apply_queue_commands', 'Agreed but not applied', () => load().applyQueueCommands)
      gauge('apply_queue_bytes', 'Agreed but not applied', () => load().applyQueueBytes)
      gauge('group_time_lag_seconds', 'How far group time is behind this clock', () =>
        groupTimeMs() === 0 ? 0 : (Date.now() - groupTimeMs()) / 1000,
      )
    },
  }
}
