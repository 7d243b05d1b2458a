import { describe, expect, it } from 'vitest'
import { summarise } from '../measure.ts'
import type { MeasuredLoad } from './measure-load.ts'
import { formatLoads, median } from './report.ts'

function measured(callsPerSecond: number, errorCount = 0): MeasuredLoad {
  const all = summarise('write', [1, 2, 3])
  return {
    load: { name: 'write', kind: 'write', at: 'leader', outstanding: 10 },
    summary: {
      callsPerSecond,
      calls: 3,
      errors: {},
      errorCount,
      operations: [],
      all,
      longestGapMs: 0,
    },
    cost: { client: 0.1, leader: 0.2, followers: 0.3, databases: 0.4 },
    traffic: undefined,
  }
}

describe('median', () => {
  it('is the middle, or between the two in the middle', () => {
    expect(median([5])).toBe(5)
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 2, 9])).toBe(3)
  })
})

describe('formatLoads', () => {
  const ours = { system: 'Agora', runs: [[measured(100)], [measured(300, 2)], [measured(200)]] }

  it('shows medians, the sum of errors, and the cost of all parts together', () => {
    const text = formatLoads([ours])
    expect(text).toContain('| write | 10 | 200 | 2.00 | 3.00 | 3.0 | 2 |')
    expect(text).toContain('| 0.100 | 0.200 | 0.300 | 0.400 | 1.000 |')
  })

  it('shows datagrams and bytes where they are counted', () => {
    const one = { ...measured(100), traffic: { datagrams: 2.5, bytes: 1_000 } }
    const text = formatLoads([{ system: 'Agora', runs: [[one]] }])
    expect(text).toContain('| datagrams/op | bytes/op |')
    expect(text).toContain('| 1.000 | 2.50 | 1000 |')
  })

  it('says the ratio when there are two', () => {
    const text = formatLoads([ours], { system: 'other', runs: [[measured(100)]] })
    expect(text).toContain('### Agora : other')
    expect(text).toContain('| write | 10 | 2.00 | 1.00 | 1.00 | 1.00 |')
  })
})
