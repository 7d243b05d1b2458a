import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { stableUpTo } from './delivery.ts'
import type { Metadata } from './message.ts'
import { nothingTold, Peers } from './peers.ts'
import type { GlobalSequence, Incarnation, LocalSequence } from './view.ts'
import { fixedView } from './view.ts'

const view = fixedView([0, 1, 2, 3, 4].map(memberId))

function create() {
  const peers = new Peers(view, memberId(0))
  const hear = (sender: number, incarnation: number, told: Partial<Metadata>, now = 1) =>
    peers.hear(
      {
        cluster: 1,
        viewId: view.id,
        sender: memberId(sender),
        incarnation: incarnation as Incarnation,
        metadata: { ...nothingTold, ...told },
      },
      now,
    )
  return { peers, hear, told: (id: number) => peers.get(memberId(id)).metadata }
}
const received = (k: number) => ({ receivedUpTo: k as GlobalSequence })

describe('what members told', () => {
  it('only grows, whatever order datagrams arrive in', () => {
    const { hear, told } = create()
    hear(1, 5, received(9))
    hear(1, 5, received(4))
    expect(told(1).receivedUpTo).toBe(9)
  })

  it('holds over a restart, but for the numbers of its own requests', () => {
    const { hear, told } = create()
    hear(1, 5, { ...received(9), ownHighest: 30 as LocalSequence })
    expect(hear(1, 6, { ...received(9), ownHighest: 2 as LocalSequence })).toEqual({
      kind: 'counted',
      isNewIncarnation: true,
    })
    expect(told(1)).toMatchObject({ receivedUpTo: 9, ownHighest: 2 })
  })

  it('counts for nothing from an incarnation that is superseded', () => {
    const { hear, told, peers } = create()
    hear(1, 6, received(3))
    expect(hear(1, 5, received(9), 50)).toEqual({ kind: 'ignored' })
    expect(told(1).receivedUpTo).toBe(3)
    expect(peers.isHeard(peers.get(memberId(1)), 50, 10)).toBe(false)
  })

  it('shows a member that came back with less than it had promised, until its log is back', () => {
    const { hear, peers } = create()
    hear(1, 5, received(9))
    expect(hear(1, 6, received(-1))).toEqual({ kind: 'ignored' })
    expect(peers.get(memberId(1)).lostItsLog).toBe(true)
    expect(hear(1, 7, received(9)).kind).toBe('counted')
    expect(peers.get(memberId(1)).lostItsLog).toBe(false)
  })
})

describe('stable', () => {
  it('is what a majority has durably, oneself included', () => {
    const { hear, peers } = create()
    hear(1, 5, received(7))
    expect(stableUpTo(8 as GlobalSequence, peers, view.quorum)).toBe(-1)
    hear(2, 5, received(4))
    expect(stableUpTo(8 as GlobalSequence, peers, view.quorum)).toBe(4)
    hear(3, 5, received(9))
    expect(stableUpTo(8 as GlobalSequence, peers, view.quorum)).toBe(7)
    expect(stableUpTo(-1 as GlobalSequence, peers, view.quorum)).toBe(4)
  })
})
