/** Two or three members without sockets, and somebody who records all that they send. */
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { everybody } from './udp-frame.ts'
import { exchange, fixtureKey, type SentDatagram, UdpNode } from './udp-node.fixture.ts'
import { defaultReassemblyLimits } from './udp-reassembly.ts'

let now = 0
const nowMs = () => now

beforeEach(() => {
  now = 0
})

function start(self: number, count = 2): UdpNode {
  const peers = Array.from({ length: count }, (_, id) => id).filter((id) => id !== self)
  return new UdpNode({ self, peers, nowMs })
}

/** Both run and know it. */
function pair(record: SentDatagram[] = []): [UdpNode, UdpNode] {
  const nodes: [UdpNode, UdpNode] = [start(0), start(1)]
  nodes[1].greetAll()
  exchange(nodes, record)
  return nodes
}

function one(datagrams: readonly Buffer[]): Buffer {
  expect(datagrams).toHaveLength(1)
  return datagrams[0] as Buffer
}

const refused = (reason: string) => ({ kind: 'refused', reason })

describe('members that start', () => {
  it('know each other after three hellos, whoever starts last', () => {
    const record: SentDatagram[] = []
    const [a, b] = pair(record)
    expect(record.map(({ to }) => to)).toEqual([0, 1, 0])
    expect(a.sessions.isConfirmed(1) && b.sessions.isConfirmed(0)).toBe(true)
    a.receive(one(b.seal('to a')))
    b.receive(one(a.seal('to b')))
    expect(a.inbox).toEqual([{ from: 1, message: 'to a' }])
    expect(b.inbox).toEqual([{ from: 0, message: 'to b' }])
  })

  it('know each other in the end when hellos are lost, by what they send', () => {
    const nodes: [UdpNode, UdpNode] = [start(0), start(1)]
    const [a, b] = nodes
    expect(a.receive(one(b.seal('too early')))).toEqual(refused('unconfirmed'))
    expect(a.outbox.splice(0)).toHaveLength(1) // Lost.
    expect(a.receive(one(b.seal('again')))).toEqual(refused('unconfirmed'))
    expect(a.outbox).toHaveLength(0) // It asked a moment ago.
    now += 10
    expect(a.receive(one(b.seal('and again')))).toEqual(refused('unconfirmed'))
    exchange(nodes)
    a.receive(one(b.seal('now')))
    expect(a.inbox).toEqual([{ from: 1, message: 'now' }])
  })
})

describe('what has been recorded', () => {
  it('is taken once, and in any order', () => {
    const [a, b] = pair()
    const datagrams = ['1', '2', '3'].map((text) => one(b.seal(text)))
    for (const datagram of [...datagrams].reverse()) a.receive(datagram)
    for (const datagram of datagrams) expect(a.receive(datagram)).toEqual(refused('replayed'))
    expect(a.inbox.map(({ message }) => message)).toEqual(['3', '2', '1'])
  })

  it('of a former process of its sender is worth nothing, then and later', () => {
    const record: SentDatagram[] = []
    const [a, former] = pair(record)
    const late = one(former.seal('held back'))
    const seen = one(former.seal('seen'))
    a.receive(seen)
    now += 100
    const b = start(1)
    b.greetAll()
    exchange([a, b], record)
    const recorded = [late, seen, ...record.map(({ datagram }) => datagram)]
    for (const datagram of recorded) {
      now += 100
      expect(a.receive(datagram).kind).not.toBe('messages')
      exchange([a, b]) // Its questions are answered by the one that runs.
    }
    a.receive(one(b.seal('b still speaks')))
    expect(a.inbox.map(({ message }) => message)).toEqual(['seen', 'b still speaks'])
  })

  it('before its receiver was started is worth nothing, though its sender still runs', () => {
    const record: SentDatagram[] = []
    const [former, b] = pair(record)
    const seen = one(b.seal('seen'))
    former.receive(seen)
    const held = one(b.seal('held back'))
    const a = start(0)
    const recorded = [seen, held, ...record.map(({ datagram }) => datagram)]
    for (const datagram of recorded) {
      now += 100
      expect(a.receive(datagram).kind).not.toBe('messages')
      expect(a.sessions.isConfirmed(1)).toBe(false)
    }
    exchange([a, b])
    expect(a.sessions.isConfirmed(1)).toBe(true)
    for (const datagram of recorded) expect(a.receive(datagram).kind).toBe('refused')
    a.receive(one(b.seal('new')))
    expect(a.inbox.map(({ message }) => message)).toEqual(['new'])
  })

  it('an echo that was held back does not bring a former process back', () => {
    const [a, former] = pair()
    now += 100
    a.receive(one(start(1).seal('of a process still older'))) // Makes a ask.
    const question = a.outbox.splice(0)
    expect(question).toHaveLength(1)
    former.receive(question[0]?.datagram as Buffer)
    const held = former.outbox.splice(0)
    expect(held).toHaveLength(1)
    now += 100
    const b = start(1)
    b.greetAll()
    exchange([a, b]) // It echoes the same nonce.
    now += 100
    expect(a.receive(held[0]?.datagram as Buffer)).toEqual(refused('unconfirmed'))
    expect(a.receive(one(former.seal('x')))).toEqual(refused('unconfirmed'))
    a.receive(one(b.seal('b still speaks')))
    expect(a.inbox).toEqual([{ from: 1, message: 'b still speaks' }])
  })

  it('while its sender is down does not bring a former process back', () => {
    const record: SentDatagram[] = []
    const [, b] = pair(record)
    const a = start(0)
    a.greetAll()
    exchange([a, b], record)
    const data = one(b.seal('x'))
    const next = start(0) // a is started anew, and b is gone.
    next.greetAll()
    for (let round = 0; round < 3; round += 1) {
      for (const { datagram } of [...record, { datagram: data }]) {
        now += 100
        next.receive(datagram)
      }
    }
    expect(next.sessions.isConfirmed(1)).toBe(false)
    expect(next.inbox).toEqual([])
  })

  it('costs a bounded number of answers', () => {
    const record: SentDatagram[] = []
    const [, former] = pair(record)
    const stale = [...record.map(({ datagram }) => datagram), one(former.seal('old'))]
    const a = start(0)
    let sent = 0
    for (let turn = 0; turn < 10_000; turn += 1) {
      now += 0.01
      a.receive(stale[turn % stale.length] as Buffer)
      sent += a.outbox.splice(0).length
    }
    expect(sent).toBeGreaterThan(0)
    expect(sent).toBeLessThanOrEqual(100 + 20) // 100 ms: an answer a millisecond, a question in 5.
  })

  it('for another member is not taken', () => {
    const [a, b, c] = [start(0, 3), start(1, 3), start(2, 3)]
    for (const node of [a, b, c]) node.greetAll()
    now += 10
    exchange([a, b, c])
    const datagram = one(b.seal('for c alone', 2))
    expect(a.receive(datagram)).toEqual(refused('foreign'))
    expect(b.receive(datagram)).toEqual(refused('own'))
    c.receive(datagram)
    expect(c.inbox).toEqual([{ from: 1, message: 'for c alone' }])
  })
})

describe('a network that repeats, reorders and loses', () => {
  it('delivers each message at most once, and all of it when nothing is lost', () => {
    const network = fc.record({
      sizes: fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 12 }),
      copies: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer(),
    })
    fc.assert(
      fc.property(network, ({ sizes, copies, seed }) => {
        const [a, b] = pair()
        const messages = sizes.map((size, place) => String(place).padEnd(size, '.'))
        const datagrams = messages.flatMap((message) => b.seal(message))
        const onWay = Array.from({ length: copies }, () => datagrams).flat()
        for (const datagram of shuffled(onWay, seed)) a.receive(Buffer.from(datagram))
        expect(a.inbox.map(({ message }) => message).sort()).toEqual([...messages].sort())
        expect(a.reassembly.sizeBytes).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  it('does not mix fragments of two processes', () => {
    const [a, former] = pair()
    const whole = former.seal('f'.repeat(3_000))
    for (const datagram of whole.slice(1)) a.receive(datagram)
    expect(a.reassembly.messages).toBe(1)
    now += 100
    const b = start(1)
    b.greetAll()
    exchange([a, b])
    expect(a.reassembly.messages).toBe(0)
    expect(a.reassembly.incomplete).toBe(1)
    const [first] = b.seal('b'.repeat(3_000))
    expect(a.receive(first as Buffer)).toEqual({ kind: 'nothing' })
    expect(a.inbox).toEqual([])
  })

  it('keeps a bounded number of messages whose fragments are lost', () => {
    const [a, b] = pair()
    for (let turn = 0; turn < 200; turn += 1) {
      a.receive(b.seal('x'.repeat(5_000))[0] as Buffer)
      expect(a.reassembly.messages).toBeLessThanOrEqual(defaultReassemblyLimits.messagesPerSender)
    }
    expect(a.reassembly.incomplete).toBe(200 - defaultReassemblyLimits.messagesPerSender)
  })
})

describe('a hello by multicast', () => {
  it('is answered only where multicast has brought it', () => {
    const [a, b] = pair()
    const ask = Buffer.alloc(16, 3)
    const hello = b.framer.sealHello({ echo: undefined, ask }, everybody)
    expect(a.receive(hello, 'unicast')).toEqual(refused('foreign'))
    expect(a.outbox).toHaveLength(0)
    expect(a.receive(hello, 'multicast')).toEqual({ kind: 'nothing' })
    expect(a.outbox).toHaveLength(1)
  })
})

describe('lengths behind a right tag', () => {
  it.each([
    ['a message longer than the rest', 1, [0, 9, 1]],
    ['half a length', 1, [0]],
    ['fragment 5 of 5', 2, [0, 0, 0, 1, 0, 5, 0, 5, 1]],
    ['a fragment of 65,535', 2, [0, 0, 0, 1, 0, 0, 255, 255, 1]],
    ['a fragment of nothing', 2, [0, 0, 0, 1, 0, 0, 0, 1]],
    ['half a fragment’s head', 2, [0, 0, 0, 1]],
    ['a hello that is too short', 3, [1, 2, 3]],
    ['an unknown kind', 4, [1]],
  ])('%s is refused', (_name, kind, body) => {
    const [a, b] = pair()
    const model = one(b.seal('model'))
    const head = Buffer.from(model.subarray(0, 20))
    head[7] = kind
    const signed = Buffer.concat([head, Buffer.from(body)])
    const tag = createHmac('sha256', fixtureKey).update(signed).digest().subarray(0, 16)
    expect(a.receive(Buffer.concat([signed, tag]))).toEqual(refused('malformed'))
    expect(a.inbox).toEqual([])
  })
})

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, place) => ({ item, key: Math.imul(place + 1, seed | 1) >>> 0 }))
    .sort((x, y) => x.key - y.key)
    .map(({ item }) => item)
}
