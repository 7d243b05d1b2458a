import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { StateReport } from '../state-machine/state-hash.ts'
import { compareReports } from './comparison.ts'

const report = (items: string, votes = 'v', shape = 's'): StateReport => ({
  shape,
  hashes: { items, votes },
})

function compare(count: number, told: Readonly<Record<number, StateReport>>) {
  const members = Array.from({ length: count }, (_, id) => memberId(id))
  const reports = new Map<MemberId, StateReport>()
  for (const [id, one] of Object.entries(told)) reports.set(memberId(Number(id)), one)
  return compareReports(members, reports)
}

describe('reports of one position', () => {
  it('settle nothing before a majority of all members has told the same', () => {
    const two = compare(5, { 0: report('a'), 3: report('a') })
    expect(two).toMatchObject({ outcome: 'open', equal: [0, 3], missing: [1, 2, 4] })
    const three = compare(5, { 0: report('a'), 3: report('a'), 4: report('a') })
    expect(three).toMatchObject({ outcome: 'settled', equal: [0, 3, 4], differing: [] })
  })

  it('name who differs from the majority, and in which tables', () => {
    const compared = compare(5, {
      0: report('a'),
      1: report('b'),
      2: report('a'),
      3: report('a', 'w'),
      4: report('a'),
    })
    expect(compared).toMatchObject({
      outcome: 'settled',
      equal: [0, 2, 4],
      differing: [
        { member: 1, tables: ['items'] },
        { member: 3, tables: ['votes'] },
      ],
      tables: ['items', 'votes'],
    })
  })

  it('accuse nobody while those that have not told may still decide it', () => {
    expect(compare(3, { 0: report('a'), 1: report('b') }).outcome).toBe('open')
    expect(compare(3, { 0: report('a'), 1: report('b'), 2: report('b') })).toMatchObject({
      outcome: 'settled',
      differing: [{ member: 0, tables: ['items'] }],
    })
  })

  it('are split as soon as no majority can come', () => {
    const split = { outcome: 'split', differing: [], tables: ['items'] }
    expect(compare(3, { 0: report('a'), 1: report('b'), 2: report('c') })).toMatchObject(split)
    const five = { 0: report('a'), 1: report('b'), 2: report('c'), 3: report('d') }
    expect(compare(5, five)).toMatchObject(split)
  })

  it('are a table short where a table is missing', () => {
    const short: StateReport = { shape: 's', hashes: { items: 'a' } }
    const compared = compare(3, { 0: report('a'), 1: short, 2: report('a') })
    expect(compared.differing).toEqual([{ member: 1, tables: ['votes'] }])
  })

  it('of other tables accuse nobody', () => {
    const newer = report('x', 'y', 'newer')
    expect(compare(3, { 0: report('a'), 1: newer, 2: report('a') })).toMatchObject({
      outcome: 'settled',
      equal: [0, 2],
      differing: [],
      unlike: [1],
    })
    const halfway = { 0: report('a'), 1: report('a'), 2: newer, 3: newer, 4: report('x', 'y', 'z') }
    expect(compare(5, halfway)).toMatchObject({ outcome: 'unlike', differing: [], tables: [] })
  })

  it('of those that are no members count for nothing', () => {
    const compared = compare(3, { 0: report('a'), 7: report('b'), 8: report('b'), 9: report('b') })
    expect(compared).toMatchObject({ outcome: 'open', equal: [0], missing: [1, 2] })
  })

  it('never have two majorities, whoever hears of whom', () => {
    const told = fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { nil: undefined }), {
      minLength: 1,
      maxLength: 7,
    })
    fc.assert(
      fc.property(told, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), (all, heard) => {
        const whole = Object.fromEntries(
          all.flatMap((items, id) => (items === undefined ? [] : [[id, report(items)]])),
        )
        const part = Object.fromEntries(
          Object.entries(whole).filter(([id]) => heard[Number(id)] === true),
        )
        const [more, less] = [compare(all.length, whole), compare(all.length, part)]
        if (more.outcome === 'settled') {
          expect(more.equal.length).toBeGreaterThanOrEqual(quorumOf(all.length))
        }
        if (less.outcome !== 'settled') return
        expect(more.outcome).toBe('settled')
        const accused = more.differing.map(({ member }) => member)
        for (const { member } of less.differing) expect(accused).toContain(member)
      }),
    )
  })
})
