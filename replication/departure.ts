/**
 * Waiting, for a bounded time, until the protocol has handed over what the others would miss. It
 * must not know what that is.
 */
import type { Clock } from './ports.ts'

type DepartureOptions = { readonly clock: Clock; readonly maxMs: number }

export class Departure {
  /** Never rejects. */
  readonly done: Promise<void>
  #end: () => void = () => undefined

  constructor({ clock, maxMs }: DepartureOptions) {
    this.done = new Promise((resolve) => {
      const limit = clock.every(maxMs, () => this.end())
      this.#end = () => {
        limit.cancel()
        resolve()
      }
    })
  }

  /** It is over, or will never be. */
  end(): void {
    this.#end()
  }
}
