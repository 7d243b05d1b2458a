/**
 * Log entries as bytes in a row: framed, each with a checksum that covers its index, so that an
 * entry which is torn, flipped or in the wrong place is noticed when it is read. Knows no SQL.
 *
 *   row    = version:u8  count:u32  entry*
 *   entry  = length:u32  crc32(index:u64 bytes):u32  bytes
 *   scalar = crc32(bytes):u32  bytes
 */
import { crc32 } from 'node:zlib'
import { assert } from '../../common/assert.ts'
import type { StoredEntry } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'

/** What was read is not what was written: nothing may be built upon it. */
export class LogCorruption extends Error {
  override readonly name = 'LogCorruption'
}

const version = 1
const rowHeaderBytes = 5
const entryHeaderBytes = 8

export function encodeEntries(entries: readonly StoredEntry[]): Buffer {
  let sizeBytes = rowHeaderBytes
  for (const { bytes } of entries) sizeBytes += entryHeaderBytes + bytes.length
  const row = Buffer.allocUnsafe(sizeBytes)
  row.writeUInt8(version, 0)
  row.writeUInt32BE(entries.length, 1)
  let at = rowHeaderBytes
  for (const { index, bytes } of entries) {
    row.writeUInt32BE(bytes.length, at)
    row.writeUInt32BE(checksum(index, bytes), at + 4)
    row.set(bytes, at + entryHeaderBytes)
    at += entryHeaderBytes + bytes.length
  }
  assert(at === sizeBytes, 'a row is filled to its end')
  return row
}

/** Throws LogCorruption unless `row` holds exactly the entries from `first` to `last`. */
export function decodeEntries(row: Buffer, first: number, last: number): StoredEntry[] {
  const where = `entries ${first} to ${last}`
  if (row.length < rowHeaderBytes) throw new LogCorruption(`${where}: the row is cut off`)
  if (row.readUInt8(0) !== version) {
    throw new LogCorruption(`${where}: unknown version ${row.readUInt8(0)}`)
  }
  const count = row.readUInt32BE(1)
  if (count !== last - first + 1) throw new LogCorruption(`${where}: the row holds ${count}`)
  const entries: StoredEntry[] = []
  let at = rowHeaderBytes
  for (let index = first; index <= last; index += 1) {
    const bytesAt = at + entryHeaderBytes
    const length = bytesAt <= row.length ? row.readUInt32BE(at) : Number.POSITIVE_INFINITY
    if (bytesAt + length > row.length) throw new LogCorruption(`entry ${index} is cut off`)
    // A copy: a slice would keep the whole row in memory for as long as one entry lives.
    const bytes = new Uint8Array(row.subarray(bytesAt, bytesAt + length))
    if (row.readUInt32BE(at + 4) !== checksum(index, bytes)) {
      throw new LogCorruption(`entry ${index} does not match its checksum`)
    }
    entries.push({ index: index as LogIndex, bytes })
    at = bytesAt + length
  }
  if (at !== row.length) throw new LogCorruption(`${where}: there are bytes behind the last one`)
  return entries
}

export function encodeScalar(bytes: Uint8Array): Buffer {
  const scalar = Buffer.allocUnsafe(4 + bytes.length)
  scalar.writeUInt32BE(crc32(bytes), 0)
  scalar.set(bytes, 4)
  return scalar
}

/** Throws LogCorruption when `scalar` was not written by encodeScalar. */
export function decodeScalar(scalar: Buffer): Uint8Array {
  const bytes = new Uint8Array(scalar.subarray(4))
  if (scalar.length < 4 || scalar.readUInt32BE(0) !== crc32(bytes)) {
    throw new LogCorruption("the protocol's durable scalars do not match their checksum")
  }
  return bytes
}

const indexBytes = Buffer.alloc(8)

function checksum(index: number, bytes: Uint8Array): number {
  indexBytes.writeBigUInt64BE(BigInt(index))
  return crc32(bytes, crc32(indexBytes))
}
