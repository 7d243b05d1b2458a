/**
 * The links from one member to the others: to peers at all times, to whoever is none any more for
 * as long as there is something to answer. Both are bounded. It must not know messages, nor who may
 * be a peer.
 */
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { PeerLink } from './grpc-peer-link.ts'

type Link = Pick<PeerLink, 'leadsTo' | 'alsoAt' | 'send' | 'close'>

type PeerLinksOptions = {
  readonly open: (to: Member) => Link
  /** How long a link to one who is no peer outlives the last message. Default: 10 s. */
  readonly strangerIdleMs?: number | undefined
}

const strangerIdleMsUsual = 10_000
/** Members' ids are of two digits; this is for a group that has seen very many. */
const addressesMax = 128

export class PeerLinks {
  readonly #options: PeerLinksOptions
  readonly #links = new Map<MemberId, Link>()
  /** Of everybody ever known, the latest last. */
  readonly #addresses = new Map<MemberId, Member>()
  /** Of links to those who are no peers. */
  readonly #closings = new Map<MemberId, NodeJS.Timeout>()
  #peers: ReadonlySet<MemberId> = new Set()
  #closed = false

  constructor(options: PeerLinksOptions) {
    this.#options = options
  }

  get peers(): ReadonlySet<MemberId> {
    return this.#peers
  }

  setPeers(peers: readonly Member[]): void {
    if (this.#closed) return
    this.#peers = new Set(peers.map(({ id }) => id))
    for (const peer of peers) {
      this.#remember(peer)
      this.#keepOpen(peer.id)
      const link = this.#links.get(peer.id)
      if (link?.leadsTo(peer)) continue
      link?.close()
      this.#links.set(peer.id, this.#options.open(peer))
    }
    for (const id of this.#links.keys()) {
      if (!this.#peers.has(id) && !this.#closings.has(id)) this.#closeSoon(id)
    }
  }

  /**
   * Somebody has opened a stream and said where it can be answered. A member with an old list, or one
   * that was added while this one was away, is known in no other way.
   */
  heardFrom(sender: Member): void {
    const link = this.#links.get(sender.id)
    if (this.#closed || link?.leadsTo(sender)) return
    if (this.#peers.has(sender.id)) {
      // This member's log may be older than where its peer is now.
      link?.alsoAt(sender)
      return
    }
    this.#remember(sender)
    if (link === undefined) return
    link.close()
    this.#links.delete(sender.id)
  }

  /** Undefined when nobody has ever said where it is. */
  to(id: MemberId): Link | undefined {
    const link = this.#links.get(id)
    if (link !== undefined && this.#peers.has(id)) return link
    return this.#toStranger(id)
  }

  close(): void {
    this.#closed = true
    for (const timer of this.#closings.values()) clearTimeout(timer)
    for (const link of this.#links.values()) link.close()
  }

  #toStranger(id: MemberId): Link | undefined {
    const address = this.#addresses.get(id)
    if (this.#closed || address === undefined) return undefined
    const link = this.#links.get(id) ?? this.#options.open(address)
    this.#links.set(id, link)
    this.#closeSoon(id)
    return link
  }

  #remember(peer: Member): void {
    this.#addresses.delete(peer.id)
    this.#addresses.set(peer.id, peer)
    if (this.#addresses.size <= addressesMax) return
    const oldest = [...this.#addresses.keys()].find((id) => !this.#peers.has(id))
    if (oldest !== undefined) this.#addresses.delete(oldest)
  }

  #closeSoon(id: MemberId): void {
    this.#keepOpen(id)
    const close = (): void => {
      this.#closings.delete(id)
      this.#links.get(id)?.close()
      this.#links.delete(id)
    }
    const idleMs = this.#options.strangerIdleMs ?? strangerIdleMsUsual
    this.#closings.set(id, setTimeout(close, idleMs))
  }

  #keepOpen(id: MemberId): void {
    clearTimeout(this.#closings.get(id))
    this.#closings.delete(id)
  }
}
