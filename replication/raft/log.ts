/**
 * The log in memory, and how much of it is on disk. It must not know terms of others, roles or
 * messages; it never decides what to keep.
 *
 *   base <= durable <= written <= last
 *
 *   base      everything up to here is forgotten; its term is kept, so that baseIndex can be the
 *             prevIndex of an append. 0 at first.
 *   durable   this prefix, exactly as it stands in memory, survives a crash
 *   written   this prefix is durable or in the one write under way
 */
import { assert } from '../../common/assert.ts'
import type { LogIndex } from '../replicated-log.ts'
import { asIndex, type Entry, type Term } from './types.ts'

export type LogStart = {
  readonly baseIndex: LogIndex
  readonly baseTerm: Term
  /** Contiguous from baseIndex + 1, all durable. */
  readonly entries: readonly Entry[]
}

export class RaftLog {
  #baseIndex: LogIndex
  #baseTerm: Term
  #entries: Entry[]
  #written: LogIndex
  #durable: LogIndex
  #sizeBytes = 0
  /**
   * Last entry of the write under way that memory still holds. A truncation lowers it: what is then
   * confirmed about replaced entries must not count for those that took their place.
   */
  #inFlight: LogIndex | undefined
  /** Planted bug for the simulator: forget the sentence above. */
  readonly #confirmReplaced: boolean

  constructor(start: LogStart, planted: { readonly confirmReplaced?: boolean } = {}) {
    this.#baseIndex = start.baseIndex
    this.#baseTerm = start.baseTerm
    this.#entries = [...start.entries]
    this.#sizeBytes = sizeOf(start.entries)
    this.#written = this.lastIndex
    this.#durable = this.lastIndex
    this.#confirmReplaced = planted.confirmReplaced ?? false
  }

  get baseIndex(): LogIndex {
    return this.#baseIndex
  }

  get lastIndex(): LogIndex {
    return asIndex(this.#baseIndex + this.#entries.length)
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? this.#baseTerm
  }

  get durableIndex(): LogIndex {
    return this.#durable
  }

  /** Whether there is anything that no write, done or under way, covers. */
  get hasUnwritten(): boolean {
    return this.#written < this.lastIndex
  }

  /** Undefined outside [baseIndex, lastIndex]. */
  termAt(index: LogIndex): Term | undefined {
    if (index === this.#baseIndex) return this.#baseTerm
    return this.#entries[index - this.#baseIndex - 1]?.term
  }

  /** Whether this log and one that has `term` at `index` are equal up to there (Log Matching). */
  matches(index: LogIndex, term: Term): boolean {
    return this.termAt(index) === term
  }

  /** An entry that must be there. */
  entryAt(index: LogIndex): Entry {
    const entry = this.#entries[index - this.#baseIndex - 1]
    assert(entry !== undefined, 'the log holds every entry between its base and its end')
    return entry
  }

  /** Whether a log that ends so is at least as up-to-date as this one (paper, section 5.4.1). */
  isNoNewerThan(other: { readonly lastIndex: LogIndex; readonly lastTerm: Term }): boolean {
    if (other.lastTerm !== this.lastTerm) return other.lastTerm > this.lastTerm
    return other.lastIndex >= this.lastIndex
  }

  /** The highest index in [baseIndex, from] whose term is at most `term`; else baseIndex. */
  lastIndexOfTermAtMost(from: LogIndex, term: Term): LogIndex {
    // Terms never fall along a log, so halving finds the border.
    let low: number = this.#baseIndex
    let high: number = Math.min(from, this.lastIndex)
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.termAt(asIndex(middle)) ?? 0) <= term) low = middle
      else high = middle - 1
    }
    return asIndex(low)
  }

  append(entry: Entry): void {
    assert(entry.index === this.lastIndex + 1, 'entries are appended without a gap')
    assert(entry.term >= this.lastTerm, 'terms never fall along a log')
    this.#entries.push(entry)
    this.#sizeBytes += entry.bytes.length
  }

  /** Forgets everything from `index` on and returns it. What takes its place is appended next. */
  truncateFrom(index: LogIndex): readonly Entry[] {
    assert(index > this.#baseIndex, 'what is trimmed is never replaced')
    const removed = this.#entries.splice(index - this.#baseIndex - 1)
    this.#sizeBytes -= sizeOf(removed)
    const kept = asIndex(index - 1)
    this.#written = lower(this.#written, kept)
    this.#durable = lower(this.#durable, kept)
    if (this.#inFlight !== undefined && !this.#confirmReplaced) {
      this.#inFlight = lower(this.#inFlight, kept)
    }
    return removed
  }

  /** What the next write must hold; from now on it is under way. */
  takeUnwritten(): readonly Entry[] {
    assert(this.#inFlight === undefined, 'one log write is under way at a time')
    const entries = this.#entries.slice(this.#written - this.#baseIndex)
    this.#written = this.lastIndex
    this.#inFlight = this.#written
    return entries
  }

  /** The write under way has become durable. */
  confirmWritten(): void {
    assert(this.#inFlight !== undefined, 'a log write was under way')
    if (this.#inFlight > this.#durable) this.#durable = this.#inFlight
    this.#inFlight = undefined
  }

  /**
   * At most `countMax` entries from `from` on, and at most `sizeMaxBytes` unless the first is
   * larger.
   */
  batchFrom(from: LogIndex, countMax: number, sizeMaxBytes: number): readonly Entry[] {
    const start = from - this.#baseIndex - 1
    assert(start >= 0, 'what is trimmed is never sent')
    let end = start
    let sizeBytes = 0
    while (end < this.#entries.length && end - start < countMax) {
      sizeBytes += this.#entries[end]?.bytes.length ?? 0
      if (sizeBytes > sizeMaxBytes && end > start) break
      end += 1
    }
    return this.#entries.slice(start, end)
  }

  /**
   * The least index behind which there are at most so many entries, of at most so many bytes.
   */
  startOfLast(entriesMax: number, sizeMaxBytes: number): LogIndex {
    let forgotten = Math.max(0, this.#entries.length - entriesMax)
    if (this.#sizeBytes > sizeMaxBytes) {
      let sizeBytes = this.#sizeBytes - sizeOf(this.#entries.slice(0, forgotten))
      while (sizeBytes > sizeMaxBytes) {
        sizeBytes -= this.#entries[forgotten]?.bytes.length ?? 0
        forgotten += 1
      }
    }
    return asIndex(this.#baseIndex + forgotten)
  }

  /**
   * A state that ends at `index` has taken the place of all of it: returns what was forgotten. No
   * write but the one that did this was under way.
   */
  reset(index: LogIndex, term: Term): readonly Entry[] {
    const removed = this.#entries
    this.#entries = []
    this.#sizeBytes = 0
    this.#baseIndex = index
    this.#baseTerm = term
    this.#written = index
    this.#durable = index
    this.#inFlight = undefined
    return removed
  }

  /** Forgets everything up to `index` but its term. */
  trimTo(index: LogIndex): void {
    if (index <= this.#baseIndex) return
    assert(index <= this.#durable, 'only what is durable is trimmed')
    const term = this.termAt(index)
    assert(term !== undefined, 'what is trimmed was there')
    this.#sizeBytes -= sizeOf(this.#entries.splice(0, index - this.#baseIndex))
    this.#baseIndex = index
    this.#baseTerm = term
  }
}

function sizeOf(entries: readonly Entry[]): number {
  let sizeBytes = 0
  for (const { bytes } of entries) sizeBytes += bytes.length
  return sizeBytes
}

const lower = (a: LogIndex, b: LogIndex): LogIndex => (a < b ? a : b)
