/** Views for tests. */
import type { MemberId } from '../../common/member.ts'
import { memberId } from '../../common/member.ts'
import type { GlobalSequence, Incarnation, View, ViewId } from './view.ts'

export function viewId(number: number, representative = 0, incarnation = 1): ViewId {
  return {
    number,
    representative: memberId(representative),
    incarnation: incarnation as Incarnation,
  }
}

/** Number 1, of these members, each in incarnation 7 unless it is said otherwise. */
export function viewOf(members: readonly number[], incarnation = 7, firstGlobal = 0): View {
  return {
    id: viewId(1),
    seats: members.map((id) => seat(id, incarnation)),
    firstGlobal: firstGlobal as GlobalSequence,
  }
}

export function seat(id: number, incarnation = 7): { id: MemberId; incarnation: Incarnation } {
  return { id: memberId(id), incarnation: incarnation as Incarnation }
}
