import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { defaultSequencerConfig } from './config.ts'
import type { Header, Metadata, RequestId } from './message.ts'
import { nothingTold, Peers } from './peers.ts'
import type { Ask, Missing } from './repair.ts'
import { owedInView, Repair } from './repair.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { viewOf } from './view.fixture.ts'

const view = viewOf([0, 1, 2, 3, 4], 8)
const incarnation = 8 as Incarnation

function create() {
  const peers = new Peers(view, memberId(0), 0)
  const random = seededRandom(3)
  const timing = defaultSequencerConfig
  const repair = new Repair({
    targetOf: owedInView({ view, peers, random, failureTimeoutTicks: 200 }),
    random,
    timing,
    graceTicks: 1,
  })
  const hear = (from: number, told: Partial<Metadata>, now = 1): void => {
    const metadata = { ...nothingTold, ...told }
    const header: Header = {
      cluster: 1,
      viewId: view.id,
      sender: memberId(from),
      incarnation,
      metadata,
    }
    peers.hear(header, now)
  }
  for (const from of [1, 2, 3, 4]) hear(from, {})
  /** Asks of so many ticks, with the tick of each. */
  const run = (missing: readonly Missing[], ticks: number, from = 1): (Ask & { at: number })[] => {
    const asks: (Ask & { at: number })[] = []
    for (let now = from; now < from + ticks; now += 1) {
      for (const ask of repair.asks(missing, now)) asks.push({ ...ask, at: now })
    }
    return asks
  }
  return { repair, hear, run }
}

function sequence(k: number): Missing {
  return { kind: 'sequence', k: k as GlobalSequence }
}

function request(sender: number, localSequence: number, of = incarnation): RequestId {
  return {
    sender: memberId(sender),
    incarnation: of,
    localSequence: localSequence as LocalSequence,
  }
}

describe('whom a member asks for what it lacks', () => {
  it('leaves a gap alone until the next tick: it may be mere reordering', () => {
    const { run } = create()
    expect(run([sequence(7)], 1)).toEqual([])
  })

  it('asks the sequencer of a number first, then whoever shows that it has it', () => {
    const { run, hear } = create()
    hear(4, { receivedUpTo: 7 as GlobalSequence })
    const asks = run([sequence(7)], 60)
    expect(asks[0]?.to).toBe(2)
    expect(asks.length).toBeGreaterThan(2)
    for (const ask of asks.slice(1)) expect(ask.to).toBe(4)
  })

  it('asks the sequencer again when nobody else shows that it has it', () => {
    const { run } = create()
    expect(new Set(run([sequence(7)], 60).map((ask) => ask.to))).toEqual(new Set([2]))
  })

  it('does not wait for a sequencer that is not heard', () => {
    const { run, hear } = create()
    hear(3, { receivedUpTo: 7 as GlobalSequence }, 500)
    expect(run([sequence(7)], 3, 500)[0]?.to).toBe(3)
  })

  it('asks the sender for a named request, or the sequencer if the sender restarted', () => {
    const { run } = create()
    const k = 7 as GlobalSequence
    expect(run([{ kind: 'namedRequest', id: request(3, 5), k }], 3)[0]?.to).toBe(3)
    const old = request(3, 5, 7 as Incarnation)
    expect(create().run([{ kind: 'namedRequest', id: old, k }], 3)[0]?.to).toBe(2)
  })

  it('asks nobody but the sender for a request that nothing names', () => {
    const { run, hear } = create()
    hear(4, { receivedUpTo: 100 as GlobalSequence })
    const asks = run([{ kind: 'request', id: request(3, 5) }], 100)
    expect(new Set(asks.map((ask) => ask.to))).toEqual(new Set([3]))
  })

  it('asks one member for all in one datagram, runs of ids together', () => {
    const { run } = create()
    const missing: Missing[] = [5, 6, 7, 8].map((local) => ({
      kind: 'request',
      id: request(3, local),
    }))
    const asks = run([...missing, sequence(3), sequence(8)], 2)
    expect(asks).toHaveLength(1)
    expect(asks[0]?.part).toEqual({
      kind: 'retransmitRequest',
      sequences: [
        { first: 3, count: 1 },
        { first: 8, count: 1 },
      ],
      requests: [{ sender: 3, incarnation, first: 5, count: 4 }],
    })
  })
})

describe('when it asks again', () => {
  it('soon at first, then later and later, up to a limit', () => {
    const { run } = create()
    const at = run([sequence(7)], 400).map((ask) => ask.at)
    const gaps = at.slice(1).map((tick, place) => tick - (at[place] ?? 0))
    expect(gaps[0]).toBeLessThanOrEqual(8)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(24)
    expect(gaps.at(-1)).toBeGreaterThanOrEqual(20)
  })

  it('follows measured round trips', () => {
    const secondAskAfter = (answerTicks: number): number => {
      const { run } = create()
      let now = 1
      for (let k = 7; k < 300; k += 5) {
        run([sequence(k)], 1 + answerTicks, now) // Seen, asked one tick later, ...
        run([], 1, now + 1 + answerTicks) // ... answered.
        now += 2 + answerTicks
      }
      const at = run([sequence(7)], 100, now).map((ask) => ask.at)
      return (at[1] ?? 0) - (at[0] ?? 0)
    }
    // Twice the usual time, and up to as much again as jitter.
    expect(secondAskAfter(1)).toBeLessThanOrEqual(4)
    expect(secondAskAfter(2)).toBeGreaterThanOrEqual(4)
  })

  it('never exceeds what one datagram may list', () => {
    const { run } = create()
    const missing = Array.from({ length: 200 }, (_, place) => ({
      kind: 'request' as const,
      id: request(3, place * 2),
    }))
    const asks = run(missing, 2)
    expect(asks).toHaveLength(1)
    expect(asks[0]?.part.requests).toHaveLength(64)
  })
})
