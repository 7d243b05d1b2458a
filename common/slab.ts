/**
 * Copies small byte strings into large buffers that they share: memory is asked for once for many,
 * where a buffer of its own for each would keep the garbage collector busy. A shared buffer is freed
 * when the last string in it is, so one slab serves what comes and goes in the same order. It must
 * not know what the bytes mean.
 */

const chunkBytes = 64 * 1_024
/** What is larger gets a buffer of its own. */
const sharedMaxBytes = 4 * 1_024

export class Slab {
  #chunk = new Uint8Array(0)
  #at = 0

  /** A copy that nobody writes to again. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes
    if (length > sharedMaxBytes) return bytes.slice()
    if (this.#at + length > this.#chunk.length) {
      this.#chunk = new Uint8Array(chunkBytes)
      this.#at = 0
    }
    const begin = this.#at
    this.#chunk.set(bytes, begin)
    this.#at = begin + length
    return this.#chunk.subarray(begin, this.#at)
  }
}
