/**
 * Reading and writing numbers and byte strings, big-endian. A reader trusts no length: whatever
 * would go past the end, or is no safe integer, is a CodecError. It must not know any message.
 */
import { CodecError } from '../../common/codec-error.ts'

const twoToThe32 = 4_294_967_296
const safeHighMax = 0x1f_ffff

export class ByteWriter {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  /** `sizeBytes` must be what will be written, exactly: finish() checks it. */
  constructor(sizeBytes: number) {
    this.#bytes = new Uint8Array(sizeBytes)
    this.#view = new DataView(this.#bytes.buffer)
  }

  u8(value: number): this {
    this.#view.setUint8(this.#at, value)
    this.#at += 1
    return this
  }

  u16(value: number): this {
    this.#view.setUint16(this.#at, value)
    this.#at += 2
    return this
  }

  u32(value: number): this {
    this.#view.setUint32(this.#at, value)
    this.#at += 4
    return this
  }

  /** A safe integer that is not negative, in eight bytes. */
  u53(value: number): this {
    this.#view.setUint32(this.#at, Math.floor(value / twoToThe32))
    this.#view.setUint32(this.#at + 4, value % twoToThe32)
    this.#at += 8
    return this
  }

  raw(bytes: Uint8Array): this {
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
    return this
  }

  finish(): Uint8Array {
    if (this.#at !== this.#bytes.length) {
      throw new CodecError(`${this.#at} bytes were written where ${this.#bytes.length} were meant`)
    }
    return this.#bytes
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

  get remainingBytes(): number {
    return this.#bytes.length - this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2))
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4))
  }

  u53(): number {
    const at = this.#take(8)
    const high = this.#view.getUint32(at)
    if (high > safeHighMax) throw new CodecError('a number is too large')
    return high * twoToThe32 + this.#view.getUint32(at + 4)
  }

  /** A window on the bytes, not a copy. */
  raw(sizeBytes: number): Uint8Array {
    const at = this.#take(sizeBytes)
    return this.#bytes.subarray(at, at + sizeBytes)
  }

  end(): void {
    if (this.remainingBytes > 0) throw new CodecError(`${this.remainingBytes} bytes too many`)
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
