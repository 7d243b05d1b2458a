/**
 * The datagram around messages: who speaks to whom, in which cluster, and the proof of it. It must
 * not know what messages mean, nor whether a datagram has been here before.
 *
 *     version u8 · cluster u32 · sender u8 · destination u8 · kind u8 · session u48 · sequence u48
 *       · body · tag (16 bytes)
 *     body of a pack:      (length u16 · message)*
 *     body of a fragment:  message id u32 · index u16 · count u16 · bytes
 *     body of a hello:     echo (16 bytes) · ask (16 bytes); zeros: none
 *
 * The tag covers all that stands before it. A session is one start of a sender's process, its
 * sequence counts all datagrams that it seals, to whomever. 48 bits are exact as numbers, and last
 * for a century of 80,000 datagrams a second.
 */
import { randomBytes } from 'node:crypto'
import { assert } from '../../common/assert.ts'
import { Signature, tagBytes } from './udp-signature.ts'

export const frameVersion = 2
const headerBytes = 20
const lengthBytes = 2
const fragmentHeaderBytes = 8
export const nonceBytes = 16
const numberBytes = 6
const sequenceMax = 2 ** 48 - 1
/** What a datagram holds besides its body. */
export const frameBytes = headerBytes + tagBytes
/** What a datagram that carries one whole message holds besides it. */
export const packedFrameBytes = frameBytes + lengthBytes
/** What a datagram that carries a fragment holds besides it. */
export const fragmentFrameBytes = frameBytes + fragmentHeaderBytes
export const fragmentsMax = 1_024
/** As a destination: all other members. */
export const everybody = 255

const kinds = { pack: 1, fragment: 2, hello: 3 } as const

export type FrameOptions = { readonly cluster: number; readonly sender: number }

export type Head = {
  readonly sender: number
  /** A member, or `everybody`. */
  readonly destination: number
  readonly session: number
  readonly sequence: number
}

export type Fragment = {
  readonly messageId: number
  readonly index: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** See udp-sessions.ts. */
export type Hello = {
  readonly echo: Uint8Array | undefined
  readonly ask: Uint8Array | undefined
}

export type Body =
  | { readonly kind: 'pack'; readonly messages: readonly Uint8Array[] }
  | { readonly kind: 'fragment'; readonly fragment: Fragment }
  | { readonly kind: 'hello'; readonly hello: Hello }

export class Framer {
  readonly session = drawSession()
  readonly #signature: Signature
  readonly #options: FrameOptions
  #sequence = 0

  constructor(key: Uint8Array, options: FrameOptions) {
    this.#signature = new Signature(key)
    this.#options = options
  }

  /** Datagrams so far: the number of the last one. */
  get sealed(): number {
    return this.#sequence
  }

  /** Each message must fit the datagram and be shorter than 64 KiB. */
  sealPack(messages: readonly Uint8Array[], destination: number): Buffer {
    const bodyBytes = messages.reduce((sum, message) => sum + lengthBytes + message.length, 0)
    const datagram = this.#begin(kinds.pack, destination, bodyBytes)
    let at = headerBytes
    for (const message of messages) {
      at = datagram.writeUInt16BE(message.length, at)
      datagram.set(message, at)
      at += message.length
    }
    return this.#seal(datagram)
  }

  sealFragment({ messageId, index, count, bytes }: Fragment, destination: number): Buffer {
    const bodyBytes = fragmentHeaderBytes + bytes.length
    const datagram = this.#begin(kinds.fragment, destination, bodyBytes)
    let at = datagram.writeUInt32BE(messageId, headerBytes)
    at = datagram.writeUInt16BE(index, at)
    at = datagram.writeUInt16BE(count, at)
    datagram.set(bytes, at)
    return this.#seal(datagram)
  }

  sealHello({ echo, ask }: Hello, destination: number): Buffer {
    const datagram = this.#begin(kinds.hello, destination, 2 * nonceBytes)
    datagram.fill(0, headerBytes, headerBytes + 2 * nonceBytes)
    if (echo !== undefined) datagram.set(echo, headerBytes)
    if (ask !== undefined) datagram.set(ask, headerBytes + nonceBytes)
    return this.#seal(datagram)
  }

  /** What the datagram says of itself, unproven; undefined: it is not of this version and cluster. */
  readHead(datagram: Buffer): Head | undefined {
    const isOurs =
      datagram.length >= frameBytes &&
      datagram.readUInt8(0) === frameVersion &&
      datagram.readUInt32BE(1) === this.#options.cluster
    if (!isOurs) return undefined
    return {
      sender: datagram.readUInt8(5),
      destination: datagram.readUInt8(6),
      session: datagram.readUIntBE(8, numberBytes),
      sequence: datagram.readUIntBE(14, numberBytes),
    }
  }

  /** Only of a datagram that has a head. */
  isAuthentic(datagram: Buffer): boolean {
    return this.#signature.isRight(datagram)
  }

  /** Only of an authentic datagram. Undefined: its sender writes what this version cannot read. */
  readBody(datagram: Buffer): Body | undefined {
    const body = datagram.subarray(headerBytes, datagram.length - tagBytes)
    switch (datagram.readUInt8(7)) {
      case kinds.pack: {
        const messages = unpack(body)
        return messages === undefined ? undefined : { kind: 'pack', messages }
      }
      case kinds.fragment:
        return readFragment(body)
      case kinds.hello: {
        if (body.length !== 2 * nonceBytes) return undefined
        const hello = {
          echo: readNonce(body.subarray(0, nonceBytes)),
          ask: readNonce(body.subarray(nonceBytes)),
        }
        return { kind: 'hello', hello }
      }
      default:
        return undefined
    }
  }

  #begin(kind: number, destination: number, bodyBytes: number): Buffer {
    this.#sequence += 1
    assert(this.#sequence <= sequenceMax, 'a process ends before its datagrams cannot be counted')
    const datagram = Buffer.allocUnsafe(frameBytes + bodyBytes)
    datagram.writeUInt8(frameVersion, 0)
    datagram.writeUInt32BE(this.#options.cluster, 1)
    datagram.writeUInt8(this.#options.sender, 5)
    datagram.writeUInt8(destination, 6)
    datagram.writeUInt8(kind, 7)
    datagram.writeUIntBE(this.session, 8, numberBytes)
    datagram.writeUIntBE(this.#sequence, 14, numberBytes)
    return datagram
  }

  #seal(datagram: Buffer): Buffer {
    this.#signature.sign(datagram)
    return datagram
  }
}

function drawSession(): number {
  return randomBytes(numberBytes).readUIntBE(0, numberBytes)
}

function readNonce(bytes: Buffer): Uint8Array | undefined {
  return bytes.every((byte) => byte === 0) ? undefined : bytes
}

function readFragment(body: Buffer): Body | undefined {
  if (body.length <= fragmentHeaderBytes) return undefined
  const fragment = {
    messageId: body.readUInt32BE(0),
    index: body.readUInt16BE(4),
    count: body.readUInt16BE(6),
    bytes: body.subarray(fragmentHeaderBytes),
  }
  const fits = fragment.index < fragment.count && fragment.count <= fragmentsMax
  return fits ? { kind: 'fragment', fragment } : undefined
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
