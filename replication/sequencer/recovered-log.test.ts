import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import {
  lastCommon,
  type LogAnswer,
  type LogExtent,
  planRecovery,
  recoverLog,
} from './recovered-log.ts'
import { viewId, viewOf } from './view.fixture.ts'
import { compareViewIds, type GlobalSequence, sameViewId, type View, type ViewId } from './view.ts'

const k = (value: number) => value as GlobalSequence

/** A log as the number of the view that issued each entry, the first `trimmed` not retained. */
function extentOf(views: readonly number[], trimmed = 0): LogExtent {
  const runs: { viewId: ViewId; first: GlobalSequence }[] = []
  for (let at = Math.max(0, trimmed - 1); at < views.length; at += 1) {
    const number = views[at] ?? 0
    if (runs.at(-1)?.viewId.number !== number) runs.push({ viewId: viewId(number), first: k(at) })
  }
  return { firstRetained: k(trimmed), receivedUpTo: k(views.length - 1), runs }
}

function answer(installed: number | undefined, views: readonly number[], trimmed = 0): LogAnswer {
  const view: View | undefined =
    installed === undefined ? undefined : { ...viewOf([0, 1, 2]), id: viewId(installed) }
  return { installed: view, log: extentOf(views, trimmed) }
}

function answers(...given: readonly LogAnswer[]): Map<MemberId, LogAnswer> {
  return new Map(given.map((one, id) => [memberId(id), one]))
}

describe('the recovered log', () => {
  it('is that of nobody where no view was ever installed', () => {
    expect(recoverLog(answers(answer(undefined, []), answer(undefined, [])))).toBeUndefined()
  })

  it('is the longest of those with the highest installed view, however long others are', () => {
    const found = recoverLog(
      answers(answer(1, [1, 1, 1, 1]), answer(2, [1, 2]), answer(2, [1, 2, 2], 1)),
    )
    expect(found?.end).toBe(2)
    expect(found?.holders).toEqual([
      { id: 2, firstRetained: 1, receivedUpTo: 2 },
      { id: 1, firstRetained: 0, receivedUpTo: 1 },
    ])
    expect(found?.runs).toEqual([
      { viewId: viewId(1), first: 0 },
      { viewId: viewId(2), first: 1 },
    ])
  })
})

describe('where a log departs', () => {
  const base = (views: readonly number[], trimmed = 0) => {
    const recovered = recoverLog(answers(answer(9, views, trimmed)))
    if (recovered === undefined) throw new Error('somebody has installed a view')
    return recovered
  }
  const plan = (own: LogExtent, delivered: number, recovered = base([1, 1, 3, 3, 4])) =>
    planRecovery({ ...own, deliveredUpTo: k(delivered) }, recovered)

  it('is its end where it only lacks something', () => {
    expect(plan(extentOf([1, 1, 3]), 0)).toEqual({ kind: 'fetch', departure: 2 })
    expect(plan(extentOf([1, 1, 3, 3, 4]), 0)).toEqual({ kind: 'fetch', departure: 4 })
  })

  it('is the last entry of the same view at the same place', () => {
    expect(plan(extentOf([1, 1, 1, 1]), 0)).toEqual({ kind: 'fetch', departure: 1 })
    expect(plan(extentOf([1, 1, 3, 3, 3, 3]), 1)).toEqual({ kind: 'fetch', departure: 3 })
  })

  it('is never below what was delivered', () => {
    expect(plan(extentOf([2, 2]), -1)).toEqual({ kind: 'fetch', departure: -1 })
    expect(plan(extentOf([1, 2]), 0)).toEqual({ kind: 'fetch', departure: 0 })
  })

  it('needs a state where what is lacking is retained by nobody', () => {
    const trimmed = base([1, 1, 3, 3, 4], 3)
    expect(plan(extentOf([1, 1]), 1, trimmed)).toEqual({ kind: 'transfer', atLeast: 2 })
    expect(plan(extentOf([1, 1, 3]), 1, trimmed)).toEqual({ kind: 'fetch', departure: 2 })
    expect(plan(extentOf([1, 1, 2]), 1, trimmed)).toEqual({ kind: 'transfer', atLeast: 2 })
  })

  it('is found for any two logs that grew as logs do', () => {
    const view = fc.integer({ min: 1, max: 5 })
    const log = fc.array(view, { maxLength: 12 }).map((views) => views.sort((a, b) => a - b))
    fc.assert(
      fc.property(log, log, log, (shared, a, b) => {
        // Two logs that hold the same ⟨view, k⟩ are the same up to k: views that only one has seen.
        const ownTail = a.map((number) => 2 * number + 10)
        const otherTail = b.map((number) => 2 * number + 11)
        const own = [...shared, ...ownTail]
        const other = [...shared, ...otherTail]
        const common = lastCommon(extentOf(own), base(other)) ?? -1
        expect(common).toBe(shared.length - 1)
      }),
    )
  })
})

describe('view ids', () => {
  const id = fc
    .tuple(fc.nat(3), fc.nat(2), fc.nat(2))
    .map(([number, representative, incarnation]) => viewId(number, representative, incarnation))

  it('are in one order, by number, then representative, then incarnation', () => {
    fc.assert(
      fc.property(id, id, id, (a, b, c) => {
        expect(compareViewIds(a, b) < 0).toBe(compareViewIds(b, a) > 0)
        expect(sameViewId(a, b)).toBe(JSON.stringify(a) === JSON.stringify(b))
        if (compareViewIds(a, b) <= 0 && compareViewIds(b, c) <= 0)
          expect(compareViewIds(a, c)).toBeLessThanOrEqual(0)
        if (a.number < b.number) expect(compareViewIds(a, b)).toBeLessThan(0)
        expect(compareViewIds(undefined, a)).toBeLessThan(0)
      }),
    )
    expect(compareViewIds(undefined, undefined)).toBe(0)
  })
})
