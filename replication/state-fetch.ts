/**
 * Another member's state, wished for by the protocol: fetched, again and again while the wish
 * stands, one at a time. It must not know why the state is wanted, nor how it travels.
 */
import type { Random } from '../common/random.ts'
import type { DriverHooks } from './driver-options.ts'
import type { Clock, StateTransfer } from './ports.ts'
import type { FetchState } from './protocol.ts'
import type { LogIndex, Position } from './replicated-log.ts'

type StateFetchOptions = {
  readonly transfer: StateTransfer
  readonly clock: Clock
  readonly random: Random
  readonly hooks: DriverHooks
  readonly onFetched: (position: Position) => void
}

/** Sources die and come back within seconds; asking more often than this helps nobody. */
const retryMinMs = 200
const retryMaxMs = 5_000

export class StateFetch {
  readonly #options: StateFetchOptions
  #wish: AbortController | undefined
  /** Never rejects. A new fetch waits for the one before it to have let go of the disk. */
  #running: Promise<void> = Promise.resolve()
  #fetched: LogIndex | undefined

  constructor(options: StateFetchOptions) {
    this.#options = options
  }

  /** Where the state stands that lies beside the present one, whole; undefined: there is none. */
  get fetched(): LogIndex | undefined {
    return this.#fetched
  }

  /** Takes the place of an earlier wish. */
  start(wanted: FetchState): void {
    this.#wish?.abort()
    const wish = new AbortController()
    this.#wish = wish
    this.#fetched = undefined
    this.#running = this.#running.then(() => this.#pursue(wanted, wish.signal))
  }

  /** No wish any more. Resolves when nothing is written any more. */
  async withdraw(): Promise<void> {
    this.#wish?.abort()
    await this.#running
  }

  async #pursue(wanted: FetchState, signal: AbortSignal): Promise<void> {
    const { transfer, clock, random, hooks, onFetched } = this.#options
    for (let limitMs = retryMinMs; !signal.aborted; limitMs = Math.min(2 * limitMs, retryMaxMs)) {
      try {
        const position = await transfer.fetch(wanted, signal)
        if (signal.aborted) return
        this.#wish = undefined
        this.#fetched = position.index
        onFetched(position)
        return
      } catch (error) {
        if (signal.aborted) return
        // Half of it by chance: members that lost the same source do not come back as one.
        const retryInMs = limitMs * (0.5 + random.next() / 2)
        hooks.fetchFailed({ error, retryInMs })
        await waited(clock, retryInMs, signal)
      }
    }
  }
}

/** Resolves after so long, or as soon as `signal` says so. */
function waited(clock: Clock, durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = clock.every(durationMs, end)
    signal.addEventListener('abort', end)
  })
}
