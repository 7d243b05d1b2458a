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
  #timer: { readonly firesAtMs: number; cancel(): void } | undefined

  constructor(options: WakeUpOptions) {
    this.#options = options
  }

  /** The core has settled: there may be a timeout now, or an earlier one. */
  watch(): void {
    const atMs = this.#options.wakeAtMs()
    if (atMs === undefined) return
    if (this.#timer !== undefined && this.#timer.firesAtMs <= atMs + granularityMs) return
    this.#arm(atMs)
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #arm(atMs: number): void {
    this.cancel()
    const nowMs = this.#options.clock.nowMs()
    const waitMs = Math.max(granularityMs, Math.ceil(atMs - nowMs))
    const timer = this.#options.clock.every(waitMs, () => this.#look())
    this.#timer = { firesAtMs: nowMs + waitMs, cancel: () => timer.cancel() }
  }

  /** What was put off meanwhile is met later: under load that is most of it. */
  #look(): void {
    this.cancel()
    const atMs = this.#options.wakeAtMs()
    if (atMs === undefined) return
    if (atMs <= this.#options.clock.nowMs()) this.#options.wake()
    else this.#arm(atMs)
  }
}
