/**
 * Puts fragments together again. Bounded in messages, bytes and time for each sender, so that lost
 * fragments, or a sender gone mad, cost a fixed amount of memory: the oldest gives way.
 */
import type { Fragment } from './udp-frame.ts'

export type ReassemblyLimits = {
  readonly messagesPerSender: number
  readonly bytesPerSender: number
  readonly keptMs: number
}

export const defaultReassemblyLimits: ReassemblyLimits = {
  messagesPerSender: 32,
  bytesPerSender: 4 * 1_024 * 1_024,
  keptMs: 2_000,
}

type Partial = {
  readonly pieces: (Uint8Array | undefined)[]
  readonly startedMs: number
  missing: number
  sizeBytes: number
}

type SenderState = { readonly partials: Map<number, Partial>; sizeBytes: number }

export class Reassembly {
  readonly #limits: ReassemblyLimits
  readonly #nowMs: () => number
  readonly #senders = new Map<number, SenderState>()
  #incomplete = 0

  constructor(limits: ReassemblyLimits, nowMs: () => number) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /** Bytes held of all senders. */
  get sizeBytes(): number {
    let sum = 0
    for (const { sizeBytes } of this.#senders.values()) sum += sizeBytes
    return sum
  }

  /** Messages given up with fragments missing. */
  get incomplete(): number {
    return this.#incomplete
  }

  /** Messages begun, of all senders. */
  get messages(): number {
    let sum = 0
    for (const { partials } of this.#senders.values()) sum += partials.size
    return sum
  }

  /** What the sender's former process has begun will not be ended. */
  forget(sender: number): void {
    this.#incomplete += this.#senders.get(sender)?.partials.size ?? 0
    this.#senders.delete(sender)
  }

  /** The whole message, once its last missing fragment is here. */
  add(sender: number, { messageId, index, count, bytes }: Fragment): Uint8Array | undefined {
    const state = this.#senders.get(sender) ?? { partials: new Map(), sizeBytes: 0 }
    this.#senders.set(sender, state)
    this.#expire(state)
    let partial = state.partials.get(messageId)
    if (partial === undefined) {
      const pieces = new Array<Uint8Array | undefined>(count).fill(undefined)
      partial = { pieces, startedMs: this.#nowMs(), missing: count, sizeBytes: 0 }
      state.partials.set(messageId, partial)
    }
    if (partial.pieces.length !== count || partial.pieces[index] !== undefined) return undefined
    // A copy: the datagram's buffer may be far larger than its fragment.
    partial.pieces[index] = bytes.slice()
    partial.missing -= 1
    partial.sizeBytes += bytes.length
    state.sizeBytes += bytes.length
    if (partial.missing === 0) {
      this.#drop(state, messageId)
      return Buffer.concat(partial.pieces as Uint8Array[])
    }
    this.#shrink(state)
    return undefined
  }

  #expire(state: SenderState): void {
    const expiredMs = this.#nowMs() - this.#limits.keptMs
    for (const [messageId, { startedMs }] of state.partials) {
      if (startedMs > expiredMs) return // Kept in the order in which they began.
      this.#drop(state, messageId)
      this.#incomplete += 1
    }
  }

  #shrink(state: SenderState): void {
    const { messagesPerSender, bytesPerSender } = this.#limits
    for (const messageId of state.partials.keys()) {
      if (state.partials.size <= messagesPerSender && state.sizeBytes <= bytesPerSender) return
      this.#drop(state, messageId)
      this.#incomplete += 1
    }
  }

  #drop(state: SenderState, messageId: number): void {
    state.sizeBytes -= state.partials.get(messageId)?.sizeBytes ?? 0
    state.partials.delete(messageId)
  }
}
