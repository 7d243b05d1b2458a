/** How large the commands of each entry are that is durable, or in the write in flight. */
import type { LogEntry } from './log-entry.ts'
import type { GlobalSequence } from './view.ts'

export class EntrySizes {
  readonly #sizes = new Map<GlobalSequence, number>()
  #totalBytes = 0

  get totalBytes(): number {
    return this.#totalBytes
  }

  of(k: GlobalSequence): number {
    return this.#sizes.get(k) ?? 0
  }

  note(k: GlobalSequence, sizeBytes: number): void {
    this.#sizes.set(k, sizeBytes)
    this.#totalBytes += sizeBytes
  }

  forget(k: GlobalSequence): void {
    this.#totalBytes -= this.of(k)
    this.#sizes.delete(k)
  }

  /** All above k. */
  cutTo(k: GlobalSequence): void {
    for (const sized of [...this.#sizes.keys()]) if (sized > k) this.forget(sized)
  }

  clear(): void {
    this.#sizes.clear()
    this.#totalBytes = 0
  }
}

export function sizeOf({ payloads }: LogEntry): number {
  return payloads.reduce((sum, payload) => sum + payload.length, 0)
}
