/** A set of members as bits, by id: there are seven at most. */
import type { MemberId } from '../../common/member.ts'

export function maskOf(members: readonly MemberId[]): number {
  return members.reduce((mask, id) => mask | (1 << id), 0)
}
