/**
 * Puts a fetched state in the place of the present one: when nothing is being applied and nothing
 * else writes, as one durable write; and makes storage, database and queues agree on it afterwards.
 * It must not know the protocol, nor who waits for what.
 */
import { assert } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import { type Random, seededRandom } from '../common/random.ts'
import type { DriverHooks } from './driver-options.ts'
import type { Clock, LogStorage, StateTransfer } from './ports.ts'
import type { FetchState, Install } from './protocol.ts'
import type { LogIndex, Position } from './replicated-log.ts'
import { StateFetch } from './state-fetch.ts'

/** Where delivered entries are applied. */
interface Applying {
  standStill(): Promise<'applied' | 'stopped'>
  goOnBehind(index: LogIndex): void
}

/** Where durable writes wait for each other. */
interface Writing {
  replaceAll(replace: () => Promise<LogIndex | undefined>, onDurable: () => void): void
}

type StateExchangeOptions = {
  /** None: a core that asks for states is a bug. */
  readonly transfer?: StateTransfer
  readonly storage: LogStorage
  readonly stateMachine: { reload(): Promise<Position> }
  readonly applying: Applying
  readonly writing: Writing
  readonly clock: Clock
  readonly random?: Random
  readonly hooks: DriverHooks
  readonly onFetched: (position: Position) => void
  /** The database holds the state of this index, durably. */
  readonly onInstalled: (index: LogIndex) => void
}

export class StateExchange {
  readonly #options: StateExchangeOptions
  readonly #fetch: StateFetch | undefined
  #installing = false
  /** Asked for while another state was being installed: both lie in the same place. */
  #nextWish: FetchState | undefined

  constructor(options: StateExchangeOptions) {
    this.#options = options
    const random = options.random ?? seededRandom(Math.floor(Math.random() * 2 ** 32))
    const { transfer } = options
    this.#fetch = transfer && new StateFetch({ ...options, transfer, random })
  }

  fetch(wanted: FetchState): void {
    assert(this.#fetch !== undefined, 'a core that fetches states has a transfer for them')
    if (this.#installing) this.#nextWish = wanted
    else this.#fetch.start(wanted)
  }

  /** Calls `onDurable` once everything here stands behind it. */
  install(install: Install, onDurable: () => void): void {
    const { applying, writing, clock, hooks, onInstalled } = this.#options
    const { index } = install
    assert(this.#fetch?.fetched === index, 'what is installed is what was fetched last')
    this.#installing = true
    const startedAtMs = clock.nowMs()
    const standing = applying.standStill()
    const replace = async (): Promise<LogIndex | undefined> => {
      if ((await standing) === 'stopped') return undefined
      await this.#replace(install)
      return index
    }
    writing.replaceAll(replace, () => {
      applying.goOnBehind(index)
      this.#goOnFetching()
      hooks.stateInstalled({ index, durationMs: clock.nowMs() - startedAtMs })
      onInstalled(index)
      onDurable()
    })
  }

  /** Fetches no more. Resolves when nothing is written any more. */
  async withdraw(): Promise<void> {
    await this.#fetch?.withdraw()
  }

  /** Fetches no more, and lets go of the sources. Nothing is being installed. */
  async close(): Promise<void> {
    await this.withdraw()
    await this.#options.transfer?.close()
  }

  #goOnFetching(): void {
    this.#installing = false
    const wanted = this.#nextWish
    this.#nextWish = undefined
    if (wanted !== undefined) this.#fetch?.start(wanted)
  }

  async #replace({ index, meta }: Install): Promise<void> {
    const { transfer, storage, stateMachine } = this.#options
    await transfer?.install(meta)
    const { entries } = await storage.load()
    const { index: applied } = await stateMachine.reload()
    if (applied === index && entries.length === 0) return
    const found = `the database stands at ${applied}, its log holds ${entries.length} entries`
    const advice = 'Delete the data directory of this replica and replace it in its group'
    const message = `the state of index ${index} was installed, but ${found}. ${advice}`
    throw new AppError('INTERNAL', { message })
  }
}
