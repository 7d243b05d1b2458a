import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { blankScalars, decodeScalars, encodeScalars, isBlank, nextIncarnation } from './durable.ts'
import { viewId, viewOf } from './view.fixture.ts'
import type { Incarnation } from './view.ts'

const random = seededRandom(5)
const next = (known: Incarnation | undefined, startedAtUnixMs: number): Incarnation =>
  nextIncarnation({ known, startedAtUnixMs, random })

describe('an incarnation', () => {
  it('grows with the clock, and without it', () => {
    const first = next(undefined, 1_700_000_000_000)
    const second = next(first, 1_700_000_005_000)
    expect(second).toBeGreaterThan(first)
    const third = next(second, 1_600_000_000_000)
    expect(third).toBeGreaterThan(second)
    expect(Number.isSafeInteger(third)).toBe(true)
  })

  it('tells two starts apart that share a millisecond and a lost disk', () => {
    const starts = Array.from({ length: 20 }, () => next(undefined, 1_700_000_000_000))
    expect(new Set(starts).size).toBeGreaterThan(15)
  })
})

describe('the durable scalars', () => {
  const blank = blankScalars(12 as Incarnation)
  const full = {
    incarnation: 12 as Incarnation,
    promised: viewId(9, 2, 5),
    installed: viewOf([0, 2, 4], 8, 33),
    isRecovering: true,
    noted: new Map([[memberId(3), 77 as Incarnation]]),
  }

  it('come back as they were', () => {
    for (const scalars of [blank, full]) {
      expect(decodeScalars(encodeScalars(scalars))).toEqual(scalars)
    }
    expect([isBlank(blank), isBlank(full)]).toEqual([true, false])
  })

  it('are refused in another format, cut short, or with something behind', () => {
    const bytes = encodeScalars(full)
    for (let size = 0; size < bytes.length; size += 1) {
      expect(() => decodeScalars(bytes.subarray(0, size))).toThrow(CodecError)
    }
    expect(() => decodeScalars(Uint8Array.from([1, ...bytes.slice(1)]))).toThrow(CodecError)
    expect(() => decodeScalars(Uint8Array.from([...bytes, 0]))).toThrow(CodecError)
  })
})
