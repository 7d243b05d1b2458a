import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { type RequestId, requestParts, runOf } from './message.ts'
import { RequestPool } from './request-pool.ts'
import type { Incarnation, LocalSequence } from './view.ts'

const limits = {
  requestMaxBytes: 10_000,
  heldRequestsMax: 20,
  heldRequestsMaxBytes: 30_000,
  partialRequestsMaxBytes: 24_000,
}
const stream = { sender: memberId(1), incarnation: 8 as Incarnation }

function id(localSequence: number): RequestId {
  return { ...stream, localSequence: localSequence as LocalSequence }
}

function add(pool: RequestPool, localSequence: number, size = 10): boolean {
  const parts = requestParts(id(localSequence), new Uint8Array(size).fill(localSequence))
  return parts.map((part) => pool.admits(part) && pool.add(part)).includes(true)
}

describe('requests that nothing names yet', () => {
  it('are eligible up to the first gap', () => {
    const pool = new RequestPool(limits)
    for (const localSequence of [0, 1, 3]) add(pool, localSequence)
    expect(pool.eligible(stream.sender, stream.incarnation)).toEqual({ first: 0, count: 2 })
    expect(pool.gaps(stream, 5 as LocalSequence, 10)).toEqual([id(2), id(4), id(5)])
    add(pool, 2)
    expect(pool.eligible(stream.sender, stream.incarnation)).toEqual({ first: 0, count: 4 })
  })

  it('are held once', () => {
    const pool = new RequestPool(limits)
    expect(add(pool, 0)).toBe(true)
    expect(add(pool, 0)).toBe(false)
  })

  it('are bounded in number', () => {
    const pool = new RequestPool(limits)
    expect(add(pool, 19)).toBe(true)
    expect(add(pool, 20)).toBe(false)
    expect(pool.gaps(stream, 1_000_000 as LocalSequence, 100)).toHaveLength(19)
  })

  it('are bounded in bytes, but the next in order always finds room', () => {
    const pool = new RequestPool(limits)
    for (const localSequence of [1, 2, 3]) expect(add(pool, localSequence, 9_000)).toBe(true)
    expect(add(pool, 4, 9_000)).toBe(false)
    expect(add(pool, 0, 9_000)).toBe(true)
    pool.number(runOf(id(0), 4))
    expect(add(pool, 4, 9_000)).toBe(true)
  })

  it('are forgotten when the log ends elsewhere; those that it names are not', () => {
    const pool = new RequestPool(limits)
    for (const localSequence of [0, 1, 2]) add(pool, localSequence)
    pool.number(runOf(id(0), 1))
    pool.forgetUnnumbered(() => id(1).localSequence)
    expect(pool.has(id(0))).toBe(true)
    expect(pool.has(id(1))).toBe(false)
    expect(pool.eligible(stream.sender, stream.incarnation).count).toBe(0)
  })
})

describe('requests that a sequence message names', () => {
  it('are told missing where they are not held, and are no longer eligible', () => {
    const pool = new RequestPool(limits)
    for (const localSequence of [0, 2, 3]) add(pool, localSequence)
    expect(pool.number(runOf(id(0), 3))).toEqual([id(1)])
    expect(pool.eligible(stream.sender, stream.incarnation)).toEqual({ first: 3, count: 1 })
    expect(pool.admits(requestParts(id(1), new Uint8Array(1))[0] as never)).toBe(false)
  })

  it('go when their entry is trimmed', () => {
    const pool = new RequestPool(limits)
    add(pool, 0)
    pool.number(runOf(id(0), 1))
    pool.release(runOf(id(0), 1), true)
    expect(pool.has(id(0))).toBe(false)
    expect(add(pool, 0)).toBe(false) // A late duplicate.
    expect(add(pool, 1)).toBe(true)
  })
})

describe('large requests', () => {
  const payload = Uint8Array.from({ length: 5_000 }, (_, at) => at % 251)

  it('are put together from chunks in any order, from any number of attempts', () => {
    const pool = new RequestPool(limits)
    const parts = requestParts(id(0), payload)
    expect(parts).toHaveLength(5)
    for (const place of [4, 0, 0, 2]) pool.add(parts[place] as never)
    expect(pool.has(id(0))).toBe(false)
    for (const place of [1, 4, 3]) pool.add(parts[place] as never)
    expect(pool.payload(id(0))).toEqual(payload)
  })

  it('are refused above the limit', () => {
    const pool = new RequestPool(limits)
    expect(add(pool, 0, 10_001)).toBe(false)
    expect(add(pool, 0, 10_000)).toBe(true)
  })

  it('that are incomplete take bounded room, and lose it when the view is left', () => {
    const pool = new RequestPool(limits)
    const first = (localSequence: number) => requestParts(id(localSequence), payload)[0] as never
    for (const localSequence of [0, 1, 2, 3]) pool.add(first(localSequence))
    pool.add(first(4)) // No room: 4 × 5 chunks are reserved.
    for (const part of requestParts(id(4), payload).slice(1)) pool.add(part)
    expect(pool.has(id(4))).toBe(false)
    pool.forgetUnnumbered(() => id(0).localSequence)
    for (const part of requestParts(id(5), payload)) pool.add(part)
    expect(pool.has(id(5))).toBe(true)
  })
})
