/**
 * The number of one start of this process, and the protocol's durable scalars that keep it.
 *
 * Rule: never repeats and only grows; max(stored, Unix milliseconds) + 1 with random low bits;
 * durable before the first datagram that counts. The low bits keep two starts apart that share a
 * millisecond and a lost disk.
 */
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { Random } from '../../common/random.ts'
import type { Incarnation } from './view.ts'

const formatVersion = 1
/** 41 bits of milliseconds and these 10 stay a safe integer until the year 2248. */
const randomValues = 1_024

export function nextIncarnation(options: {
  readonly stored: Incarnation | undefined
  readonly startedAtUnixMs: number
  readonly random: Random
}): Incarnation {
  const { stored, startedAtUnixMs, random } = options
  const storedMs = Math.floor((stored ?? 0) / randomValues)
  const ms = Math.max(storedMs, Math.floor(startedAtUnixMs)) + 1
  return (ms * randomValues + random.integer(0, randomValues - 1)) as Incarnation
}

export function encodeMeta(incarnation: Incarnation): Uint8Array {
  return new ByteWriter().u8(formatVersion).uint(incarnation).finish()
}

/** Throws CodecError when another format has been stored. */
export function decodeMeta(bytes: Uint8Array): Incarnation {
  const reader = new ByteReader(bytes)
  const version = reader.u8()
  if (version !== formatVersion) throw new CodecError(`meta of format ${version} is unknown`)
  const incarnation = reader.uint() as Incarnation
  reader.end()
  return incarnation
}
