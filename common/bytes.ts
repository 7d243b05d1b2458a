/**
 * Writes and reads numbers and byte strings, big-endian, for messages and log entries. The reader
 * trusts nothing: what goes past the end, is no safe integer, or could be written shorter is a
 * CodecError. It must not know what the pieces mean.
 */
import { CodecError } from './codec-error.ts'
import type { Slab } from './slab.ts'

const twoToThe32 = 4_294_967_296
const safeHighMax = 0x1f_ffff
/** What a safe integer takes, seven bits in a byte. */
const uintMaxBytes = 8

/** Grows as it is written; finish() hands out exactly what was written. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>
  #at = 0

  /** With what will be written as `sizeBytes`, exactly, nothing is ever copied. */
  constructor(sizeBytes = 256) {
    this.#bytes = new Uint8Array(sizeBytes)
  }

  u8(value: number): this {
    const at = this.#advance(1)
    this.#bytes[at] = value
    return this
  }

  u16(value: number): this {
    return this.u8(value >>> 8).u8(value)
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value)
  }

  /** A safe integer ≥ 0, in eight bytes: its size does not depend on it. */
  u53(value: number): this {
    return this.u32(Math.floor(value / twoToThe32)).u32(value % twoToThe32)
  }

  /** A safe integer ≥ 0, seven bits in a byte, lowest first: small ones are short. */
  uint(value: number): this {
    let rest = value
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    return this.u8(rest)
  }

  /** A safe integer ≥ −1, and not the largest, as uint(). */
  uintOrNone(value: number): this {
    return this.uint(value + 1)
  }

  /** The bytes alone. */
  raw(value: Uint8Array): this {
    const at = this.#advance(value.length)
    this.#bytes.set(value, at)
    return this
  }

  /** The length as uint(), then the bytes. */
  bytes(value: Uint8Array): this {
    return this.uint(value.length).raw(value)
  }

  /** To be called once, at the end. */
  finish(): Uint8Array {
    const isFull = this.#at === this.#bytes.length
    // A copy otherwise: a window would keep the unused rest in memory.
    return isFull ? this.#bytes : this.#bytes.slice(0, this.#at)
  }

  /**
   * Instead of finish(): a copy of what was written, and the writer begins again. One that is used
   * for everything of a kind soon has the size of the largest, and grows no more.
   */
  take(slab: Slab): Uint8Array {
    const written = slab.copy(this.#bytes.subarray(0, this.#at))
    this.#at = 0
    return written
  }

  /** Forgets what an encoder that threw has left behind. */
  restart(): this {
    this.#at = 0
    return this
  }

  /** Makes room; returns where it begins. */
  #advance(sizeBytes: number): number {
    const at = this.#at
    const end = at + sizeBytes
    if (end > this.#bytes.length) this.#grow(end)
    this.#at = end
    return at
  }

  #grow(neededBytes: number): void {
    const grown = new Uint8Array(Math.max(neededBytes, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get remainingBytes(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#bytes[this.#take(1)] as number
  }

  u16(): number {
    return (this.u8() << 8) | this.u8()
  }

  u32(): number {
    return this.u16() * 0x1_0000 + this.u16()
  }

  u53(): number {
    const high = this.u32()
    if (high > safeHighMax) throw new CodecError('a number is too large')
    return high * twoToThe32 + this.u32()
  }

  uint(): number {
    let value = 0
    let factor = 1
    for (let length = 1; length <= uintMaxBytes; length += 1) {
      const byte = this.#bytes[this.#take(1)] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) {
        if (byte === 0 && length > 1) throw new CodecError('a number is longer than it needs')
        if (!Number.isSafeInteger(value)) break
        return value
      }
      factor *= 0x80
    }
    throw new CodecError('a number is too large')
  }

  uintOrNone(): number {
    return this.uint() - 1
  }

  /** As uint(), but a CodecError outside [min, max]. */
  uintWithin(min: number, max: number, what: string): number {
    const value = this.uint()
    if (value < min || value > max) throw new CodecError(`${what} ${value} is not ${min}..${max}`)
    return value
  }

  /** A window on the bytes, not a copy. */
  raw(sizeBytes: number): Uint8Array {
    const at = this.#take(sizeBytes)
    return this.#bytes.subarray(at, at + sizeBytes)
  }

  /** What bytes() has written; a window, not a copy. */
  bytes(): Uint8Array {
    return this.raw(this.uint())
  }

  end(): void {
    if (this.remainingBytes > 0) throw new CodecError(`${this.remainingBytes} bytes are left over`)
  }

  #take(sizeBytes: number): number {
    if (sizeBytes > this.remainingBytes) {
      throw new CodecError(`${sizeBytes} bytes were expected, ${this.remainingBytes} are left`)
    }
    const at = this.#at
    this.#at += sizeBytes
    return at
  }
}
