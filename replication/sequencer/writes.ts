/**
 * What this member wants to be durable, as a row of writes of which one is in flight: entries, a
 * truncation, the scalars, or another member's state. It must not know why.
 */
import { assert } from '../../common/assert.ts'
import type { GlobalSequence } from './view.ts'

export class Writes {
  #isScalarsDue = false
  #truncateFrom: GlobalSequence | undefined
  /** Wait for the write that is handed out next. */
  #waiting: (() => void)[] = []
  #inFlight: (() => void)[] | undefined

  get isBusy(): boolean {
    return this.#inFlight !== undefined
  }

  /** Nothing in flight, and nothing due but entries. */
  get isSettled(): boolean {
    return this.#inFlight === undefined && !this.#isScalarsDue && this.#truncateFrom === undefined
  }

  /** The scalars have changed: they go with the next write. */
  scalarsChanged(): void {
    this.#isScalarsDue = true
  }

  truncateFrom(k: GlobalSequence): void {
    assert(this.#inFlight === undefined, 'nothing is written while a log is truncated')
    this.#truncateFrom = k
  }

  /** Calls back when all that stands now, in memory, is durable. At once if it is. */
  whenDurable(then: () => void): void {
    if (this.isSettled) then()
    else if (this.#isScalarsDue || this.#truncateFrom !== undefined) this.#waiting.push(then)
    else this.#inFlight?.push(then)
  }

  get isScalarsDue(): boolean {
    return this.#isScalarsDue
  }

  /** A truncation goes alone, before any entry. */
  takeTruncation(): GlobalSequence | undefined {
    const from = this.#truncateFrom
    this.#truncateFrom = undefined
    return from
  }

  /** A write is handed out now; with the scalars, if they are due. */
  begin(): void {
    assert(this.#inFlight === undefined, 'one write is in flight at most')
    this.#isScalarsDue = false
    this.#inFlight = this.#waiting
    this.#waiting = []
  }

  /** The callbacks of the write that has become durable. */
  end(): readonly (() => void)[] {
    const callbacks = this.#inFlight
    assert(callbacks !== undefined, 'a write was in flight')
    this.#inFlight = undefined
    return callbacks
  }
}
