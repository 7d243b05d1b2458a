import { expect, it } from 'vitest'
import { problemsOf } from './bounds.ts'
import { fuzzDatagrams } from './datagrams.ts'

it('30,000 forged, replayed, cut and random datagrams have no effect, cost a check, keep no memory', () => {
  const report = fuzzDatagrams(30_000, 1)
  expect(report.datagrams).toBe(30_000)
  expect(problemsOf(report)).toEqual([])
  // Each kind is refused for the reason that it is made for.
  const reasons = (kind: Parameters<typeof report.costs.get>[0]) =>
    [...(report.costs.get(kind)?.refused.keys() ?? [])].sort()
  expect(reasons('random')).toEqual(['foreign'])
  expect(reasons('oversized')).toEqual(['forged'])
  expect(reasons('spliced')).toEqual(['forged'])
  expect(reasons('of another cluster')).toEqual(['foreign'])
  expect(reasons('of another secret')).toEqual(['forged'])
  expect(reasons('for another member')).toEqual(['foreign', 'own'])
  expect(reasons('replayed')).toEqual(['replayed'])
  expect(reasons('replayed, older than the window')).toEqual(['replayed'])
  expect(reasons('replayed from before a restart')).toEqual(['replayed', 'unconfirmed'])
})
