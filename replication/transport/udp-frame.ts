/**
 * The datagram around messages: who speaks, in which cluster, and the proof of it. It must not know
 * what messages mean.
 *
 *     version u8 · cluster u32 · sender u8 · kind u8 · body · tag (16 bytes)
 *     body of a pack:      (length u16 · message)*
 *     body of a fragment:  message id u32 · index u16 · count u16 · bytes
 *
 * The tag is HMAC-SHA-256 over all that stands before it, cut to 16 bytes (RFC 2104, section 5). It
 * is checked before anything behind the sender is looked at.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'

export const frameVersion = 1
const headerBytes = 7
const tagBytes = 16
const lengthBytes = 2
const fragmentHeaderBytes = 8
/** What a datagram holds besides its body. */
export const frameBytes = headerBytes + tagBytes
/** What a datagram that carries one whole message holds besides it. */
export const packedFrameBytes = frameBytes + lengthBytes
/** What a datagram that carries a fragment holds besides it. */
export const fragmentFrameBytes = frameBytes + fragmentHeaderBytes
export const fragmentsMax = 1_024

const kinds = { pack: 1, fragment: 2 } as const

export type FrameOptions = { readonly cluster: number; readonly sender: number }

export type Fragment = {
  readonly messageId: number
  readonly index: number
  readonly count: number
  readonly bytes: Uint8Array
}

export type Opened =
  | { readonly kind: 'pack'; readonly sender: number; readonly messages: readonly Uint8Array[] }
  | { readonly kind: 'fragment'; readonly sender: number; readonly fragment: Fragment }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }

/**
 * `foreign`: another version, cluster or sender. `forged`: the tag is wrong. `malformed`: behind a
 * right tag.
 */
export type RefusalReason = 'foreign' | 'forged' | 'malformed'

export class Framer {
  readonly #key: Uint8Array
  readonly #options: FrameOptions
  readonly #isPeer: (sender: number) => boolean

  constructor(key: Uint8Array, options: FrameOptions, isPeer: (sender: number) => boolean) {
    this.#key = key
    this.#options = options
    this.#isPeer = isPeer
  }

  /** Each message must fit the datagram and be shorter than 64 KiB. */
  sealPack(messages: readonly Uint8Array[]): Buffer {
    const bodyBytes = messages.reduce((sum, message) => sum + lengthBytes + message.length, 0)
    const datagram = this.#begin(kinds.pack, bodyBytes)
    let at = headerBytes
    for (const message of messages) {
      at = datagram.writeUInt16BE(message.length, at)
      datagram.set(message, at)
      at += message.length
    }
    return this.#seal(datagram)
  }

  sealFragment({ messageId, index, count, bytes }: Fragment): Buffer {
    const datagram = this.#begin(kinds.fragment, fragmentHeaderBytes + bytes.length)
    let at = datagram.writeUInt32BE(messageId, headerBytes)
    at = datagram.writeUInt16BE(index, at)
    at = datagram.writeUInt16BE(count, at)
    datagram.set(bytes, at)
    return this.#seal(datagram)
  }

  open(datagram: Buffer): Opened {
    if (datagram.length < frameBytes) return { kind: 'refused', reason: 'foreign' }
    const sender = datagram.readUInt8(5)
    const isOurs =
      datagram.readUInt8(0) === frameVersion &&
      datagram.readUInt32BE(1) === this.#options.cluster &&
      this.#isPeer(sender)
    if (!isOurs) return { kind: 'refused', reason: 'foreign' }
    const signed = datagram.subarray(0, datagram.length - tagBytes)
    const tag = datagram.subarray(datagram.length - tagBytes)
    if (!timingSafeEqual(tag, this.#tagOf(signed))) return { kind: 'refused', reason: 'forged' }
    return openBody(sender, signed.readUInt8(6), signed.subarray(headerBytes))
  }

  #begin(kind: number, bodyBytes: number): Buffer {
    const datagram = Buffer.allocUnsafe(frameBytes + bodyBytes)
    datagram.writeUInt8(frameVersion, 0)
    datagram.writeUInt32BE(this.#options.cluster, 1)
    datagram.writeUInt8(this.#options.sender, 5)
    datagram.writeUInt8(kind, 6)
    return datagram
  }

  #seal(datagram: Buffer): Buffer {
    const end = datagram.length - tagBytes
    datagram.set(this.#tagOf(datagram.subarray(0, end)), end)
    return datagram
  }

  #tagOf(signed: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(signed).digest().subarray(0, tagBytes)
  }
}

function openBody(sender: number, kind: number, body: Buffer): Opened {
  const malformed: Opened = { kind: 'refused', reason: 'malformed' }
  switch (kind) {
    case kinds.pack: {
      const messages = unpack(body)
      return messages === undefined ? malformed : { kind: 'pack', sender, messages }
    }
    case kinds.fragment: {
      if (body.length <= fragmentHeaderBytes) return malformed
      const fragment = {
        messageId: body.readUInt32BE(0),
        index: body.readUInt16BE(4),
        count: body.readUInt16BE(6),
        bytes: body.subarray(fragmentHeaderBytes),
      }
      const fits = fragment.index < fragment.count && fragment.count <= fragmentsMax
      return fits ? { kind: 'fragment', sender, fragment } : malformed
    }
    default:
      return malformed
  }
}

function unpack(body: Buffer): Uint8Array[] | undefined {
  const messages: Uint8Array[] = []
  for (let at = 0; at < body.length; ) {
    if (body.length - at < lengthBytes) return undefined
    const length = body.readUInt16BE(at)
    at += lengthBytes
    if (length > body.length - at) return undefined
    messages.push(body.subarray(at, at + length))
    at += length
  }
  return messages
}
