/**
 * The log as a sequence of append records, one per write. Read in the order in which they were
 * written, a record replaces everything from its first index on; a truncation is a record without
 * entries. So a write never touches what was written before, and is one row. Knows no SQL.
 */
import { assert } from '../../common/assert.ts'
import type { StoredEntry } from '../protocol.ts'
import { LogCorruption } from './framing.ts'

/** `lastIndex` is `firstIndex - 1` for a truncation. */
export type AppendRecord = {
  readonly appendId: number
  readonly firstIndex: number
  readonly lastIndex: number
}

/** Rebuilds the log from records, which must come in the order of their append ids. */
export class Replay {
  readonly entries: StoredEntry[] = []
  #previousId: number | undefined

  /** Throws LogCorruption when a record is missing between this one and those before. */
  add(record: AppendRecord, entries: readonly StoredEntry[]): void {
    const { appendId, firstIndex } = record
    if (this.#previousId !== undefined && appendId !== this.#previousId + 1) {
      throw new LogCorruption(`append ${this.#previousId} is followed by append ${appendId}`)
    }
    this.#previousId = appendId
    const start = this.entries[0]?.index
    if (start !== undefined) {
      const kept = Math.max(0, firstIndex - start)
      if (kept > this.entries.length) {
        throw new LogCorruption(
          `entry ${start + this.entries.length - 1} is followed by entry ${firstIndex}`,
        )
      }
      this.entries.length = kept
    }
    for (const entry of entries) this.entries.push(entry)
  }
}

/**
 * The records that make up the retained log, without their entries: knows what may be forgotten.
 */
export class RetainedRecords {
  #records: AppendRecord[] = []
  #nextId = 1
  /** Of the log that the records make; undefined when it is empty. */
  #end: { first: number; last: number } | undefined

  get nextAppendId(): number {
    return this.#nextId
  }

  /** Throws an assertion when the log would have a gap. */
  add(record: AppendRecord): void {
    const { appendId, firstIndex, lastIndex } = record
    assert(this.#records.length === 0 || appendId === this.#nextId, 'append ids have no gap')
    assert(lastIndex >= firstIndex - 1, 'a record ends where it begins or later')
    const log = this.#end
    const joins = log === undefined || firstIndex <= log.last + 1
    assert(joins, `entry ${firstIndex} follows entry ${log?.last}`)
    const first = log === undefined ? firstIndex : Math.min(log.first, firstIndex)
    this.#end = lastIndex >= first ? { first, last: lastIndex } : undefined
    this.#records.push(record)
    this.#nextId = appendId + 1
  }

  /**
   * The append id before which all records may go when entries up to `index` are needed no more;
   * undefined when none may. Only a prefix: a record in the middle may be what supersedes entries of
   * an earlier one, and deleting it would bring those back. The last record stays, so that append
   * ids never start again.
   */
  removableBefore(index: number): number | undefined {
    const first = this.#records[0]?.appendId
    const last = this.#records.at(-1)?.appendId
    if (first === undefined || last === undefined) return undefined
    const kept = this.#records.find((record) => record.lastIndex > index)?.appendId ?? last
    return kept > first ? kept : undefined
  }

  remove(beforeAppendId: number): void {
    const kept = this.#records.findIndex((record) => record.appendId >= beforeAppendId)
    this.#records = kept < 0 ? [] : this.#records.slice(kept)
  }
}
