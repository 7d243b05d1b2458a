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

/** By trying all sets, as bits: a group has seven members at most. */
function largestClique(candidates: readonly Candidate[]): readonly MemberId[] {
  const sorted = [...candidates].sort((a, b) => a.id - b.id)
  const agreeing = sorted.map((one) => {
    const others = sorted.map((other) => other === one || isMutual(one, other))
    return others.reduce((bits, agrees, place) => bits | (agrees ? 1 << place : 0), 0)
  })
  const everybody = 2 ** sorted.length - 1
  if (agreeing.every((bits) => bits === everybody)) return sorted.map(({ id }) => id)
  let best: readonly number[] = []
  for (let set = 1; set < everybody; set += 1) {
    const places = [...agreeing.keys()].filter((place) => (set & (1 << place)) !== 0)
    if (places.length < best.length) continue
    const isClique = places.every((place) => (set & ~(agreeing[place] ?? 0)) === 0)
    if (isClique && (places.length > best.length || isLower(places, best))) best = places
  }
  return best.map((place) => (sorted[place] as Candidate).id)
}

function isMutual(one: Candidate, other: Candidate): boolean {
  return one.hears.has(other.id) && other.hears.has(one.id)
}

function isLower(a: readonly number[], b: readonly number[]): boolean {
  const place = a.findIndex((one, at) => one !== b[at])
  return place >= 0 && (a[place] as number) < (b[place] as number)
}
