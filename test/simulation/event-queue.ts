/** Virtual time: a heap of actions by due time. Ties are broken by the seed, not by insertion. */
import type { Random } from '../../common/random.ts'

type Event = { readonly atMs: number; readonly tie: number; readonly action: () => void }

export class EventQueue {
  readonly #random: Random
  readonly #heap: Event[] = []
  #nowMs = 0

  constructor(random: Random) {
    this.#random = random
  }

  get nowMs(): number {
    return this.#nowMs
  }

  /** When the next action is due; undefined when there is none. */
  get nextAtMs(): number | undefined {
    return this.#heap[0]?.atMs
  }

  after(delayMs: number, action: () => void): void {
    this.#heap.push({ atMs: this.#nowMs + delayMs, tie: this.#random.next(), action })
    this.#rise(this.#heap.length - 1)
  }

  /** Moves time on to the next action and does it. */
  runNext(): void {
    const next = this.#heap[0]
    const last = this.#heap.pop()
    if (next === undefined || last === undefined) return
    if (last !== next) {
      this.#heap[0] = last
      this.#sink(0)
    }
    this.#nowMs = next.atMs
    next.action()
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (!this.#before(place, parent)) return
      this.#swap(place, parent)
      place = parent
    }
  }

  #sink(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1
      const right = left + 1
      let first = place
      if (left < this.#heap.length && this.#before(left, first)) first = left
      if (right < this.#heap.length && this.#before(right, first)) first = right
      if (first === place) return
      this.#swap(place, first)
      place = first
    }
  }

  #before(one: number, other: number): boolean {
    const a = this.#heap[one] as Event
    const b = this.#heap[other] as Event
    return a.atMs === b.atMs ? a.tie < b.tie : a.atMs < b.atMs
  }

  #swap(one: number, other: number): void {
    const held = this.#heap[one] as Event
    this.#heap[one] = this.#heap[other] as Event
    this.#heap[other] = held
  }
}
