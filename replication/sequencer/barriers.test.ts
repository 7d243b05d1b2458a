import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { BarrierId } from '../protocol.ts'
import { Barriers } from './barriers.ts'
import type { GlobalSequence, Incarnation } from './view.ts'

const incarnation = 8 as Incarnation
const id = (value: number) => value as BarrierId

function create(answersNeeded = 2) {
  const barriers = new Barriers({
    incarnation: () => incarnation,
    answersNeeded,
    askAgainMinTicks: 4,
    askAgainMaxTicks: 20,
  })
  const answer = (from: number, round: number, highest: number, to = incarnation): void => {
    const told = { incarnation: to, round, highest: highest as GlobalSequence }
    barriers.answer(memberId(from), { kind: 'barrierAnswer', ...told })
  }
  return { barriers, answer }
}

describe('a round', () => {
  it('passes at the highest of Q answers, oneself included', () => {
    const { barriers, answer } = create()
    barriers.add(id(1))
    expect(barriers.begin(3 as GlobalSequence, 1)).toBe(1)
    answer(1, 1, 7)
    expect(barriers.passed()).toBeUndefined()
    answer(2, 1, 5)
    expect(barriers.passed()).toEqual({ ids: [1], highest: 7 })
  })

  it('counts each member once', () => {
    const { barriers, answer } = create()
    barriers.add(id(1))
    barriers.begin(3 as GlobalSequence, 1)
    answer(1, 1, 7)
    answer(1, 1, 7)
    expect(barriers.passed()).toBeUndefined()
  })

  it('is not answered by answers to an earlier one, or to an earlier life of the asker', () => {
    const { barriers, answer } = create(1)
    barriers.add(id(1))
    barriers.begin(0 as GlobalSequence, 1)
    answer(1, 1, 0)
    barriers.passed()
    barriers.add(id(2))
    expect(barriers.begin(0 as GlobalSequence, 2)).toBe(2)
    answer(1, 1, 0)
    answer(2, 2, 0, 7 as Incarnation)
    expect(barriers.passed()).toBeUndefined()
  })

  it('is not joined: barriers asked meanwhile share the next one', () => {
    const { barriers, answer } = create(1)
    barriers.add(id(1))
    barriers.begin(0 as GlobalSequence, 1)
    barriers.add(id(2))
    barriers.add(id(3))
    expect(barriers.begin(0 as GlobalSequence, 1)).toBeUndefined()
    answer(1, 1, 0)
    expect(barriers.passed()?.ids).toEqual([1])
    expect(barriers.begin(0 as GlobalSequence, 1)).toBe(2)
    expect(barriers.size).toBe(2)
    answer(1, 2, 4)
    expect(barriers.passed()).toEqual({ ids: [2, 3], highest: 4 })
  })

  it('asks those again that have not answered, and ends when all who waited have left', () => {
    const { barriers, answer } = create()
    const others = [1, 2, 3].map(memberId)
    barriers.add(id(1))
    barriers.begin(0 as GlobalSequence, 1)
    answer(2, 1, 0)
    expect(barriers.askAgain(others, 4)).toBeUndefined()
    expect(barriers.askAgain(others, 5)).toEqual({ round: 1, to: [1, 3] })
    expect(barriers.askAgain(others, 6)).toBeUndefined()
    barriers.abandon(id(1))
    expect(barriers.askAgain(others, 100)).toBeUndefined()
    barriers.add(id(2))
    expect(barriers.begin(0 as GlobalSequence, 100)).toBe(2)
  })
})
