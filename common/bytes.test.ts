import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from './bytes.ts'
import { CodecError } from './codec-error.ts'

const edges = [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]

type Piece = {
  readonly write: (writer: ByteWriter) => ByteWriter
  readonly read: (reader: ByteReader) => unknown
  readonly value: unknown
}

type NumberFormat = 'u8' | 'u16' | 'u32' | 'u53' | 'uint' | 'uintOrNone'

function number(format: NumberFormat, min: number, max: number): fc.Arbitrary<Piece> {
  return fc.integer({ min, max }).map((value) => ({
    value,
    write: (writer) => writer[format](value),
    read: (reader) => reader[format](),
  }))
}

const byteString = fc.uint8Array({ maxLength: 300 })
const piece: fc.Arbitrary<Piece> = fc.oneof(
  number('u8', 0, 0xff),
  number('u16', 0, 0xffff),
  number('u32', 0, 0xffff_ffff),
  number('u53', 0, Number.MAX_SAFE_INTEGER),
  number('uint', 0, Number.MAX_SAFE_INTEGER),
  number('uintOrNone', -1, Number.MAX_SAFE_INTEGER - 1),
  byteString.map(
    (value): Piece => ({
      value,
      write: (writer) => writer.bytes(value),
      read: (reader) => reader.bytes(),
    }),
  ),
  byteString.map(
    (value): Piece => ({
      value,
      write: (writer) => writer.raw(value),
      read: (reader) => reader.raw(value.length),
    }),
  ),
)

function written(pieces: readonly Piece[], writer = new ByteWriter()): Uint8Array {
  for (const { write } of pieces) write(writer)
  return writer.finish()
}

describe('bytes', () => {
  it('are read as they were written, whatever size was foretold', () => {
    fc.assert(
      fc.property(fc.array(piece), fc.nat(400), (pieces, foretoldBytes) => {
        const bytes = written(pieces)
        expect(written(pieces, new ByteWriter(foretoldBytes))).toEqual(bytes)
        expect(written(pieces, new ByteWriter(bytes.length))).toEqual(bytes)
        const reader = new ByteReader(bytes)
        for (const { read, value } of pieces) expect(read(reader)).toEqual(value)
        reader.end()
        expect(reader.remainingBytes).toBe(0)
      }),
    )
  })

  it('are laid out as old logs hold them', () => {
    const writer = new ByteWriter()
      .u8(1)
      .u16(0x0203)
      .u32(0x0405_0607)
      .u53(2 ** 32 + 9)
    const bytes = writer.uint(300).uintOrNone(-1).bytes(Uint8Array.of(7, 8)).finish()
    const numbers = [1, 2, 3, 4, 5, 6, 7, 0, 0, 0, 1, 0, 0, 0, 9]
    expect([...bytes]).toEqual([...numbers, 0xac, 0x02, 0, 2, 7, 8])
  })

  it('of the numbers at the edges come back, and small ones are short', () => {
    for (const value of edges) {
      expect(new ByteReader(new ByteWriter().u53(value).finish()).u53()).toBe(value)
      expect(new ByteReader(new ByteWriter().uint(value).finish()).uint()).toBe(value)
    }
    const lengths = edges.map((value) => new ByteWriter().uint(value).finish().length)
    expect(lengths).toEqual([1, 1, 1, 2, 2, 3, 5, 5, 8])
  })

  it('of the right size are handed out without a copy, others without what is unused', () => {
    const exact = new ByteWriter(3).u8(1).u16(2).finish()
    expect(exact.buffer.byteLength).toBe(3)
    expect(new ByteWriter(100).u8(1).finish().buffer.byteLength).toBe(1)
  })
})

describe('a reader of bytes', () => {
  it('never reads past the end, wherever that is', () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), fc.nat(), (pieces, cut) => {
        const bytes = written(pieces)
        fc.pre(bytes.length > 0)
        const reader = new ByteReader(bytes.subarray(0, cut % bytes.length))
        expect(() => {
          for (const { read } of pieces) read(reader)
        }).toThrow(CodecError)
      }),
    )
  })

  it('stays within its window of a larger buffer', () => {
    const around = Uint8Array.of(9, 9, 1, 2, 9, 9)
    const reader = new ByteReader(around.subarray(2, 4))
    expect(reader.u16()).toBe(0x0102)
    expect(() => reader.u8()).toThrow('1 bytes were expected, 0 are left')
  })

  it('believes no length that is larger than what follows', () => {
    const announced = new ByteWriter().uint(Number.MAX_SAFE_INTEGER).u8(1).finish()
    expect(() => new ByteReader(announced).bytes()).toThrow(CodecError)
  })

  it('refuses numbers that are not safe integers', () => {
    const aboveSafe = Uint8Array.of(0x00, 0x20, 0, 0, 0, 0, 0, 0)
    expect(() => new ByteReader(aboveSafe).u53()).toThrow('a number is too large')
    for (const last of [0x10, 0x7f, 0x80, 0xff]) {
      const bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, last, 1)
      expect(() => new ByteReader(bytes).uint()).toThrow('a number is too large')
    }
    expect(() => new ByteReader(new Uint8Array(1_000).fill(0x80)).uint()).toThrow(CodecError)
  })

  it('refuses a number with zeros on top: there is one way to write each', () => {
    for (const bytes of [Uint8Array.of(0x80, 0), Uint8Array.of(0x85, 0x80, 0)]) {
      expect(() => new ByteReader(bytes).uint()).toThrow('a number is longer than it needs')
    }
  })

  it('refuses what is out of bounds, and what is left over', () => {
    const bytes = new ByteWriter().uint(5).u8(0).finish()
    const reader = new ByteReader(bytes)
    expect(() => new ByteReader(bytes).uintWithin(1, 4, 'a count')).toThrow('a count 5 is not 1..4')
    expect(() => new ByteReader(bytes).uintWithin(6, 9, 'a count')).toThrow(CodecError)
    expect(reader.uintWithin(5, 5, 'a count')).toBe(5)
    expect(() => reader.end()).toThrow('1 bytes are left over')
  })
})
