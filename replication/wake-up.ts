/**
 * Calls when the core's next timeout has come that is finer than a tick. A timer runs only as long
 * as the core has such a timeout. It must not know what the timeout is for.
 */
import type { Clock } from './ports.ts'

/** As fine as timers are. */
const granularityMs = 1

export type WakeUpOptions = {
  readonly clock: Clock
  /** See ProtocolCore.wakeAtMs(). */
  readonly wakeAtMs: () => number | undefined
  readonly wake: () => void
}

export class WakeUp {
  readonly #options: WakeUpOptions
  #timer: { cancel(): void } | undefined

  constructor(options: WakeUpOptions) {
    this.#options = options
  }

  /** The core has settled: there may be a timeout now. */
  watch(): void {
    if (this.#timer !== undefined || this.#options.wakeAtMs() === undefined) return
    this.#timer = this.#options.clock.every(granularityMs, () => this.#look())
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** The timer outlives short pauses between timeouts: under load there are many. */
  #look(): void {
    const atMs = this.#options.wakeAtMs()
    if (atMs === undefined) this.cancel()
    else if (atMs <= this.#options.clock.nowMs()) this.#options.wake()
  }
}
