/**
 * The configurations that a member's log names: the one in force is the latest, committed or not
 * (dissertation, section 4.1). Entries that are replaced take theirs with them; what is delivered
 * takes the earlier ones away. It must not know roles or messages.
 */
import { assert } from '../../common/assert.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { Configuration } from './types.ts'

export type PlacedConfiguration = {
  /** Of its entry; where the log begins for the one that was known before. */
  readonly index: LogIndex
  readonly configuration: Configuration
}

export class ConfigurationHistory {
  /** Ascending. Empty: this member does not know of any group. */
  #known: PlacedConfiguration[]

  constructor(known: readonly PlacedConfiguration[]) {
    this.#known = [...known]
  }

  get latest(): PlacedConfiguration | undefined {
    return this.#known.at(-1)
  }

  append(placed: PlacedConfiguration): void {
    assert(placed.index > (this.latest?.index ?? -1), 'configurations follow one another')
    this.#known.push(placed)
  }

  /** Entries from `index` on are replaced. */
  truncateFrom(index: LogIndex): void {
    while (this.#known.length > 0 && (this.latest?.index ?? 0) >= index) this.#known.pop()
  }

  /** What was in force at `index`, which has not been forgotten. */
  at(index: LogIndex): Configuration | undefined {
    for (let place = this.#known.length - 1; place >= 0; place -= 1) {
      const placed = this.#known[place]
      if (placed !== undefined && placed.index <= index) return placed.configuration
    }
    return undefined
  }

  /** Nobody will ask for what was in force before `index`. */
  forgetBefore(index: LogIndex): void {
    let first = 0
    while ((this.#known[first + 1]?.index ?? Number.POSITIVE_INFINITY) <= index) first += 1
    if (first > 0) this.#known.splice(0, first)
  }

  /** The log was replaced by a state that knows this one. */
  reset(placed: PlacedConfiguration): void {
    this.#known = [placed]
  }
}
