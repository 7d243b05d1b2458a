import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../../common/member.ts'
import { type Candidate, chooseMembers } from './choice.ts'

/** `links[i][j]`: i hears j. */
function candidates(links: readonly (readonly boolean[])[], reluctant: readonly boolean[] = []) {
  return links.map(
    (heard, id): Candidate => ({
      id: memberId(id),
      hears: new Set(
        heard.flatMap((hears, other) => (hears && other !== id ? [memberId(other)] : [])),
      ),
      isReluctant: reluctant[id] ?? false,
    }),
  )
}
const all = (size: number) => Array.from({ length: size }, () => Array(size).fill(true))
const mutual = (links: readonly (readonly boolean[])[], set: readonly MemberId[]): boolean =>
  set.every((a) => set.every((b) => a === b || links[a]?.[b] === true))

const links = fc.integer({ min: 1, max: 7 }).chain((size) =>
  fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), {
    minLength: size,
    maxLength: size,
  }),
)

describe('the choice', () => {
  it('is everybody where all hear each other', () => {
    expect(chooseMembers(candidates(all(5)), 3)).toEqual([0, 1, 2, 3, 4])
    expect(chooseMembers(candidates(all(1)), 1)).toEqual([0])
  })

  it('is nobody where too few do', () => {
    expect(chooseMembers(candidates(all(2)), 3)).toBeUndefined()
    expect(chooseMembers([], 1)).toBeUndefined()
  })

  it('leaves out the end of a link that works one way, the higher id of the two', () => {
    const oneWay = all(5)
    oneWay[1] = [true, true, true, true, false]
    expect(chooseMembers(candidates(oneWay), 3)).toEqual([0, 1, 2, 3])
  })

  it('counts the reluctant only where there are too few without them', () => {
    const reluctant = [false, true, false, false, true]
    expect(chooseMembers(candidates(all(5), reluctant), 3)).toEqual([0, 2, 3])
    expect(chooseMembers(candidates(all(5), reluctant), 4)).toEqual([0, 1, 2, 3, 4])
  })

  it('is a set that hears each other, and none that does is larger, or as large and lower', () => {
    fc.assert(
      fc.property(links, (heard) => {
        const chosen = chooseMembers(candidates(heard), 1) ?? []
        expect(mutual(heard, chosen)).toBe(true)
        for (let bits = 1; bits < 2 ** heard.length; bits += 1) {
          const set = heard.flatMap((_, id) => ((bits & (1 << id)) === 0 ? [] : [memberId(id)]))
          if (!mutual(heard, set)) continue
          expect(set.length).toBeLessThanOrEqual(chosen.length)
          if (set.length === chosen.length) expect(chosen.join() <= set.join()).toBe(true)
        }
      }),
    )
  })

  it('does not depend on the order in which members became known', () => {
    fc.assert(
      fc.property(links, fc.integer(), (heard, seed) => {
        const known = candidates(heard)
        const turned = [...known.slice(seed % known.length), ...known.slice(0, seed % known.length)]
        expect(chooseMembers(turned, 2)).toEqual(chooseMembers(known, 2))
      }),
    )
  })
})
