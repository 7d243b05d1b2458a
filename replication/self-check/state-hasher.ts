/**
 * Hashes the rows of this replica as they are at one moment, on a connection of its own, while apply
 * goes on. One at a time: a replica that catches up passes many positions, and one hash of them is
 * enough.
 */
import type { Pool, PoolClient } from 'pg'
import {
  closeSnapshot,
  hashSnapshot,
  openSnapshot,
  type StateReport,
  type StateSnapshot,
} from '../state-machine/state-hash.ts'

/** Apply waits for the snapshot: a connection and two short statements. */
const openTimeoutMs = 2_000

export type OpenedState = { hash(): Promise<StateReport> }

export class StateHasher {
  readonly #pool: Pool
  /** Of the hash under way. */
  #busy: { client: PoolClient | undefined } | undefined
  #stopped = false

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /**
   * The rows as they are now; hash() must follow, and takes as long as it takes. Undefined while
   * another hash is under way. Rejects when the database cannot be asked, after 2 s at most.
   */
  async open(): Promise<OpenedState | undefined> {
    if (this.#busy !== undefined || this.#stopped) return undefined
    const mine: { client: PoolClient | undefined } = { client: undefined }
    this.#busy = mine
    // What comes too late is of a later position: it must not be used.
    const late = setTimeout(() => this.#drop(mine), openTimeoutMs)
    try {
      const client = await this.#pool.connect()
      mine.client = client
      if (this.#busy !== mine) throw new Error('the connection was not there in time')
      const snapshot = await openSnapshot(client)
      return { hash: () => this.#hash(mine, snapshot) }
    } catch (error) {
      this.#drop(mine)
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  /** Breaks off what is under way. */
  stop(): void {
    this.#stopped = true
    if (this.#busy !== undefined) this.#drop(this.#busy)
  }

  async #hash(mine: { client: PoolClient | undefined }, snapshot: StateSnapshot) {
    try {
      const report = await hashSnapshot(snapshot)
      await closeSnapshot(snapshot)
      mine.client?.release()
      mine.client = undefined
      if (this.#busy === mine) this.#busy = undefined
      return report
    } catch (error) {
      this.#drop(mine)
      throw error
    }
  }

  /** Its connection is in the middle of something: it is closed, not used again. */
  #drop(mine: { client: PoolClient | undefined }): void {
    if (this.#busy === mine) this.#busy = undefined
    mine.client?.release(true)
    mine.client = undefined
  }
}
