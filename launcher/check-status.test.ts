import { describe, expect, it } from 'vitest'
import { memberId } from '../common/member.ts'
import type { CheckStatus } from '../replication/self-check/rounds.ts'
import { describeCheck } from './check-status.ts'

const members = [0, 1, 2].map(memberId)
const nothing = { differing: [], unlike: [], missing: [], tables: [], orderedAtMs: 1, position: 9 }
const equal: CheckStatus = { ...nothing, outcome: 'settled', equal: members }

describe('the latest comparison in words', () => {
  it('says who is equal, or who differs in what', () => {
    expect(describeCheck('products', undefined)).toBe('')
    expect(describeCheck('products', { ...equal, outcome: 'open' })).toBe('')
    expect(describeCheck('products', equal)).toBe('rows equal at 9 (3 of 3)')
    const late = { ...equal, equal: members.slice(0, 2), missing: members.slice(2) }
    expect(describeCheck('products', late)).toBe('rows equal at 9 (2 of 3)')
    const differing = [{ member: memberId(2), tables: ['items', 'votes'] }]
    expect(describeCheck('products', { ...late, missing: [], differing })).toBe(
      'ROWS DIFFER at 9: products-2 (items, votes)',
    )
    const split = { ...equal, outcome: 'split', tables: ['items'] } as const
    expect(describeCheck('products', split)).toBe('ROWS DIFFER at 9, no majority agrees: items')
    expect(describeCheck('products', { ...equal, outcome: 'unlike' })).toContain('different tables')
  })
})
