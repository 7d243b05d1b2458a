import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { ProposalId } from '../protocol.ts'
import { OwnRequests } from './own-requests.ts'
import type { Incarnation } from './view.ts'

const self = memberId(1)
const incarnation = 7 as Incarnation
const payload = Uint8Array.of(1)

function ownRequests(): OwnRequests {
  return new OwnRequests(self, incarnation, { ownRequestsMax: 100, ownRequestsMaxBytes: 10_000 })
}

function propose(own: OwnRequests, proposal: number) {
  return own.add(proposal as ProposalId, payload)
}

describe('without a view for too long', () => {
  it('what was never sent is withdrawn, what was sent goes on and is told of once', () => {
    const own = ownRequests()
    for (const id of [propose(own, 10), propose(own, 11)]) own.markSent(id)
    propose(own, 12)
    expect(own.withdrawUnsent()).toEqual([12])
    expect(own.disown()).toEqual([10, 11])
    expect(own.disown()).toEqual([])
    expect(own.underWay).toBe(2)
    expect(own.from(own.sent).map(({ proposal }) => proposal)).toEqual([11])
  })

  it('one that is proposed later is not held for told', () => {
    const own = ownRequests()
    own.markSent(propose(own, 10))
    expect(own.disown()).toEqual([10])
    // Under the number that a withdrawn one had.
    propose(own, 11)
    own.withdrawUnsent()
    own.markSent(propose(own, 12))
    expect(own.disown()).toEqual([12])
  })
})
