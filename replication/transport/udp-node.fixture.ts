/** All of the UDP transport but the sockets: what it wants to send lies in a list. */
import { Admission, type Admitted, type Path } from './udp-admission.ts'
import { everybody, Framer } from './udp-frame.ts'
import { sealAll } from './udp-packing.ts'
import { defaultReassemblyLimits, Reassembly } from './udp-reassembly.ts'
import { PeerSessions } from './udp-sessions.ts'

export type SentDatagram = { readonly to: number; readonly datagram: Buffer }

export type NodeOptions = {
  readonly self: number
  readonly peers: readonly number[]
  readonly nowMs: () => number
  readonly key?: Uint8Array
  readonly cluster?: number
}

export const fixtureKey = Buffer.alloc(32, 7)
export const fixtureCluster = 0x1234_5678

/** One process of a member. A restart is another one. */
export class UdpNode {
  readonly self: number
  readonly framer: Framer
  readonly sessions: PeerSessions
  readonly reassembly: Reassembly
  /** Hellos on their way out. */
  readonly outbox: SentDatagram[] = []
  readonly inbox: { readonly from: number; readonly message: string }[] = []
  readonly #admission: Admission
  readonly #peers: readonly number[]
  #nextMessageId = 0

  constructor({ self, peers, nowMs, key = fixtureKey, cluster = fixtureCluster }: NodeOptions) {
    this.self = self
    this.#peers = peers
    this.framer = new Framer(key, { cluster, sender: self })
    this.sessions = new PeerSessions(peers, nowMs)
    this.reassembly = new Reassembly(defaultReassemblyLimits, nowMs)
    this.#admission = new Admission({
      self,
      framer: this.framer,
      sessions: this.sessions,
      reassembly: this.reassembly,
      greet: (to, hello) => this.outbox.push({ to, datagram: this.framer.sealHello(hello, to) }),
      sessionConfirmed: () => undefined,
      echoed: () => undefined,
    })
  }

  greetAll(): void {
    for (const to of this.#peers) {
      const ask = this.sessions.ask(to)
      if (ask === undefined) continue
      this.outbox.push({ to, datagram: this.framer.sealHello({ echo: undefined, ask }, to) })
    }
  }

  seal(text: string | Uint8Array, destination = everybody): Buffer[] {
    return sealAll(this.framer, [Buffer.from(text)], {
      destination,
      datagramMaxBytes: 1_400,
      nextMessageId: () => {
        this.#nextMessageId += 1
        return this.#nextMessageId
      },
    })
  }

  receive(datagram: Buffer, path: Path = 'unicast'): Admitted {
    const admitted = this.#admission.admit(datagram, path)
    if (admitted.kind === 'messages') {
      const texts = admitted.messages.map((message) => Buffer.from(message).toString())
      this.inbox.push(...texts.map((message) => ({ from: admitted.sender, message })))
    }
    return admitted
  }
}

/** Carries hellos between nodes until there are none. What it carries is recorded. */
export function exchange(nodes: readonly UdpNode[], record: SentDatagram[] = []): void {
  for (let busy = true; busy; ) {
    busy = false
    for (const node of nodes) {
      for (const sent of node.outbox.splice(0)) {
        busy = true
        record.push(sent)
        nodes.find(({ self }) => self === sent.to)?.receive(sent.datagram)
      }
    }
  }
}
