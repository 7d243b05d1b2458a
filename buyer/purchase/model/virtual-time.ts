/**
 * Time for the purchases' property test: hours pass in milliseconds, and what happens at the same
 * moment happens in an order that the seed decides.
 */
import type { Random } from '../../../common/random.ts'
import type { Clock } from '../ports.ts'

type Event = { readonly atMs: number; readonly order: number; readonly run: () => void }

export class VirtualTime implements Clock {
  #nowMs = 0
  #events: Event[] = []
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, run: () => void): void {
    this.#events.push({ atMs: this.#nowMs + delayMs, order: this.#random.next(), run })
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => this.after(durationMs, resolve))
  }

  /** Runs all events up to `untilMs`, each followed by all that it makes possible at once. */
  async run(untilMs: number): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve))
      const next = this.#takeNext(untilMs)
      if (next === undefined) return
      this.#nowMs = next.atMs
      next.run()
    }
  }

  #takeNext(untilMs: number): Event | undefined {
    let first = 0
    for (const [index, event] of this.#events.entries()) {
      const best = this.#events[first]
      if (best !== undefined && isEarlier(event, best)) first = index
    }
    const next = this.#events[first]
    if (next === undefined || next.atMs > untilMs) return undefined
    this.#events.splice(first, 1)
    return next
  }
}

function isEarlier(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
