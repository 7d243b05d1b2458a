/**
 * IP multicast for what all members are to get: one datagram instead of one to each. Whether a
 * network carries it shows only when it arrives, so members are asked by multicast, and who has not
 * answered lately is sent to by unicast. It must not know what datagrams hold.
 *
 * All members of a machine share the group's port, on a socket of its own that is bound to the
 * group's address; what is sent to a member alone goes to that member's own port as ever.
 */
import { randomBytes } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import { nonceBytes } from './udp-frame.ts'
import { bind, growBuffers } from './udp-socket.ts'

/** How often the members are asked, while there is something to send. */
const askEveryMs = 1_000
/** One answer may be lost, and another one. */
const answerKeptMs = 3_500

export type MulticastOptions = {
  readonly group: HostPort
  /** Of this machine: where the group is joined and datagrams leave. IPv4. */
  readonly interfaceAddress: string
  /** The socket for everything else, through which the group is sent to as well. */
  readonly sender: Socket
  readonly nowMs: () => number
  readonly receive: (datagram: Buffer, source: RemoteInfo) => void
  readonly report: (err: Error) => void
}

export class Multicast {
  readonly group: HostPort
  readonly #socket: Socket
  readonly #nowMs: () => number
  readonly #answeredMs = new Map<number, number>()
  #nonce = randomBytes(nonceBytes)
  #askedMs = -Infinity

  /** Rejects when the system does not let this process join; the message says what to do. */
  static async open(options: MulticastOptions): Promise<Multicast> {
    const { group, interfaceAddress, sender, receive, report } = options
    try {
      if (interfaceAddress.includes(':')) throw new Error('this member has an IPv6 address')
      sender.setMulticastInterface(interfaceAddress)
      // Not beyond the local network; and to the other members of this machine.
      sender.setMulticastTTL(1)
      sender.setMulticastLoopback(true)
      const socket = createSocket({ type: 'udp4', reuseAddr: true })
      await bind(socket, { host: group.host, port: group.port })
      try {
        socket.addMembership(group.host, interfaceAddress)
      } catch (error) {
        socket.close()
        throw error
      }
      growBuffers(socket)
      socket.on('message', receive)
      socket.on('error', report)
      return new Multicast(socket, options)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new Error(
        `cannot join GROUP_MULTICAST ${formatHostPort(group)} on ${interfaceAddress}: ${reason}`,
        { cause },
      )
    }
  }

  private constructor(socket: Socket, { group, nowMs }: MulticastOptions) {
    this.#socket = socket
    this.group = group
    this.#nowMs = nowMs
  }

  /** Whether what is sent to the group has lately arrived at `member`. */
  reaches(member: number): boolean {
    const answeredMs = this.#answeredMs.get(member)
    return answeredMs !== undefined && this.#nowMs() - answeredMs < answerKeptMs
  }

  /** What to ask the group now; undefined: it was asked a moment ago. */
  ask(): Uint8Array | undefined {
    if (this.#nowMs() - this.#askedMs < askEveryMs) return undefined
    this.#askedMs = this.#nowMs()
    this.#nonce = randomBytes(nonceBytes)
    return this.#nonce
  }

  /** A late answer, to what was asked before, counts for nothing. */
  echoed(member: number, nonce: Uint8Array): void {
    if (this.#nonce.equals(nonce)) this.#answeredMs.set(member, this.#nowMs())
  }

  /** Another process: it may not have joined. It is asked with the next broadcast. */
  forget(member: number): void {
    this.#answeredMs.delete(member)
    this.#askedMs = -Infinity
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }
}
