/**
 * Test support: a log as a plain array, and random histories of writes, truncations and trims, to
 * compare real storage with.
 */
import fc from 'fast-check'
import type { LogWrite, StoredEntry } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'

/** Fractions choose a place in whatever the log is at that time. */
export type Step =
  | { readonly kind: 'append'; readonly back: number; readonly count: number }
  | { readonly kind: 'truncate'; readonly back: number }
  | { readonly kind: 'trim'; readonly ahead: number }

const fraction = fc.double({ min: 0, max: 1, noNaN: true })

export const histories = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: append() },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('truncate' as const), back: fraction }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), ahead: fraction }) },
  ),
  { maxLength: 25 },
)

function append() {
  // Mostly at the end, sometimes over what is there.
  const back = fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fraction },
  )
  return fc.record({
    kind: fc.constant('append' as const),
    back,
    count: fc.integer({ min: 1, max: 4 }),
  })
}

export type Operation = { readonly write: LogWrite } | { readonly trim: LogIndex }

export class LogModel {
  /** The whole log from index 1 on, nothing ever forgotten. */
  #entries: StoredEntry[] = []
  #trimmed = 0
  #written = 0

  /** What to do to real storage; the model has done it already. */
  perform(step: Step): Operation {
    // A protocol never touches what is applied, and it trims no more than that.
    const untouchable = this.#trimmed
    const movable = this.#entries.length - untouchable
    switch (step.kind) {
      case 'append': {
        const first = this.#entries.length + 1 - Math.floor(step.back * movable)
        const entries = Array.from({ length: step.count }, (_, place) => this.#entry(first + place))
        this.#entries = [...this.#entries.slice(0, first - 1), ...entries]
        return { write: { entries, truncateFrom: undefined, meta: undefined } }
      }
      case 'truncate': {
        const from = this.#entries.length + 1 - Math.floor(step.back * movable)
        this.#entries = this.#entries.slice(0, from - 1)
        return { write: { entries: [], truncateFrom: from as LogIndex, meta: undefined } }
      }
      case 'trim': {
        this.#trimmed += Math.floor(step.ahead * movable)
        return { trim: this.#trimmed as LogIndex }
      }
    }
  }

  /** What must still be there. */
  get needed(): StoredEntry[] {
    return this.#entries.slice(this.#trimmed)
  }

  get trimmed(): number {
    return this.#trimmed
  }

  /** No two are alike. */
  #entry(index: number): StoredEntry {
    this.#written += 1
    const bytes = new Uint8Array(4 + (this.#written % 7))
    new DataView(bytes.buffer).setUint32(0, this.#written)
    return { index: index as LogIndex, bytes }
  }
}
