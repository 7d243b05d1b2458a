/**
 * What the other members have told about themselves, and when each was last heard. Time is counted
 * in ticks. It must not know what follows from it.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Header, Metadata } from './message.ts'
import type { GlobalSequence, Incarnation, View } from './view.ts'
import { higher, noneGlobal, noneLocal } from './view.ts'

export type Peer = {
  readonly id: MemberId
  /** The highest that was heard; undefined before the first datagram. */
  incarnation: Incarnation | undefined
  lastHeardTick: number | undefined
  /** Highest values told, over all incarnations: what they promise survives a restart. */
  metadata: Metadata
  /** It came back with less on its disk than it had promised. It counts for nothing any more. */
  lostItsLog: boolean
}

/** What a header made known. */
export type Heard =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'counted'; readonly isNewIncarnation: boolean }

export const nothingTold: Metadata = {
  receivedUpTo: noneGlobal,
  deliveredUpTo: noneGlobal,
  highestSeen: noneGlobal,
  ownHighest: noneLocal,
}

export class Peers {
  readonly #peers = new Map<MemberId, Peer>()
  readonly all: readonly Peer[]

  constructor(view: View, self: MemberId) {
    for (const id of view.members) {
      if (id === self) continue
      this.#peers.set(id, {
        id,
        incarnation: undefined,
        lastHeardTick: undefined,
        metadata: nothingTold,
        lostItsLog: false,
      })
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

  /** A datagram of this cluster and view has come from `header.sender`. */
  hear(header: Header, now: number): Heard {
    const peer = this.get(header.sender)
    const known = peer.incarnation
    // A superseded incarnation counts for nothing: whatever it sent that matters was durable, and
    // its successor tells it again.
    if (known !== undefined && header.incarnation < known) return { kind: 'ignored' }
    const isNewIncarnation = known === undefined || header.incarnation > known
    if (isNewIncarnation) {
      peer.lostItsLog = header.metadata.receivedUpTo < peer.metadata.receivedUpTo
      if (peer.lostItsLog) return { kind: 'ignored' }
    }
    peer.incarnation = header.incarnation
    peer.lastHeardTick = now
    peer.metadata = mergeMetadata(peer.metadata, header.metadata, isNewIncarnation)
    return { kind: 'counted', isNewIncarnation }
  }

  isHeard(peer: Peer, now: number, timeoutTicks: number): boolean {
    return peer.lastHeardTick !== undefined && now - peer.lastHeardTick <= timeoutTicks
  }

  /** The `count` members that were heard last; among equals `turn` decides, so that none is asked always. */
  heardLast(count: number, turn: number): MemberId[] {
    const shift = turn % Math.max(1, this.all.length)
    return [...this.all.slice(shift), ...this.all.slice(0, shift)]
      .sort((a, b) => (b.lastHeardTick ?? -1) - (a.lastHeardTick ?? -1))
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

/**
 * Datagrams overtake each other, so the highest value counts; own numbers start anew at a restart.
 */
function mergeMetadata(known: Metadata, told: Metadata, isNewIncarnation: boolean): Metadata {
  const isLaterOwn = isNewIncarnation || told.ownHighest > known.ownHighest
  return {
    receivedUpTo: higher(known.receivedUpTo, told.receivedUpTo),
    deliveredUpTo: higher(known.deliveredUpTo, told.deliveredUpTo),
    highestSeen: higher(known.highestSeen, told.highestSeen),
    ownHighest: isLaterOwn ? told.ownHighest : known.ownHighest,
  }
}
