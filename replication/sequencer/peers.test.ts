import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { stableUpTo } from './delivery.ts'
import type { Metadata } from './message.ts'
import { nothingTold, Peers } from './peers.ts'
import { viewOf } from './view.fixture.ts'
import type { GlobalSequence } from './view.ts'

const view = viewOf([0, 1, 2, 3, 4], 7, 3)

function create() {
  const peers = new Peers(view, memberId(0), 0)
  const hear = (sender: number, told: Partial<Metadata>, now = 1): void => {
    const { id, seats } = view
    const { incarnation } = seats[sender] ?? { incarnation: 0 as never }
    const metadata = { ...nothingTold, ...told }
    peers.hear({ cluster: 1, viewId: id, sender: memberId(sender), incarnation, metadata }, now)
  }
  return { peers, hear, told: (id: number) => peers.get(memberId(id)).metadata }
}
const received = (k: number) => ({ receivedUpTo: k as GlobalSequence })

describe('what members told in a view', () => {
  it('begins with its recovered log, which all have confirmed', () => {
    expect(create().told(4)).toMatchObject({ receivedUpTo: 2, highestSeen: 2 })
  })

  it('only grows, whatever order datagrams arrive in; but for whom they hear', () => {
    const { hear, told } = create()
    hear(1, { ...received(9), hears: 0b11 })
    hear(1, { ...received(4), hears: 0b1 })
    expect(told(1)).toMatchObject({ receivedUpTo: 9, hears: 0b1 })
  })

  it('is forgotten after the failure timeout only when nothing more is heard', () => {
    const { hear, peers } = create()
    const peer = peers.get(memberId(1))
    expect(peers.isHeard(peer, 10, 10)).toBe(true)
    expect(peers.isHeard(peer, 11, 10)).toBe(false)
    hear(1, {}, 5)
    expect(peers.isHeard(peer, 15, 10)).toBe(true)
  })
})

describe('stable', () => {
  it('is what a majority has durably, oneself included', () => {
    const { hear, peers } = create()
    hear(1, received(7))
    expect(stableUpTo(8 as GlobalSequence, peers, 3)).toBe(2)
    hear(2, received(4))
    expect(stableUpTo(8 as GlobalSequence, peers, 3)).toBe(4)
    hear(3, received(9))
    expect(stableUpTo(8 as GlobalSequence, peers, 3)).toBe(7)
    expect(stableUpTo(-1 as GlobalSequence, peers, 3)).toBe(4)
  })
})
