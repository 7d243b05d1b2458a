/** Datagrams that are lost, repeated, delayed, reordered, held back; links cut in one direction. */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { EventQueue } from './event-queue.ts'
import type { SimulationOptions } from './options.ts'

type NetworkOptions = {
  readonly random: Random
  readonly queue: EventQueue
  readonly options: SimulationOptions
  readonly deliver: (from: MemberId, to: MemberId, bytes: Uint8Array) => void
}

export class SimulatedNetwork {
  readonly #parts: NetworkOptions
  /** `from/to` of links that carry nothing. */
  readonly #cut = new Set<string>()
  /** No faults any more; what was held back before still arrives. */
  #calm = false
  messagesSent = 0
  messagesLost = 0

  constructor(parts: NetworkOptions) {
    this.#parts = parts
  }

  cut(from: MemberId, to: MemberId): void {
    this.#cut.add(this.#link(from, to))
  }

  carries(from: MemberId, to: MemberId): boolean {
    return !this.#cut.has(this.#link(from, to))
  }

  /** Every link carries again. */
  heal(): void {
    this.#cut.clear()
  }

  calmDown(): void {
    this.#calm = true
  }

  send(from: MemberId, to: MemberId, bytes: Uint8Array): void {
    const { random, options } = this.#parts
    this.messagesSent += 1
    const lost = !this.#calm && random.next() < options.loss
    if (lost || this.#cut.has(this.#link(from, to))) {
      this.messagesLost += 1
      return
    }
    this.#carry(from, to, bytes)
    if (!this.#calm && random.next() < options.duplication) this.#carry(from, to, bytes)
  }

  #carry(from: MemberId, to: MemberId, bytes: Uint8Array): void {
    const { random, queue, options, deliver } = this.#parts
    const { delayMinMs, delayMaxMs, holdBack, holdBackMaxMs } = options
    // A copy each time: nobody shares memory with another member. Who has the address when it comes
    // gets it, whatever has become of its sender or of whom it was meant for.
    const arrive = (delayMs: number): void => {
      const copy = bytes.slice()
      queue.after(delayMs, () => deliver(from, to, copy))
    }
    const heldBack = !this.#calm && random.next() < holdBack
    if (heldBack) arrive(random.next() * holdBackMaxMs)
    // Held back and lost in time, or delivered in time and again much later.
    if (!heldBack || random.next() < 0.5) {
      arrive(delayMinMs + random.next() * (delayMaxMs - delayMinMs))
    }
  }

  #link(from: MemberId, to: MemberId): string {
    return `${from}/${to}`
  }
}
