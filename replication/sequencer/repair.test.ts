import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { defaultSequencerConfig } from './config.ts'
import { incarnation, request, sequence } from './peers.fixture.ts'
import { zeroRepairCounters } from './repair-counters.ts'
import type { Ask, Missing } from './repair.ts'
import { Repair } from './repair.ts'
import type { GlobalSequence } from './view.ts'

const timing = {
  ...defaultSequencerConfig,
  repairMinMs: 1,
  repairMaxMs: 20,
  repairBackoffMaxMs: 100,
}
/** Of one who looks again and again. */
const stepMs = 0.1

function create() {
  const counters = zeroRepairCounters()
  const targetOf = () => memberId(2)
  const repair = new Repair({ targetOf, random: seededRandom(3), timing, counters })
  let nowMs = 0
  /** Looks for so long; the asks, with the time of each. */
  const run = (missing: readonly Missing[], ms: number): (Ask & { at: number })[] => {
    const asks: (Ask & { at: number })[] = []
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += stepMs) {
      for (const ask of repair.asks(missing, nowMs)) asks.push({ ...ask, at: nowMs })
    }
    return asks
  }
  /** Something is lost; each ask is answered after so long. */
  const lose = (k: number, answerMs: number): void => {
    const asks = run([sequence(k)], answerMs)
    run([], stepMs)
    for (const _ of asks.slice(1)) repair.sequenceRepeated(k as GlobalSequence)
  }
  return { repair, counters, run, lose }
}

function times(asks: readonly { at: number }[]): number[] {
  return asks.map(({ at }) => at)
}

function gaps(at: readonly number[]): number[] {
  return at.slice(1).map((ms, place) => ms - (at[place] ?? 0))
}

describe('when it asks first', () => {
  it('is at once for what its owner has told to have sent', () => {
    expect(times(create().run([sequence(7)], 0.5))).toEqual([0])
  })

  it('is after a timeout on the word of others: it may be on its way', () => {
    const { run, lose } = create()
    for (let k = 0; k < 50; k += 1) lose(k, 3)
    expect(run([sequence(100, false)], 2)).toEqual([])
    expect(run([sequence(100, false)], 3)).toHaveLength(1)
  })

  it('is at once when the owner says so later', () => {
    const { run } = create()
    expect(run([sequence(7, false)], 0.5)).toEqual([])
    expect(run([sequence(7)], 0.2)).toHaveLength(1)
  })

  it('is later where datagrams overtake each other', () => {
    const { repair, counters, run, lose } = create()
    for (let k = 0; k < 4; k += 1) {
      lose(k, 2)
      repair.sequenceRepeated(k as GlobalSequence)
    }
    expect(counters.unneeded).toBe(4)
    expect(run([sequence(100)], 1.5)).toEqual([])
    expect(run([sequence(100)], 1)).toHaveLength(1)
  })
})

describe('when it asks again', () => {
  it('is soon at first, then later and later, up to a limit', () => {
    const waits = gaps(times(create().run([sequence(7)], 2_000)))
    expect(waits[0]).toBeLessThan(10)
    expect(Math.max(...waits)).toBeLessThan(100 * 1.25 + 1)
    expect(waits.at(-1)).toBeGreaterThan(99)
  })

  it('follows measured round trips', () => {
    const secondAskAfter = (answerMs: number): number => {
      const { run, lose } = create()
      for (let k = 0; k < 50; k += 1) lose(k, answerMs)
      return gaps(times(run([sequence(100)], 100)))[0] ?? 0
    }
    expect(secondAskAfter(0.3)).toBeLessThan(2)
    expect(secondAskAfter(8)).toBeGreaterThan(8)
    expect(secondAskAfter(8)).toBeLessThan(14)
    // A limit, however slow the answers are.
    expect(secondAskAfter(60)).toBeLessThan(20 * 1.25 + 1)
  })

  it('learns from repetitions that were not needed, where the way has become longer', () => {
    const { counters, run, lose } = create()
    for (let k = 0; k < 50; k += 1) lose(k, 0.3)
    expect(counters.unneeded).toBe(0)
    for (let k = 50; k < 80; k += 1) lose(k, 10)
    expect(counters.unneeded).toBeGreaterThan(0)
    expect(counters.unneeded).toBeLessThan(10)
    expect(gaps(times(run([sequence(100)], 100)))[0]).toBeGreaterThan(10)
  })
})

describe('what it asks for', () => {
  it('goes to one member in one datagram, runs of ids together', () => {
    const missing = [5, 6, 7, 8].map(
      (local): Missing => ({ kind: 'request', id: request(3, local), isSent: true }),
    )
    const asks = create().run([...missing, sequence(3), sequence(8)], stepMs)
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

  it('never exceeds what a datagram may list; the rest follows', () => {
    const missing = Array.from(
      { length: 100 },
      (_, place): Missing => ({ kind: 'request', id: request(3, place * 2), isSent: true }),
    )
    const { counters, run } = create()
    const asks = run(missing, 2 * stepMs)
    expect(asks.map(({ part }) => part.requests.length)).toEqual([64, 36])
    expect(counters.asked).toBe(100)
  })
})

describe('when it wants to be called again', () => {
  it('is when something falls due, and never when nothing is missing', () => {
    const { repair, run } = create()
    expect(repair.dueAtMs).toBeUndefined()
    run([sequence(7)], stepMs)
    expect(repair.dueAtMs).toBeGreaterThan(stepMs)
    run([], stepMs)
    expect(repair.dueAtMs).toBeUndefined()
  })
})
