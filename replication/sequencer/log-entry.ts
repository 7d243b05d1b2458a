/**
 * An entry as the log stores it: a sequence message and all the commands that it names, in its
 * order.
 */
import { assert } from '../../common/assert.ts'
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { Slab } from '../../common/slab.ts'
import type { StoredEntry } from '../protocol.ts'
import { readSequence, writeSequence } from './codec.ts'
import type { SequenceMessage } from './message.ts'
import { logIndexOf } from './view.ts'

const formatVersion = 1

const scratch = new ByteWriter(4_096)
const slab = new Slab()

export type LogEntry = {
  readonly sequence: SequenceMessage
  /** One for each request that the sequence message names, in its order. */
  readonly payloads: readonly Uint8Array[]
}

export function encodeEntry({ sequence, payloads }: LogEntry): StoredEntry {
  assert(payloads.length === countOf(sequence), 'an entry holds every request that it names')
  scratch.restart().u8(formatVersion)
  writeSequence(scratch, sequence)
  for (const payload of payloads) scratch.bytes(payload)
  return { index: logIndexOf(sequence.globalSequence), bytes: scratch.take(slab) }
}

/** Throws CodecError when the bytes are no entry, or that of another index. */
export function decodeEntry(stored: StoredEntry): LogEntry {
  const reader = new ByteReader(stored.bytes)
  const version = reader.u8()
  if (version !== formatVersion)
    throw new CodecError(`log entries of format ${version} are unknown`)
  const sequence = readSequence(reader)
  if (logIndexOf(sequence.globalSequence) !== stored.index) {
    throw new CodecError(`the entry at ${stored.index} is that of ${sequence.globalSequence}`)
  }
  const payloads = Array.from({ length: countOf(sequence) }, () => reader.bytes())
  reader.end()
  return { sequence, payloads }
}

/** Requests that a sequence message names. */
export function countOf(sequence: SequenceMessage): number {
  return sequence.names.reduce((sum, run) => sum + run.count, 0)
}
