/**
 * Which process speaks for a peer now, and which of its datagrams have been here. Nothing of a
 * session is taken before that process has echoed a nonce of ours, so what was recorded before this
 * process or that one started is worth nothing (docs/decisions/0013). No clock is compared with
 * another machine's. Memory: one record of about 1 KiB for each configured peer.
 */
import { randomBytes } from 'node:crypto'
import { type Head, type Hello, nonceBytes } from './udp-frame.ts'
import { ReplayWindow } from './udp-replay-window.ts'

/** A peer whose session is not known is asked so often, at most, whatever comes in its name. */
const askEveryMs = 5
/** A process of which nothing is known yet is answered so often, at most. */
const answerEveryMs = 1

type Peer = {
  readonly window: ReplayWindow
  session: number | undefined
  /** What the peer is to echo. Stays until it does, so that a slow answer is still right. */
  nonce: Buffer | undefined
  askedMs: number
  answeredMs: number
}

/** What a hello has led to. `isNew`: a session has been confirmed that was not before. */
export type Heard = {
  readonly isNew: boolean
  readonly isConfirmed: boolean
  readonly reply: Hello | undefined
}

export class PeerSessions {
  readonly #peers: ReadonlyMap<number, Peer>
  readonly #nowMs: () => number

  constructor(peers: readonly number[], nowMs: () => number) {
    this.#peers = new Map(peers.map((id) => [id, unknownPeer()]))
    this.#nowMs = nowMs
  }

  isPeer(sender: number): boolean {
    return this.#peers.has(sender)
  }

  isConfirmed(sender: number): boolean {
    return this.#peers.get(sender)?.session !== undefined
  }

  /** Needs no proof: saves its cost where a datagram would be refused anyway. */
  isReplay({ sender, session, sequence }: Head): boolean {
    const peer = this.#peers.get(sender)
    return peer !== undefined && peer.session === session && peer.window.isSeen(sequence)
  }

  /** Of an authentic datagram that is no replay. False: it is of a session that is not confirmed. */
  take({ sender, session, sequence }: Head): boolean {
    const peer = this.#peers.get(sender)
    if (peer === undefined || peer.session !== session) return false
    peer.window.mark(sequence)
    return true
  }

  /** For a hello: the nonce that `sender` is to echo; undefined: it was asked a moment ago. */
  ask(sender: number): Buffer | undefined {
    const peer = this.#peers.get(sender)
    if (peer === undefined || this.#nowMs() - peer.askedMs < askEveryMs) return undefined
    return this.#nonceFor(peer)
  }

  /** Of an authentic hello that is no replay. */
  hear(head: Head, { echo, ask }: Hello): Heard {
    const peer = this.#peers.get(head.sender)
    if (peer === undefined) return { isNew: false, isConfirmed: false, reply: undefined }
    let isNew = false
    if (echo !== undefined && peer.nonce?.equals(echo)) {
      peer.nonce = undefined
      isNew = peer.session !== head.session
      // What that process sealed before may have been recorded before we started.
      if (isNew) peer.window.startAfter(head.sequence)
      peer.session = head.session
    }
    const isConfirmed = this.take(head)
    return { isNew, isConfirmed, reply: this.#reply(peer, { ask, isConfirmed }) }
  }

  #reply(
    peer: Peer,
    { ask, isConfirmed }: { readonly ask: Uint8Array | undefined; readonly isConfirmed: boolean },
  ): Hello | undefined {
    if (ask === undefined) return undefined
    if (isConfirmed) return { echo: ask, ask: undefined }
    // Perhaps somebody's recording: it may ask as much as it likes, and is answered now and then.
    if (this.#nowMs() - peer.answeredMs < answerEveryMs) return undefined
    peer.answeredMs = this.#nowMs()
    return { echo: ask, ask: this.#nonceFor(peer) }
  }

  #nonceFor(peer: Peer): Buffer {
    peer.askedMs = this.#nowMs()
    peer.nonce ??= randomBytes(nonceBytes)
    return peer.nonce
  }
}

function unknownPeer(): Peer {
  return {
    window: new ReplayWindow(),
    session: undefined,
    nonce: undefined,
    askedMs: -Infinity,
    answeredMs: -Infinity,
  }
}
