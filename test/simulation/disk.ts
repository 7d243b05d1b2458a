/**
 * One member's PostgreSQL, log and database together, as far as crashes tell the difference: one
 * write-ahead log, in which the writes of the protocol's log are synchronous commits and those of
 * apply asynchronous ones.
 */
import type { Random } from '../../common/random.ts'
import type { LogWrite, StoredEntry } from '../../replication/protocol.ts'
import { require } from './failure.ts'
import type { AppliedEntry, DiskView } from './types.ts'

type WriteInFlight = { readonly write: LogWrite; readonly appliedBefore: number }

export class SimulatedDisk implements DiskView {
  meta: Uint8Array | undefined
  entries: StoredEntry[] = []
  /** Applied in memory of the database: `applied[i].index === i + 1`. */
  readonly applied: AppliedEntry[] = []
  durablyAppliedIndex = 0
  #inFlight: WriteInFlight | undefined
  /** For the planted bug of a disk that forgets: what was there before the last write. */
  #previous: { readonly meta: Uint8Array | undefined; readonly entries: StoredEntry[] } | undefined

  get writing(): boolean {
    return this.#inFlight !== undefined
  }

  get appliedIndex(): number {
    return this.applied.length
  }

  startWrite(write: LogWrite): void {
    require(!this.writing, 'contract', () => 'a second log write began while one was in flight')
    this.#requireFits(write)
    this.#inFlight = { write, appliedBefore: this.appliedIndex }
  }

  /** The write in flight is durable, and with it all that was applied before it began. */
  finishWrite(): void {
    if (this.#inFlight === undefined) return
    const { write, appliedBefore } = this.#inFlight
    this.#inFlight = undefined
    this.#previous = { meta: this.meta, entries: this.entries.slice() }
    if (write.meta !== undefined) this.meta = write.meta
    const from = write.entries[0]?.index ?? write.truncateFrom
    if (from !== undefined) this.entries = this.entries.filter((entry) => entry.index < from)
    this.entries.push(...write.entries)
    this.durablyAppliedIndex = Math.max(this.durablyAppliedIndex, appliedBefore)
  }

  trim(index: number): void {
    this.entries = this.entries.filter((entry) => entry.index > index)
    this.#previous = undefined
  }

  /** The write in flight is kept or lost; so is what was applied since the last durable point. */
  crash(random: Random, options: { readonly forgets: boolean }): void {
    if (options.forgets && this.#previous !== undefined) {
      this.meta = this.#previous.meta
      this.entries = this.#previous.entries
    } else if (random.next() < 0.5) {
      this.finishWrite()
    }
    this.#inFlight = undefined
    this.#previous = undefined
    this.applied.length = random.integer(this.durablyAppliedIndex, this.appliedIndex)
    this.durablyAppliedIndex = this.appliedIndex
  }

  wipe(): void {
    this.meta = undefined
    this.entries = []
    this.applied.length = 0
    this.durablyAppliedIndex = 0
    this.#previous = undefined
  }

  describe(): string {
    return `applied ${this.appliedIndex}, log to ${this.entries.at(-1)?.index ?? '-'}`
  }

  #requireFits({ entries, truncateFrom }: LogWrite): void {
    require(entries.length === 0 || truncateFrom === undefined, 'contract', () =>
      'a log write has both entries and truncateFrom')
    const first = entries[0]?.index
    if (first === undefined) return
    const last = this.entries.at(-1)?.index
    // With nothing retained the log goes on after a trimmed prefix of unknown end.
    const joins = last === undefined || first <= last + 1
    require(joins, 'contract', () => `a log write begins at ${first}, the log ends at ${last}`)
    entries.forEach((entry, place) => {
      const expected = first + place
      require(entry.index === expected, 'contract', () =>
        `a log write has index ${entry.index} where ${expected} belongs`)
    })
  }
}
