import { expect, it } from 'vitest'
import { atLeast, atMost, must, none } from './drill.ts'
import { type DoneDrill, formatDrills, isPassed } from './report.ts'

const done: DoneDrill = {
  name: 'leader-kill',
  about: 'The leader is killed.',
  result: {
    bars: [atMost('write gap', 441.4, { limit: 1_000, unit: 'ms' }), none('missing writes', 0)],
    figures: [{ what: 'kills', seen: '20' }],
  },
  problem: '',
  seconds: 12,
  loadBefore: 0.5,
  loadAfter: 1.25,
}

it('a drill is passed when it was done to the end and every bar is held', () => {
  expect(isPassed(done)).toBe(true)
  expect(isPassed({ ...done, result: undefined, problem: 'no leader' })).toBe(false)
  const missed = [none('missing writes', 1), must('elected', false), atMost('gap', 101, ms(100))]
  for (const bar of [
    ...missed,
    atMost('gap', Number.NaN, ms(100)),
    atLeast('share', 0.69, of(0.7)),
  ]) {
    expect(isPassed({ ...done, result: { bars: [bar], figures: [] } })).toBe(false)
  }
})

it('the report says what was seen, and what was missed', () => {
  const missed = { bars: [none('missing writes', 3, 'a, b, c')], figures: [] }
  const shape = { members: 5, clients: 10, sizeBytes: 256 }
  const report = formatDrills(shape, [
    done,
    { ...done, name: 'kill-all', result: missed },
    { ...done, name: 'transfer', result: undefined, problem: 'no member leads' },
  ])
  expect(report).toContain('### leader-kill: held')
  expect(report).toContain('| write gap | <= 1000 ms | 441 ms | held |')
  expect(report).toContain('load average 0.5 before, 1.3 after')
  expect(report).toContain('### kill-all: MISSED')
  expect(report).toContain('| missing writes | none | 3 (a, b, c) | MISSED |')
  expect(report).toContain('### transfer: MISSED')
  expect(report).toContain('no member leads')
})

function ms(limit: number) {
  return { limit, unit: 'ms' }
}

function of(limit: number) {
  return { limit, unit: '' }
}
