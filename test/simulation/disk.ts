/**
 * One member's PostgreSQL, log and database together, as far as crashes tell the difference: one
 * write-ahead log, in which the writes of the protocol's log are synchronous commits and those of
 * apply asynchronous ones; and another member's state, exchanged for the present one in one commit.
 */
import { unreachable } from '../../common/assert.ts'
import type { Random } from '../../common/random.ts'
import type { LogWrite, StoredEntry } from '../../replication/protocol.ts'
import { require } from './failure.ts'
import type { AppliedEntry, DiskView } from './types.ts'

/** What takes the place of everything on the disk. */
export type Exchange = { readonly applied: readonly AppliedEntry[]; readonly meta: Uint8Array }

type InFlight =
  | { readonly kind: 'write'; readonly write: LogWrite; readonly appliedBefore: number }
  | { readonly kind: 'exchange'; readonly exchange: Exchange }

/** `forgets`: a write that was confirmed. `tears`: exchanges that a crash interrupts. */
type CrashOptions = { readonly forgets: boolean; readonly tears?: boolean }

export class SimulatedDisk implements DiskView {
  meta: Uint8Array | undefined
  entries: StoredEntry[] = []
  /** Applied in memory of the database: `applied[i].index === i + 1`. */
  readonly applied: AppliedEntry[] = []
  durablyAppliedIndex = 0
  #inFlight: InFlight | undefined
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
    this.#inFlight = { kind: 'write', write, appliedBefore: this.appliedIndex }
  }

  startExchange(exchange: Exchange): void {
    require(!this.writing, 'contract', () => 'an install began while a write was in flight')
    this.#inFlight = { kind: 'exchange', exchange }
  }

  /** What is in flight is durable, and with it all that was applied before it began. */
  finishWrite(): void {
    const inFlight = this.#inFlight
    this.#inFlight = undefined
    if (inFlight === undefined) return
    switch (inFlight.kind) {
      case 'write':
        this.#storeWrite(inFlight.write)
        this.durablyAppliedIndex = Math.max(this.durablyAppliedIndex, inFlight.appliedBefore)
        return
      case 'exchange':
        this.#replaceState(inFlight.exchange.applied)
        this.meta = inFlight.exchange.meta
        this.entries = []
        this.#previous = undefined
        return
      default:
        unreachable(inFlight)
    }
  }

  trim(index: number): void {
    this.entries = this.entries.filter((entry) => entry.index > index)
    this.#previous = undefined
  }

  /** What is in flight is kept or lost; so is what was applied since the last durable point. */
  crash(random: Random, options: CrashOptions): void {
    if (options.forgets && this.#previous !== undefined) {
      this.meta = this.#previous.meta
      this.entries = this.#previous.entries
    } else if (options.tears === true && this.#inFlight?.kind === 'exchange') {
      this.#tear(this.#inFlight.exchange, random)
    } else if (random.next() < 0.5) {
      this.finishWrite()
    }
    this.#inFlight = undefined
    this.#previous = undefined
    this.applied.length = random.integer(this.durablyAppliedIndex, this.appliedIndex)
    this.durablyAppliedIndex = this.appliedIndex
  }

  /** Its process ends in an orderly way: nothing is lost. */
  shutDown(): void {
    this.finishWrite()
    this.#previous = undefined
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

  #storeWrite(write: LogWrite): void {
    this.#previous = { meta: this.meta, entries: this.entries.slice() }
    if (write.meta !== undefined) this.meta = write.meta
    const from = write.entries[0]?.index ?? write.truncateFrom
    if (from !== undefined) this.entries = this.entries.filter((entry) => entry.index < from)
    this.entries.push(...write.entries)
  }

  #replaceState(applied: readonly AppliedEntry[]): void {
    this.applied.splice(0, this.applied.length, ...applied)
    this.durablyAppliedIndex = this.appliedIndex
  }

  /** The planted bug: a state without what belongs to it, or a position without its rows. */
  #tear({ applied, meta }: Exchange, random: Random): void {
    const kept = this.appliedIndex
    if (random.next() < 0.5) {
      this.#replaceState(applied)
      return
    }
    this.#replaceState(
      applied.map((entry, place) => (place < kept ? entry : { ...entry, commands: [] })),
    )
    this.meta = meta
    this.entries = []
  }

  #requireFits({ entries, truncateFrom }: LogWrite): void {
    require(entries.length === 0 || truncateFrom === undefined, 'contract', () =>
      'a log write has both entries and truncateFrom')
    const first = entries[0]?.index
    if (first === undefined) return
    // With nothing retained the log goes on after a trimmed prefix of unknown end.
    const last = this.entries.at(-1)?.index
    const joins = last === undefined || first <= last + 1
    require(joins, 'contract', () => `a log write begins at ${first}, the log ends at ${last}`)
    entries.forEach((entry, place) => {
      const expected = first + place
      require(entry.index === expected, 'contract', () =>
        `a log write has index ${entry.index} where ${expected} belongs`)
    })
  }
}
