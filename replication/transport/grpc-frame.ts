/**
 * Several messages as one gRPC message: a length (u32, big-endian) before each. It must not know
 * what messages mean.
 */
import { ByteReader } from '../../common/bytes.ts'

const lengthBytes = 4

/** What a message takes in a frame. */
export function framedBytes(message: Uint8Array): number {
  return lengthBytes + message.length
}

export function packFrame(messages: readonly Uint8Array[]): Buffer {
  let sizeBytes = 0
  for (const message of messages) sizeBytes += framedBytes(message)
  const frame = Buffer.allocUnsafe(sizeBytes)
  let at = 0
  for (const message of messages) {
    at = frame.writeUInt32BE(message.length, at)
    frame.set(message, at)
    at += message.length
  }
  return frame
}

/** Windows on the frame, not copies. Throws CodecError when a length does not fit. */
export function unpackFrame(frame: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  const reader = new ByteReader(frame)
  while (reader.remainingBytes > 0) messages.push(reader.raw(reader.u32()))
  return messages
}
