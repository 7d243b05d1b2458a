/**
 * Whom to form a view with: the largest set of members that all hear each other; of several, the
 * one with the lower ids. Every member computes the same from the same joins. Pure.
 */
import type { MemberId } from '../../../common/member.ts'

export type Candidate = {
  readonly id: MemberId
  readonly hears: ReadonlySet<MemberId>
  /** Should not be waited for: it counts only if there are too few without it. */
  readonly isReluctant: boolean
}

/** Ascending; undefined: fewer than `atLeast` hear each other. */
export function chooseMembers(
  candidates: readonly Candidate[],
  atLeast: number,
): readonly MemberId[] | undefined {
  const willing = largestClique(candidates.filter(({ isReluctant }) => !isReluctant))
  if (willing.length >= atLeast) return willing
  const any = largestClique(candidates)
  return any.length >= atLeast ? any : undefined
}

/** By trying all sets: a group has seven members at most. */
function largestClique(candidates: readonly Candidate[]): readonly MemberId[] {
  const sorted = [...candidates].sort((a, b) => a.id - b.id)
  let best: readonly MemberId[] = []
  for (let mask = 1; mask < 2 ** sorted.length; mask += 1) {
    const set = sorted.filter((_, place) => (mask & (1 << place)) !== 0)
    if (set.length < best.length || !isClique(set)) continue
    const ids = set.map(({ id }) => id)
    if (ids.length > best.length || isLower(ids, best)) best = ids
  }
  return best
}

function isClique(set: readonly Candidate[]): boolean {
  return set.every((one) => set.every((other) => one === other || one.hears.has(other.id)))
}

function isLower(a: readonly MemberId[], b: readonly MemberId[]): boolean {
  const place = a.findIndex((id, at) => id !== b[at])
  return place >= 0 && (a[place] as MemberId) < (b[place] as MemberId)
}
