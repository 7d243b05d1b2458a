import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredEntry } from '../protocol.ts'
import { Replay, RetainedRecords } from './append-records.ts'
import type { AppendRecord } from './append-records.ts'
import { LogCorruption } from './framing.ts'
import { histories, LogModel } from './log-model.fixture.ts'
import type { Operation } from './log-model.fixture.ts'

type Stored = { record: AppendRecord; entries: readonly StoredEntry[] }

/** What PostgreSQL does with the rows, in memory. */
class MemoryRows {
  rows: Stored[] = []
  readonly retained = new RetainedRecords()

  perform(operation: Operation): void {
    if ('trim' in operation) {
      const before = this.retained.removableBefore(operation.trim)
      if (before === undefined) return
      this.rows = this.rows.filter(({ record }) => record.appendId >= before)
      this.retained.remove(before)
      return
    }
    const { entries, truncateFrom } = operation.write
    const firstIndex = entries[0]?.index ?? truncateFrom ?? 0
    const appendId = this.retained.nextAppendId
    const record = { appendId, firstIndex, lastIndex: firstIndex + entries.length - 1 }
    this.retained.add(record)
    this.rows.push({ record, entries })
  }

  load(): StoredEntry[] {
    const replay = new Replay()
    for (const { record, entries } of this.rows) replay.add(record, entries)
    return replay.entries
  }
}

describe('append records', () => {
  it('make up the log that was written, whatever was replaced, truncated and trimmed', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const model = new LogModel()
        const storage = new MemoryRows()
        for (const step of steps) storage.perform(model.perform(step))
        const loaded = storage.load()
        expect(loaded.filter(({ index }) => index > model.trimmed)).toEqual(model.needed)
        loaded.forEach((entry, place) => {
          expect(entry.index).toBe((loaded[0]?.index ?? 0) + place)
        })
      }),
      { numRuns: 2000 },
    )
  })

  it('are forgotten once everything in them is trimmed, but for the last', () => {
    const storage = new MemoryRows()
    const model = new LogModel()
    for (let i = 0; i < 10; i += 1) {
      storage.perform(model.perform({ kind: 'append', back: 0, count: 2 }))
    }
    storage.perform({ trim: 7 as never })
    expect(storage.rows[0]?.record).toEqual({ appendId: 4, firstIndex: 7, lastIndex: 8 })
    storage.perform({ trim: 20 as never })
    expect(storage.rows.map(({ record }) => record.appendId)).toEqual([10])
    expect(storage.retained.nextAppendId).toBe(11)
  })

  it('keep a long record that was superseded until its last index is trimmed', () => {
    const records = new RetainedRecords()
    records.add({ appendId: 1, firstIndex: 1, lastIndex: 9 })
    records.add({ appendId: 2, firstIndex: 4, lastIndex: 6 })
    expect(records.removableBefore(6)).toBeUndefined()
    records.add({ appendId: 3, firstIndex: 7, lastIndex: 12 })
    expect(records.removableBefore(9)).toBe(3)
  })

  it('do not load when one is missing or entries do not join', () => {
    const entry = (index: number) => ({ index, bytes: new Uint8Array() }) as StoredEntry
    const replay = new Replay()
    replay.add({ appendId: 5, firstIndex: 3, lastIndex: 3 }, [entry(3)])
    const gap = { appendId: 6, firstIndex: 5, lastIndex: 5 }
    expect(() => replay.add({ ...gap, appendId: 7, firstIndex: 4 }, [])).toThrow(LogCorruption)
    const other = new Replay()
    other.add({ appendId: 5, firstIndex: 3, lastIndex: 3 }, [entry(3)])
    expect(() => other.add(gap, [entry(5)])).toThrow('entry 3 is followed by entry 5')
  })
})
