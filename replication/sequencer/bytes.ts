/**
 * Writes and reads the primitive pieces of messages and log entries. The reader trusts nothing:
 * whatever does not fit the bytes at hand is a CodecError. It must not know what the pieces mean.
 */
import { CodecError } from '../../common/codec-error.ts'

/** Grows as it is written; finish() hands out exactly what was written. */
export class ByteWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  #length = 0

  u8(value: number): this {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
    return this
  }

  u32(value: number): this {
    this.#reserve(4)
    this.#view.setUint32(this.#length, value)
    this.#length += 4
    return this
  }

  /** A safe integer ≥ 0, seven bits in a byte, lowest first. */
  uint(value: number): this {
    this.#reserve(8)
    let rest = value
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
    return this
  }

  /** A safe integer ≥ −1. */
  uintOrNone(value: number): this {
    return this.uint(value + 1)
  }

  /** The length, then the bytes. */
  bytes(value: Uint8Array): this {
    this.uint(value.length)
    this.#reserve(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
    return this
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u8(): number {
    this.#need(1)
    return this.#bytes[this.#at++] as number
  }

  u32(): number {
    this.#need(4)
    this.#at += 4
    return this.#view.getUint32(this.#at - 4)
  }

  uint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 0x80) {
      const byte = this.u8()
      value += (byte & 0x7f) * factor
      if (!Number.isSafeInteger(value)) throw new CodecError('a number is too large')
      if (byte < 0x80) {
        if (byte === 0 && factor > 1) throw new CodecError('a number is longer than it needs')
        return value
      }
    }
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

  /** A view of the bytes read, not a copy. */
  bytes(): Uint8Array {
    const length = this.uint()
    this.#need(length)
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  atEnd(): boolean {
    return this.#at === this.#bytes.length
  }

  end(): void {
    if (!this.atEnd()) throw new CodecError(`${this.#bytes.length - this.#at} bytes are left over`)
  }

  #need(count: number): void {
    if (count > this.#bytes.length - this.#at) throw new CodecError('the bytes end too early')
  }
}
