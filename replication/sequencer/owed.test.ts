import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../common/random.ts'
import { owedInView } from './owed.ts'
import { request, sequence, toldPeers, view } from './peers.fixture.ts'
import type { Missing } from './repair.ts'
import type { GlobalSequence, Incarnation } from './view.ts'

function create() {
  const { peers, hear } = toldPeers()
  let now = 1
  const targetOf = owedInView({
    view,
    peers,
    random: seededRandom(3),
    isHeard: (peer) => peers.isHeard(peer, now, 200),
  })
  const pass = (ticks: number): void => {
    now += ticks
  }
  /** Of many attempts after the first. */
  const later = (missing: Missing): Set<number | undefined> =>
    new Set(Array.from({ length: 50 }, (_, attempt) => targetOf(missing, attempt + 1)))
  return { targetOf, hear, pass, later }
}

function named(sender: number, of?: Incarnation): Missing {
  const k = 7 as GlobalSequence
  return { kind: 'namedRequest', id: request(sender, 5, of), k, isSent: true }
}

describe('whom a member asks for what it lacks', () => {
  it('is the sequencer of a number, then whoever shows that it has it durably', () => {
    const { targetOf, hear, later } = create()
    hear(3, { highestSeen: 7 as GlobalSequence })
    hear(4, { receivedUpTo: 7 as GlobalSequence })
    expect(targetOf(sequence(7), 0)).toBe(2)
    expect(later(sequence(7))).toEqual(new Set([4]))
  })

  it('is somebody who has seen it where nobody has it durably', () => {
    const { hear, later } = create()
    hear(3, { highestSeen: 7 as GlobalSequence })
    expect(later(sequence(7))).toEqual(new Set([3]))
  })

  it('is the sequencer again when nobody else shows that it has it', () => {
    expect(create().later(sequence(7))).toEqual(new Set([2]))
  })

  it('is not a sequencer that is not heard', () => {
    const { targetOf, hear, pass } = create()
    pass(500)
    hear(3, { receivedUpTo: 7 as GlobalSequence }, 500)
    expect(targetOf(sequence(7), 0)).toBe(3)
  })

  it('is the sender of a named request, or the sequencer if the sender restarted', () => {
    const { targetOf } = create()
    expect(targetOf(named(3), 0)).toBe(3)
    expect(targetOf(named(3, 7 as Incarnation), 0)).toBe(2)
  })

  it('is nobody but the sender for a request that nothing names', () => {
    const { hear, later } = create()
    hear(4, { receivedUpTo: 100 as GlobalSequence })
    expect(later({ kind: 'request', id: request(3, 5), isSent: true })).toEqual(new Set([3]))
  })
})
