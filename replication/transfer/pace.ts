/**
 * Keeps a flow of bytes below a rate, so that whoever else needs the disk, the network and the
 * processor gets along. Bursts are not saved up: a pause gives no right to go faster afterwards.
 */
import { setTimeout as sleep } from 'node:timers/promises'

export type PaceOptions = {
  readonly bytesPerSecond: number
  readonly nowMs?: () => number
  readonly wait?: (durationMs: number, signal: AbortSignal) => Promise<void>
}

export class Pace {
  readonly #bytesPerSecond: number
  readonly #nowMs: () => number
  readonly #wait: (durationMs: number, signal: AbortSignal) => Promise<void>
  #freeAtMs = Number.NEGATIVE_INFINITY

  constructor(options: PaceOptions) {
    this.#bytesPerSecond = options.bytesPerSecond
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#wait = options.wait ?? ((durationMs, signal) => sleep(durationMs, undefined, { signal }))
  }

  /** Resolves when `sizeBytes` more may flow; rejects when `signal` is aborted before. */
  async take(sizeBytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const nowMs = this.#nowMs()
    const startMs = Math.max(nowMs, this.#freeAtMs)
    this.#freeAtMs = startMs + (sizeBytes * 1_000) / this.#bytesPerSecond
    if (startMs > nowMs) await this.#wait(startMs - nowMs, signal)
  }
}
