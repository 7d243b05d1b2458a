import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import { CheckRounds } from './rounds.ts'

const members = [0, 1, 2].map(memberId)
const report = (items: string) => ({ shape: 's', hashes: { items } })
const at = (position: number, items = 'a') => ({
  position: position as LogIndex,
  report: report(items),
})

describe('rounds', () => {
  it('show the latest position of which anything was told', () => {
    const rounds = new CheckRounds()
    rounds.begin({ position: 10 as LogIndex, groupTimeMs: 5 })
    expect(rounds.latest()).toBeUndefined()
    rounds.tell(members[0] ?? memberId(0), at(10), members)
    rounds.begin({ position: 20 as LogIndex, groupTimeMs: 6 })
    expect(rounds.latest()).toMatchObject({ position: 10, orderedAtMs: 5, outcome: 'open' })
    rounds.tell(memberId(1), at(10), members)
    expect(rounds.latest()).toMatchObject({ position: 10, outcome: 'settled', missing: [2] })
    rounds.tell(memberId(1), at(20), members)
    expect(rounds.latest()).toMatchObject({ position: 20, outcome: 'open', equal: [1] })
  })

  it('hear of a position that was hashed before this process started', () => {
    const rounds = new CheckRounds()
    rounds.tell(memberId(1), at(7), members)
    const compared = rounds.tell(memberId(2), at(7), members)
    expect(compared).toMatchObject({ outcome: 'settled', equal: [1, 2], missing: [0] })
    expect(rounds.latest()?.orderedAtMs).toBeUndefined()
  })

  it('hear each member once, and nothing of what is long over', () => {
    const rounds = new CheckRounds()
    expect(rounds.tell(memberId(1), at(1), members)).toBeDefined()
    expect(rounds.tell(memberId(1), at(1, 'other'), members)).toBeUndefined()
    for (let position = 2; position < 20; position += 1)
      rounds.tell(memberId(0), at(position), members)
    expect(rounds.tell(memberId(2), at(1), members)).toBeUndefined()
    expect(rounds.tell(memberId(2), at(19), members)).toMatchObject({ outcome: 'settled' })
  })
})
