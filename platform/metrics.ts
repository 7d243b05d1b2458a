/**
 * One registry of measurements per process, with the Node process's own (memory, event loop, GC).
 * Whoever measures makes its counters in this registry; /metrics prints it.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'

export type Metrics = Registry

/** `process` becomes a label on every value: `seller-5000`. `defaults: false` for tests. */
export function createMetrics(options: {
  readonly process: string
  readonly defaults?: boolean
}): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ process: options.process })
  if (options.defaults ?? true) collectDefaultMetrics({ register: registry, prefix: 'agora_' })
  return registry
}
