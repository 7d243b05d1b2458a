import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredEntry } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import {
  decodeEntries,
  decodeScalar,
  encodeEntries,
  encodeScalar,
  LogCorruption,
} from './framing.ts'

const payloads = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 })

function entriesFrom(first: number, bytes: readonly Uint8Array[]): StoredEntry[] {
  return bytes.map((one, place) => ({ index: (first + place) as LogIndex, bytes: one }))
}

describe('framing', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), (bytes, first) => {
        const entries = entriesFrom(first, bytes)
        const row = encodeEntries(entries)
        expect(decodeEntries(row, first, first + bytes.length - 1)).toEqual(entries)
      }),
    )
  })

  it('notices every single byte that has changed', () => {
    const entries = entriesFrom(7, [new Uint8Array([1, 2, 3]), new Uint8Array(), new Uint8Array(5)])
    const row = encodeEntries(entries)
    for (let at = 0; at < row.length; at += 1) {
      for (const flipped of [0x01, 0x80]) {
        const damaged = Buffer.from(row)
        damaged.writeUInt8(damaged.readUInt8(at) ^ flipped, at)
        expect(() => decodeEntries(damaged, 7, 9), `byte ${at}`).toThrow(LogCorruption)
      }
    }
  })

  it('notices rows that are cut off, too long, or in the wrong place', () => {
    const row = encodeEntries(entriesFrom(7, [new Uint8Array([1]), new Uint8Array([2])]))
    for (let length = 0; length < row.length; length += 1) {
      expect(() => decodeEntries(row.subarray(0, length), 7, 8)).toThrow(LogCorruption)
    }
    expect(() => decodeEntries(Buffer.concat([row, Buffer.alloc(1)]), 7, 8)).toThrow(LogCorruption)
    expect(() => decodeEntries(row, 8, 9)).toThrow('entry 8 does not match its checksum')
    expect(() => decodeEntries(row, 7, 9)).toThrow(LogCorruption)
  })

  it('protects the scalars, too', () => {
    const scalar = encodeScalar(new Uint8Array([9, 8, 7]))
    expect(decodeScalar(scalar)).toEqual(new Uint8Array([9, 8, 7]))
    for (let at = 0; at < scalar.length; at += 1) {
      const damaged = Buffer.from(scalar)
      damaged.writeUInt8(damaged.readUInt8(at) ^ 4, at)
      expect(() => decodeScalar(damaged)).toThrow(LogCorruption)
    }
    expect(() => decodeScalar(Buffer.alloc(2))).toThrow(LogCorruption)
  })
})
