/**
 * A log that ends with its process: for comparing with systems that keep nothing on disk. It lies in
 * bench/, which no program of the marketplace may import: a member that forgets what it has promised
 * breaks every promise of its group when it returns. A group on it is never restarted.
 */
import { assert } from '../../common/assert.ts'
import type { LogStorage } from '../../replication/ports.ts'
import type { DurableState, LogWrite, StoredEntry } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'

/** Trimmed entries are let go of in steps. */
const forgetStep = 1_024

export class MemoryLog implements LogStorage {
  #meta: Uint8Array | undefined
  #entries: StoredEntry[] = []
  /** Entries at the start of #entries that nobody needs. */
  #trimmed = 0

  async load(): Promise<Omit<DurableState, 'applied'>> {
    return { meta: this.#meta, entries: this.#entries.slice(this.#trimmed) }
  }

  write({ entries, truncateFrom, meta }: LogWrite): undefined {
    if (meta !== undefined) this.#meta = meta
    const from = entries[0]?.index ?? truncateFrom
    if (from === undefined) return undefined
    const kept = this.#placeOf(from)
    if (kept < this.#entries.length) this.#entries.length = kept
    for (const entry of entries) this.#entries.push(entry)
    return undefined
  }

  async trim(index: LogIndex): Promise<void> {
    this.#trimmed = Math.max(this.#trimmed, this.#placeOf((index + 1) as LogIndex))
    if (this.#trimmed < forgetStep) return
    this.#entries = this.#entries.slice(this.#trimmed)
    this.#trimmed = 0
  }

  async close(): Promise<void> {}

  /** Where the entry is, or will be. */
  #placeOf(index: LogIndex): number {
    const first = this.#entries[0]?.index ?? index
    assert(index >= first, 'what is trimmed is not written again')
    return Math.min(index - first, this.#entries.length)
  }
}
