/**
 * Between delivery and one member's database: one batch at a time; what is delivered meanwhile
 * forms the next.
 */
import type { Delivered } from '../../replication/protocol.ts'
import type { SimulatedDisk } from './disk.ts'
import { require } from './failure.ts'
import type { Life } from './life.ts'
import type { AppliedEntry } from './types.ts'

type ApplyingParts = {
  readonly life: Life
  readonly disk: SimulatedDisk
  readonly applyMs: () => number
  readonly onApplied: (batch: readonly Delivered[]) => void
}

export class Applying {
  readonly #parts: ApplyingParts
  #queue: { readonly delivered: Delivered; readonly entry: AppliedEntry }[] = []
  #inFlight = 0
  #deliveredIndex = 0
  /** Another state is to take the place of this one once nothing is left to apply. */
  #standing = false
  #whenIdle: (() => void) | undefined

  constructor(parts: ApplyingParts) {
    this.#parts = parts
  }

  /** Behind what the database holds. */
  begin(): void {
    this.#queue = []
    this.#inFlight = 0
    this.#deliveredIndex = this.#parts.disk.appliedIndex
    this.#standing = false
    this.#whenIdle = undefined
  }

  requireNext({ index }: Delivered): void {
    const expected = this.#deliveredIndex + 1
    require(index === expected, 'contract', () => `${index} is delivered where ${expected} belongs`)
    require(!this.#standing, 'contract', () => `${index} is delivered during an install`)
  }

  push(delivered: Delivered, entry: AppliedEntry): void {
    this.#deliveredIndex = delivered.index
    this.#queue.push({ delivered, entry })
  }

  go(): void {
    if (this.#inFlight > 0) return
    if (this.#queue.length === 0) {
      const idle = this.#whenIdle
      this.#whenIdle = undefined
      idle?.()
      return
    }
    this.#inFlight = this.#queue.length
    this.#parts.life.later(this.#parts.applyMs(), () => {
      const batch = this.#queue.slice(0, this.#inFlight).map(({ delivered }) => delivered)
      this.finishBatch()
      this.#parts.onApplied(batch)
      this.go()
    })
  }

  /** Takes nothing more; calls back when all is applied. */
  standStill(applied: () => void): void {
    this.#standing = true
    this.#whenIdle = applied
    this.go()
  }

  /** The batch in flight, if there is one, is in the database. */
  finishBatch(): void {
    const batch = this.#queue.splice(0, this.#inFlight)
    this.#inFlight = 0
    for (const { entry } of batch) this.#parts.disk.applied.push(entry)
  }
}
