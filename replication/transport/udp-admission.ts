/**
 * Decides about each datagram that arrives: whether it is authentic, new, for this member and of a
 * process that runs now; and puts messages together again. In the order of what a check costs, so
 * that what is refused costs its check and nothing else. It must not know sockets.
 */
import { unreachable } from '../../common/assert.ts'
import type { RefusalReason } from './udp-counters.ts'
import { everybody, type Framer, type Head, type Hello } from './udp-frame.ts'
import type { Reassembly } from './udp-reassembly.ts'
import type { PeerSessions } from './udp-sessions.ts'

/** Where a datagram was sent to. */
export type Path = 'unicast' | 'multicast'

export type Admitted =
  | { readonly kind: 'messages'; readonly sender: number; readonly messages: readonly Uint8Array[] }
  /** A hello, or a fragment of a message that is not whole yet. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }

export type AdmissionOptions = {
  readonly self: number
  readonly framer: Framer
  readonly sessions: PeerSessions
  readonly reassembly: Reassembly
  /** Sends a hello; called at a bounded rate for each peer, whatever arrives. */
  readonly greet: (to: number, hello: Hello) => void
  readonly sessionConfirmed: (peer: number) => void
  /** A peer that is confirmed has echoed this. Perhaps it was asked by multicast. */
  readonly echoed: (peer: number, nonce: Uint8Array) => void
}

const nothing: Admitted = { kind: 'nothing' }

export class Admission {
  readonly #options: AdmissionOptions

  constructor(options: AdmissionOptions) {
    this.#options = options
  }

  admit(datagram: Buffer, path: Path): Admitted {
    const { framer, sessions } = this.#options
    const head = framer.readHead(datagram)
    if (head === undefined) return refused('foreign')
    const strange = this.#strangeness(head)
    if (strange !== undefined) return refused(strange)
    if (sessions.isReplay(head)) return refused('replayed')
    if (!framer.isAuthentic(datagram)) return refused('forged')
    const body = framer.readBody(datagram)
    if (body === undefined) return refused('malformed')
    switch (body.kind) {
      case 'hello':
        return this.#hear(head, body.hello, path)
      case 'pack':
        if (!sessions.take(head)) return this.#unconfirmed(head.sender)
        return { kind: 'messages', sender: head.sender, messages: body.messages }
      case 'fragment': {
        if (!sessions.take(head)) return this.#unconfirmed(head.sender)
        const message = this.#options.reassembly.add(head.sender, body.fragment)
        if (message === undefined) return nothing
        return { kind: 'messages', sender: head.sender, messages: [message] }
      }
      default:
        return unreachable(body)
    }
  }

  #strangeness({ sender, destination }: Head): RefusalReason | undefined {
    const { self, sessions } = this.#options
    if (sender === self) return 'own'
    const isForUs = destination === self || destination === everybody
    return isForUs && sessions.isPeer(sender) ? undefined : 'foreign'
  }

  #hear(head: Head, hello: Hello, path: Path): Admitted {
    const { sessions, reassembly, greet, sessionConfirmed, echoed } = this.#options
    // Its answer says that multicast arrives here: only what did may be answered.
    if (head.destination === everybody && path !== 'multicast') return refused('foreign')
    const { isNew, isConfirmed, reply } = sessions.hear(head, hello)
    if (isNew) {
      // Ids of fragmented messages begin anew with each process.
      reassembly.forget(head.sender)
      sessionConfirmed(head.sender)
    }
    if (isConfirmed && hello.echo !== undefined) echoed(head.sender, hello.echo)
    if (reply !== undefined) greet(head.sender, reply)
    return isConfirmed || reply !== undefined ? nothing : refused('unconfirmed')
  }

  #unconfirmed(sender: number): Admitted {
    const nonce = this.#options.sessions.ask(sender)
    if (nonce !== undefined) this.#options.greet(sender, { echo: undefined, ask: nonce })
    return refused('unconfirmed')
  }
}

function refused(reason: RefusalReason): Admitted {
  return { kind: 'refused', reason }
}
