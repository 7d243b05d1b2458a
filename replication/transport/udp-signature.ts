/**
 * The proof on a datagram: HMAC-SHA-256 (RFC 2104) cut to its first 16 bytes, at its end.
 *
 * Made of two one-shot hashes over buffers that begin with the key's blocks, which takes some 30 %
 * less processor time than createHmac(): no object is made and collected for each datagram. Hex, because
 * that is what crypto.hash() hands over fastest.
 */
import { hash, timingSafeEqual } from 'node:crypto'
import { assert } from '../../common/assert.ts'

export const tagBytes = 16
/** More than a datagram can have. */
const signedMaxBytes = 65_536
const blockBytes = 64
const digestBytes = 32

export class Signature {
  /** The key's block, then what is signed. */
  readonly #inner = Buffer.alloc(blockBytes + signedMaxBytes)
  /** The key's other block, then the inner digest. */
  readonly #outer = Buffer.alloc(blockBytes + digestBytes)
  readonly #expected = Buffer.alloc(tagBytes)

  constructor(key: Uint8Array) {
    assert(key.length <= blockBytes, 'a longer key would have to be hashed first')
    for (let at = 0; at < blockBytes; at += 1) {
      this.#inner[at] = (key[at] ?? 0) ^ 0x36
      this.#outer[at] = (key[at] ?? 0) ^ 0x5c
    }
  }

  /** Fills the last bytes of `datagram`, which are for that. */
  sign(datagram: Buffer): void {
    this.#writeTag(datagram, datagram)
  }

  /** `datagram` is at least as long as a tag. */
  isRight(datagram: Buffer): boolean {
    const end = datagram.length - tagBytes
    this.#writeTag(datagram, this.#expected)
    return timingSafeEqual(datagram.subarray(end), this.#expected)
  }

  /** The tag of `datagram` to the end of `target`. */
  #writeTag(datagram: Buffer, target: Buffer): void {
    const signedBytes = datagram.length - tagBytes
    datagram.copy(this.#inner, blockBytes, 0, signedBytes)
    const inner = hash('sha256', this.#inner.subarray(0, blockBytes + signedBytes), 'hex')
    this.#outer.write(inner, blockBytes, 'hex')
    const tag = hash('sha256', this.#outer, 'hex')
    target.write(tag, target.length - tagBytes, tagBytes, 'hex')
  }
}
