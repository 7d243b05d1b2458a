import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { seededRandom } from '../../common/random.ts'
import { decodeMeta, encodeMeta, nextIncarnation } from './incarnation.ts'
import type { Incarnation } from './view.ts'

const random = seededRandom(1)
const nowMs = Date.UTC(2026, 0, 1)

describe('incarnations', () => {
  it('grow from start to start, whatever the clock says', () => {
    let stored: Incarnation | undefined
    for (const startedAtUnixMs of [nowMs, nowMs, nowMs - 86_400_000, 0, nowMs + 5]) {
      const next = nextIncarnation({ stored, startedAtUnixMs, random })
      expect(next).toBeGreaterThan(stored ?? 0)
      stored = next
    }
  })

  it('differ between two starts in one millisecond that know nothing of each other', () => {
    const start = () => nextIncarnation({ stored: undefined, startedAtUnixMs: nowMs, random })
    expect(new Set(Array.from({ length: 20 }, start)).size).toBeGreaterThan(15)
  })

  it('are safe integers for a long time, and survive as bytes', () => {
    const startedAtUnixMs = Date.UTC(2240, 0, 1)
    const last = nextIncarnation({ stored: undefined, startedAtUnixMs, random })
    expect(Number.isSafeInteger(last)).toBe(true)
    expect(decodeMeta(encodeMeta(last))).toBe(last)
    expect(() => decodeMeta(new Uint8Array([2, 1]))).toThrow(CodecError)
  })
})
