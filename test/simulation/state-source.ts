/**
 * Another member's state, fetched as replication/state-fetch.ts does: while the wish stands it is
 * tried again. What has arrived lies beside the present state until it is installed or forgotten.
 */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { FetchState } from '../../replication/protocol.ts'
import type { LogIndex, Position } from '../../replication/replicated-log.ts'
import type { Life } from './life.ts'
import type { AppliedEntry } from './types.ts'

/** What `source` has applied right now; undefined when it cannot be reached. */
export type ReadState = (source: MemberId) => readonly AppliedEntry[] | undefined

type StateSourceParts = {
  readonly life: Life
  readonly random: Random
  readonly read: ReadState
  readonly fetchMs: () => number
  readonly fails: () => boolean
  readonly onFetched: (position: Position) => void
}

const retryMaxMs = 500

export class StateSource {
  readonly #parts: StateSourceParts
  #wish: FetchState | undefined
  #fetched: readonly AppliedEntry[] | undefined
  #installing = false
  /** Came while another state was being installed: both lie in the same place. */
  #next: FetchState | undefined

  constructor(parts: StateSourceParts) {
    this.#parts = parts
  }

  /** Whole, as it was at one moment; its index is its length. */
  get fetched(): readonly AppliedEntry[] | undefined {
    return this.#fetched
  }

  /** Takes the place of an earlier wish. */
  wish(wanted: FetchState): void {
    if (this.#installing) {
      this.#next = wanted
      return
    }
    this.#fetched = undefined
    this.#wish = wanted
    this.#try(wanted)
  }

  install(): void {
    this.#installing = true
  }

  installed(): void {
    this.#installing = false
    this.#fetched = undefined
    const next = this.#next
    this.#next = undefined
    if (next !== undefined) this.wish(next)
  }

  /** The process has ended. */
  forget(): void {
    this.#wish = undefined
    this.#fetched = undefined
    this.#installing = false
    this.#next = undefined
  }

  #try(wanted: FetchState): void {
    if (this.#wish !== wanted) return
    const { life, fetchMs, fails, onFetched } = this.#parts
    const state = this.#firstThatHasIt(wanted)
    life.later(fetchMs(), () => {
      if (this.#wish !== wanted) return
      if (state === undefined || fails()) {
        this.#tryAgain(wanted)
        return
      }
      this.#wish = undefined
      this.#fetched = state
      const index = state.length as LogIndex
      onFetched({ index, context: state.at(-1)?.context })
    })
  }

  #tryAgain(wanted: FetchState): void {
    const { life, random } = this.#parts
    life.later(random.next() * retryMaxMs, () => this.#try(wanted))
  }

  #firstThatHasIt({ from, atLeast }: FetchState): readonly AppliedEntry[] | undefined {
    for (const source of from) {
      const applied = this.#parts.read(source)
      if (applied !== undefined && applied.length >= atLeast) return applied.slice()
    }
    return undefined
  }
}
