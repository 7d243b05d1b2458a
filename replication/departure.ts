/**
 * Waiting, for a bounded time, until the protocol has handed over what the others would miss. It
 * must not know what that is.
 */
import type { Clock } from './ports.ts'

type DepartureOptions = { readonly clock: Clock; readonly maxMs: number }

/** Taken over: nothing is left that the others would miss. */
export type DepartureOutcome = 'taken over' | 'left behind'

export class Departure {
  /** Never rejects. */
  readonly done: Promise<DepartureOutcome>
  #end: (outcome: DepartureOutcome) => void = () => undefined

  constructor({ clock, maxMs }: DepartureOptions) {
    this.done = new Promise((resolve) => {
      const limit = clock.every(maxMs, () => this.#end('left behind'))
      this.#end = (outcome) => {
        limit.cancel()
        resolve(outcome)
      }
    })
  }

  end(outcome: DepartureOutcome): void {
    this.#end(outcome)
  }
}
