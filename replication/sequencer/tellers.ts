/**
 * Who tells at once, in a status of its own, that it has an entry durably, when much is being said:
 * as many as make it stable, from its sequencer on in the order of turns. What the others tell is
 * not needed then; it waits a moment for company, and is there when one of the first is not.
 */
import type { MemberId } from '../../common/member.ts'
import type { GlobalSequence, ProposedView } from './view.ts'

export type Telling = {
  readonly view: ProposedView
  readonly self: MemberId
  /** As many make an entry stable. */
  readonly quorum: number
}

export function tellsAtOnce({ view, self, quorum }: Telling, k: GlobalSequence): boolean {
  const { length } = view.seats
  if (k < 0) return true
  const place = view.seats.findIndex(({ id }) => id === self)
  return (place - (k % length) + length) % length < quorum
}
