/**
 * Which sequence numbers of one session have been here: a bitmap over the newest of them, after
 * RFC 6479. Words are cleared as the window moves on to them, so that nothing is ever shifted.
 */

const wordBits = 32
const words = 256
/** How far behind the highest a number may be. The word of the highest is not whole yet. */
export const windowSize = (words - 1) * wordBits

/** Sequence numbers are positive safe integers, far beyond what bit operators can take. */
export class ReplayWindow {
  readonly #bits = new Uint32Array(words)
  #highest = 0

  /** True also of what is too old to say. */
  isSeen(sequence: number): boolean {
    if (sequence > this.#highest) return false
    if (this.#highest - sequence >= windowSize) return true
    return ((this.#bits[place(sequence)] ?? 0) & bit(sequence)) !== 0
  }

  mark(sequence: number): void {
    if (sequence > this.#highest) this.#moveTo(sequence)
    else if (this.#highest - sequence >= windowSize) return
    this.#bits[place(sequence)] = (this.#bits[place(sequence)] ?? 0) | bit(sequence)
  }

  /** Another session: all up to `sequence` count as seen. */
  startAfter(sequence: number): void {
    this.#bits.fill(0xffff_ffff)
    this.#highest = sequence
    // In the word of the highest, what is above it has not been here.
    this.#bits[place(sequence)] = bit(sequence) | (bit(sequence) - 1)
  }

  #moveTo(sequence: number): void {
    const from = Math.floor(this.#highest / wordBits)
    const to = Math.floor(sequence / wordBits)
    const cleared = Math.min(to - from, words)
    for (let word = to - cleared + 1; word <= to; word += 1) this.#bits[word % words] = 0
    this.#highest = sequence
  }
}

function place(sequence: number): number {
  return Math.floor(sequence / wordBits) % words
}

function bit(sequence: number): number {
  return (1 << (sequence % wordBits)) >>> 0
}
