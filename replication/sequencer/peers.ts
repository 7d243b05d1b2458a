/**
 * What the other members of one view have told about themselves in it, and when each was last
 * heard. Time is counted in ticks. It must not know what follows from it.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Header, Metadata } from './message.ts'
import type { GlobalSequence, Incarnation, LocalSequence, View } from './view.ts'
import { higher, noneGlobal, noneLocal, step } from './view.ts'

export type Peer = {
  readonly id: MemberId
  readonly incarnation: Incarnation
  lastHeardTick: number
  /** Highest values told in datagrams of this view; `hears` and `damped` as they were told last. */
  metadata: Metadata
}

export const nothingTold: Metadata = {
  receivedUpTo: noneGlobal,
  deliveredUpTo: noneGlobal,
  highestSeen: noneGlobal,
  ownHighest: noneLocal,
  hears: 0,
  damped: 0,
}

export class Peers {
  readonly #peers = new Map<MemberId, Peer>()
  readonly all: readonly Peer[]

  /** All members of a view that is entered have its recovered log. */
  constructor(view: View, self: MemberId, now: number) {
    const recovered = step(view.firstGlobal, -1)
    const metadata = { ...nothingTold, receivedUpTo: recovered, highestSeen: recovered }
    for (const { id, incarnation } of view.seats) {
      if (id !== self) this.#peers.set(id, { id, incarnation, lastHeardTick: now, metadata })
    }
    this.all = [...this.#peers.values()]
  }

  get(id: MemberId): Peer {
    const peer = this.#peers.get(id)
    assert(peer !== undefined, 'only other members of the view are peers')
    return peer
  }

  has(id: MemberId): boolean {
    return this.#peers.has(id)
  }

  /** A datagram of this view has come from `header.sender`, in the incarnation that is in it. */
  hear(header: Header, now: number): void {
    const peer = this.get(header.sender)
    peer.lastHeardTick = now
    peer.metadata = mergeMetadata(peer.metadata, header.metadata)
  }

  isHeard(peer: Peer, now: number, timeoutTicks: number): boolean {
    return now - peer.lastHeardTick <= timeoutTicks
  }

  /** The `count` members that were heard last; among equals `turn` decides, so that none is asked always. */
  heardLast(count: number, turn: number): MemberId[] {
    const shift = turn % Math.max(1, this.all.length)
    return [...this.all.slice(shift), ...this.all.slice(0, shift)]
      .sort((a, b) => b.lastHeardTick - a.lastHeardTick)
      .slice(0, count)
      .map(({ id }) => id)
  }

  /** The highest number that any of them has held. */
  highestSeen(): GlobalSequence {
    let highest = noneGlobal
    for (const { metadata } of this.all) {
      highest = higher(highest, higher(metadata.highestSeen, metadata.receivedUpTo))
    }
    return highest
  }
}

/** Datagrams overtake each other, so the highest value counts. */
function mergeMetadata(known: Metadata, told: Metadata): Metadata {
  const ownHighest = Math.max(told.ownHighest, known.ownHighest) as LocalSequence
  return {
    receivedUpTo: higher(known.receivedUpTo, told.receivedUpTo),
    deliveredUpTo: higher(known.deliveredUpTo, told.deliveredUpTo),
    highestSeen: higher(known.highestSeen, told.highestSeen),
    ownHighest,
    hears: told.hears,
    damped: told.damped,
  }
}
