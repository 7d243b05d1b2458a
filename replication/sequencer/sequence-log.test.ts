import { describe, expect, it } from 'vitest'
import { InvariantError } from '../../common/assert.ts'
import { memberId } from '../../common/member.ts'
import { defaultSequencerConfig } from './config.ts'
import { decodeEntry, encodeEntry } from './log-entry.ts'
import type { RequestId, SequenceMessage } from './message.ts'
import { runOf } from './message.ts'
import { RequestPool } from './request-pool.ts'
import { SenderOrder } from './sender-order.ts'
import { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewId, viewOf } from './view.fixture.ts'

const view = viewOf([0, 1, 2])

function id(localSequence: number): RequestId {
  const stream = { sender: memberId(1), incarnation: 8 as Incarnation }
  return { ...stream, localSequence: localSequence as LocalSequence }
}

function sequence(k: number, first: number, count = 1): SequenceMessage {
  return { viewId: view.id, globalSequence: k as GlobalSequence, names: [runOf(id(first), count)] }
}

function create() {
  const pool = new RequestPool(defaultSequencerConfig)
  const log = new SequenceLog({
    pool,
    order: new SenderOrder(),
    lastTrimmed: -1 as GlobalSequence,
    trimmedView: undefined,
    sequenceWindow: 4,
    checkSenderOrder: true,
  })
  const hold = (localSequence: number): void => {
    pool.hold(id(localSequence), Buffer.from(`request ${localSequence}`))
    log.requestHeld(id(localSequence))
  }
  return { pool, log, hold }
}

function orderAfter(next: number): SenderOrder {
  const order = new SenderOrder()
  order.count(runOf(id(0), next))
  return order
}

describe('the sequence log', () => {
  it('takes messages in any order and tells what is missing', () => {
    const { log, hold } = create()
    hold(0)
    expect(log.offer(sequence(2, 2))).toBe(true)
    expect(log.orderedUpTo).toBe(-1)
    expect(log.missingSequences(3 as GlobalSequence, 10)).toEqual([0, 1, 3])
    log.offer(sequence(0, 0))
    log.offer(sequence(1, 1))
    expect([log.orderedUpTo, log.completeUpTo]).toEqual([2, 0])
    expect(log.missingRequests(10)).toEqual([
      { id: id(1), k: 1 },
      { id: id(2), k: 2 },
    ])
    hold(2)
    expect(log.completeUpTo).toBe(0)
    hold(1)
    expect(log.completeUpTo).toBe(2)
  })

  it('moves receivedUpTo only when the write is durable', () => {
    const { log, hold } = create()
    hold(0)
    hold(1)
    log.offer(sequence(0, 0))
    expect(log.takeUnpersisted(1_000)).toHaveLength(1)
    log.offer(sequence(1, 1))
    expect([log.receivedUpTo, log.persistingUpTo, log.completeUpTo]).toEqual([-1, 0, 1])
    log.persisted()
    expect(log.receivedUpTo).toBe(0)
    expect(log.takeUnpersisted(1_000)).toHaveLength(1)
  })

  it('writes large entries one by one', () => {
    const { log, hold } = create()
    for (const one of [0, 1]) hold(one)
    for (const one of [0, 1]) log.offer(sequence(one, one))
    expect(log.takeUnpersisted(1)).toHaveLength(1)
    log.persisted()
    expect(log.takeUnpersisted(1)).toHaveLength(1)
  })

  it('drops repetitions, what is too far ahead, and what it has trimmed', () => {
    const { log, hold } = create()
    hold(0)
    expect(log.offer(sequence(4, 4))).toBe(false)
    log.offer(sequence(0, 0))
    expect(log.offer(sequence(0, 0))).toBe(false)
    log.takeUnpersisted(1_000)
    log.persisted()
    expect(log.trim(0 as GlobalSequence)).toEqual([runOf(id(0), 1)])
    expect(log.offer(sequence(0, 0))).toBe(false)
    expect(log.size).toBe(0)
  })

  it('stops at a second message of the same number', () => {
    const { log } = create()
    log.offer(sequence(1, 1))
    expect(() => log.offer(sequence(1, 1, 2))).toThrow(InvariantError)
  })

  it('stops at a message that breaks the order of a sender', () => {
    const { log } = create()
    log.offer(sequence(0, 0))
    expect(() => log.offer(sequence(1, 2))).toThrow(InvariantError)
    expect(() => create().log.offer(sequence(0, 1))).toThrow(InvariantError)
  })

  it('is cut where it departs: what is above is forgotten, and can come with other content', () => {
    const { log, pool, hold } = create()
    for (const one of [0, 1, 2]) hold(one)
    for (const one of [0, 1]) log.offer(sequence(one, one))
    log.takeUnpersisted(1_000)
    log.persisted()
    log.offer(sequence(2, 2))
    log.cutTo(0 as GlobalSequence, { upTo: 0 as GlobalSequence, order: orderAfter(1) })
    expect([log.receivedUpTo, log.completeUpTo, log.orderedUpTo]).toEqual([0, 0, 0])
    expect([0, 1, 2].map((one) => pool.has(id(one)))).toEqual([true, false, false])
    hold(1)
    expect(log.offer({ ...sequence(1, 1), viewId: viewId(2) })).toBe(true)
    expect(log.completeUpTo).toBe(1)
    expect(log.extent().runs).toEqual([{ viewId: view.id, first: 0 }])
    expect(log.extent(1 as GlobalSequence).runs).toEqual([
      { viewId: view.id, first: 0 },
      { viewId: viewId(2), first: 1 },
    ])
  })

  it('is never cut below what is delivered', () => {
    const { log, hold } = create()
    hold(0)
    log.offer(sequence(0, 0))
    const delivered = { upTo: 0 as GlobalSequence, order: orderAfter(1) }
    expect(() => log.cutTo(-1 as GlobalSequence, delivered)).toThrow(InvariantError)
  })

  it('remembers who issued the last that it has trimmed', () => {
    const { log, hold } = create()
    for (const one of [0, 1]) {
      hold(one)
      log.offer({ ...sequence(one, one), viewId: viewId(one + 1) })
    }
    log.takeUnpersisted(1_000)
    log.persisted()
    log.trim(1 as GlobalSequence)
    const runs = [{ viewId: viewId(2), first: 1 }]
    expect(log.extent()).toEqual({ firstRetained: 2, receivedUpTo: 1, runs })
  })

  it('knows where what is kept becomes too large', () => {
    const { log, hold } = create()
    for (const one of [0, 1, 2]) {
      hold(one)
      log.offer(sequence(one, one))
    }
    log.takeUnpersisted(1_000)
    log.persisted()
    const each = Buffer.from('request 0').length
    expect(log.beyondBytes(3 * each)).toBe(-1)
    expect(log.beyondBytes(2 * each)).toBe(0)
    expect(log.beyondBytes(0)).toBe(2)
  })

  it('goes on from its stored entries', () => {
    const before = create()
    for (const one of [0, 1]) {
      before.hold(one)
      before.log.offer(sequence(one, one))
    }
    const stored = before.log.takeUnpersisted(1_000).map(encodeEntry)
    const { log, pool } = create()
    log.restore(stored.map(decodeEntry), -1 as GlobalSequence)
    expect([log.receivedUpTo, log.orderedUpTo]).toEqual([1, 1])
    expect(pool.payload(id(1))).toEqual(new Uint8Array(Buffer.from('request 1')))
    expect(log.order.next(id(0).sender, id(0).incarnation)).toBe(2)
    expect(log.offer(sequence(2, 2))).toBe(true)
  })
})
