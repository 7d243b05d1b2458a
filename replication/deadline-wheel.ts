/**
 * Many deadlines on one timer: a hashed timing wheel (Varghese and Lauck, 1987). Adding, removing
 * and expiring cost O(1) each, so that 10,000 requests a second need no timer of their own.
 * It must not know what waits. An item expires up to one granularity late, never early.
 */
import { assert } from '../common/assert.ts'
import { type Deadline, remainingMs } from '../common/deadline.ts'
import type { Clock } from './ports.ts'

/** Longer waits than this are not taken literally. */
const waitMaxMs = 60 * 60 * 1_000

/** How long a caller with this deadline waits from now on; 0 when it has passed. */
export function waitMsUntil(deadline: Deadline, clock: Clock): number {
  return Math.min(remainingMs(deadline, clock.nowUnixMs()), waitMaxMs)
}

export interface Expiring {
  /** On the monotonic clock. Must not change while the item is in the wheel. */
  readonly expiresAtMs: number
  /** Called once, after the item has been taken out. */
  expire(): void
}

type WheelOptions = {
  readonly granularityMs: number
  readonly slots: number
  readonly nowMs: number
}

export class DeadlineWheel {
  readonly #slots: readonly Set<Expiring>[]
  readonly #granularityMs: number
  /** All slots up to this turn have been visited. */
  #turn: number

  constructor(options: WheelOptions) {
    this.#granularityMs = options.granularityMs
    this.#slots = Array.from({ length: options.slots }, () => new Set<Expiring>())
    this.#turn = Math.floor(options.nowMs / options.granularityMs)
  }

  add(item: Expiring): void {
    assert(this.#turnOf(item) > this.#turn, 'only a deadline in the future enters the wheel')
    this.#slotOf(item).add(item)
  }

  /** Does nothing when the item has expired or was never added. */
  remove(item: Expiring): void {
    this.#slotOf(item).delete(item)
  }

  /** Expires everything whose time has come by `nowMs`. */
  expire(nowMs: number): void {
    const until = Math.floor(nowMs / this.#granularityMs)
    // After a long pause one round through all slots sees everything there is.
    const from = Math.max(this.#turn + 1, until - this.#slots.length + 1)
    this.#turn = Math.max(this.#turn, until)
    for (let turn = from; turn <= until; turn += 1) {
      const slot = this.#slots[turn % this.#slots.length] as Set<Expiring>
      for (const item of slot) {
        if (this.#turnOf(item) > until) continue
        slot.delete(item)
        item.expire()
      }
    }
  }

  #turnOf(item: Expiring): number {
    return Math.ceil(item.expiresAtMs / this.#granularityMs)
  }

  #slotOf(item: Expiring): Set<Expiring> {
    return this.#slots[this.#turnOf(item) % this.#slots.length] as Set<Expiring>
  }
}
