/** Says a thing once in a while for each source, and remembers a bounded number of sources. */
import { performance } from 'node:perf_hooks'
import type { Logger } from '../../platform/log.ts'

const silentMs = 60_000
const sourcesMax = 256

export class OncePerSource {
  readonly #logger: Pick<Logger, 'warn'>
  readonly #saidMs = new Map<string, number>()

  constructor(logger: Pick<Logger, 'warn'>) {
    this.#logger = logger
  }

  warn(source: string, details: object, text: string): void {
    const nowMs = performance.now()
    const saidMs = this.#saidMs.get(source)
    if (saidMs !== undefined && nowMs - saidMs < silentMs) return
    if (saidMs === undefined && this.#saidMs.size >= sourcesMax) {
      // Addresses can be made up: when many come at once, the last of them go unmentioned.
      for (const [key, ms] of this.#saidMs) if (nowMs - ms >= silentMs) this.#saidMs.delete(key)
      if (this.#saidMs.size >= sourcesMax) return
    }
    this.#saidMs.set(source, nowMs)
    this.#logger.warn(details, text)
  }
}
