/** What people are shown of a core: JSON, in the protocol's words. */
import type { MemberId } from '../../common/member.ts'
import type { CoreStatus } from '../protocol.ts'
import type { Metadata } from './message.ts'
import type { Peers } from './peers.ts'
import type { GlobalSequence, Incarnation, View } from './view.ts'
import { sequencerOf, step } from './view.ts'

export type StatusInput = {
  readonly self: MemberId
  readonly incarnation: Incarnation
  readonly view: View
  readonly peers: Peers
  readonly now: number
  readonly metadata: Metadata
  readonly orderedUpTo: GlobalSequence
  readonly stableUpTo: GlobalSequence
  /** Lengths and counts, by name. */
  readonly counts: Readonly<Record<string, number>>
}

export function describe(input: StatusInput): CoreStatus {
  const { self, view, peers, now, metadata } = input
  const members = view.members.map((id) => {
    if (id === self) {
      const details = { incarnation: input.incarnation, ...metadata }
      return { id, lastHeardTicksAgo: undefined, details }
    }
    const peer = peers.get(id)
    return {
      id,
      lastHeardTicksAgo: peer.lastHeardTick === undefined ? undefined : now - peer.lastHeardTick,
      details: {
        incarnation: peer.incarnation,
        ...peer.metadata,
        ...(peer.lostItsLog ? { lostItsLog: true } : {}),
      },
    }
  })
  const { number, representative, incarnation } = view.id
  const protocolDetails = {
    viewId: `${number}.${representative}.${incarnation}`,
    incarnation: input.incarnation,
    nextGlobalSequence: input.orderedUpTo + 1,
    nextSequencer: sequencerOf(view, step(input.orderedUpTo, 1)),
    receivedUpTo: metadata.receivedUpTo,
    stableUpTo: input.stableUpTo,
    deliveredUpTo: metadata.deliveredUpTo,
    ...input.counts,
  }
  return { members, protocolDetails }
}
