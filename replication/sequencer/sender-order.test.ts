import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { memberId } from '../../common/member.ts'
import type { RequestRun } from './message.ts'
import { keptIncarnations, SenderOrder } from './sender-order.ts'
import type { Incarnation, LocalSequence } from './view.ts'

const sender = memberId(1)

function run(incarnation: number, first: number, count: number): RequestRun {
  return { sender, incarnation: incarnation as Incarnation, first: first as LocalSequence, count }
}

describe('the next localSequence of each sender incarnation', () => {
  it('starts at 0 and follows what was ordered', () => {
    const order = new SenderOrder()
    expect(order.allows(run(5, 0, 3))).toBe(true)
    order.count(run(5, 0, 3))
    expect(order.allows(run(5, 0, 1))).toBe(false) // A repetition.
    expect(order.allows(run(5, 4, 1))).toBe(false) // A gap.
    expect(order.allows(run(5, 3, 1))).toBe(true)
    expect(order.next(sender, 6 as Incarnation)).toBe(0)
    expect(order.next(memberId(2), 5 as Incarnation)).toBe(0)
  })

  it('forgets old incarnations and refuses them for ever, so that nothing is ordered twice', () => {
    const order = new SenderOrder()
    for (let incarnation = 1; incarnation <= keptIncarnations + 2; incarnation += 1) {
      order.count(run(incarnation, 0, 1))
    }
    expect(order.next(sender, 1 as Incarnation)).toBeUndefined()
    expect(order.next(sender, 2 as Incarnation)).toBeUndefined()
    expect(order.next(sender, 3 as Incarnation)).toBe(1)
    expect([...order.counters()]).toHaveLength(keptIncarnations)
  })

  it('also when the one that is ordered now is the lowest', () => {
    const order = new SenderOrder()
    for (const incarnation of [10, 11, 12, 13]) order.count(run(incarnation, 0, 1))
    order.count(run(5, 0, 2))
    expect(order.next(sender, 5 as Incarnation)).toBeUndefined()
    expect(order.next(sender, 10 as Incarnation)).toBe(1)
  })

  it('survives as bytes, equal ones for equal orders', () => {
    const order = new SenderOrder()
    const other = new SenderOrder()
    order.count(run(7, 0, 4))
    order.count({ ...run(9, 0, 2), sender: memberId(0) })
    other.count({ ...run(9, 0, 2), sender: memberId(0) })
    other.count(run(7, 0, 4))
    expect(order.encode()).toEqual(other.encode())
    const restored = SenderOrder.decode(order.encode())
    expect([...restored.counters()]).toEqual(expect.arrayContaining([...order.counters()]))
    expect(SenderOrder.decode(undefined).next(sender, 1 as Incarnation)).toBe(0)
    expect(() => SenderOrder.decode(new Uint8Array([9, 9]))).toThrow(CodecError)
  })

  it('can go on separately from a copy', () => {
    const order = new SenderOrder()
    const copy = order.clone()
    copy.count(run(1, 0, 1))
    expect(order.next(sender, 1 as Incarnation)).toBe(0)
  })
})
