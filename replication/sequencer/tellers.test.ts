import { expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { tellsAtOnce } from './tellers.ts'
import type { GlobalSequence, Incarnation, ProposedView } from './view.ts'

const seats = [0, 2, 3, 5].map((id) => ({ id: memberId(id), incarnation: 7 as Incarnation }))
const id = { number: 1, representative: memberId(0), incarnation: 7 as Incarnation }
const view: ProposedView = { id, seats }

it('is as many as make an entry stable, from its sequencer on', () => {
  const tellers = (k: number): number[] =>
    seats
      .map((seat) => seat.id)
      .filter((self) => tellsAtOnce({ view, self, quorum: 3 }, k as GlobalSequence))
  expect(tellers(0)).toEqual([0, 2, 3])
  expect(tellers(1)).toEqual([2, 3, 5])
  expect(tellers(2)).toEqual([0, 3, 5])
  expect(tellers(3)).toEqual([0, 2, 5])
  expect(tellers(-1)).toEqual([0, 2, 3, 5])
})
