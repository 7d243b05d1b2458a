/**
 * Transport over UDP: unicast to each member, or multicast to those whom it reaches. Datagrams may be
 * lost, repeated, delayed and reordered, and whoever reaches the port may send some: what is not
 * authentic, or has been here, is dropped at the cost of its check. It must not know what messages
 * mean.
 *
 * Messages of one turn for one destination leave together. A broadcast is packed and authenticated
 * once and sent to each. At the start all peers are asked to show that they run (udp-sessions.ts).
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { performance } from 'node:perf_hooks'
import { assert, unreachable } from '../../common/assert.ts'
import { formatHostPort, type HostPort, type Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { deriveKey } from '../../platform/cluster-key.ts'
import type { Logger } from '../../platform/log.ts'
import type { Transport } from '../ports.ts'
import { Admission, type Path } from './udp-admission.ts'
import { type RefusalReason, type UdpCounters, zeroCounters } from './udp-counters.ts'
import { everybody, Framer } from './udp-frame.ts'
import { Multicast } from './udp-multicast.ts'
import { sealAll } from './udp-packing.ts'
import { defaultReassemblyLimits, Reassembly, type ReassemblyLimits } from './udp-reassembly.ts'
import { PeerSessions } from './udp-sessions.ts'
import { bind, cachedLookup, growBuffers } from './udp-socket.ts'
import { type DatagramTrouble, departures } from './udp-trouble.ts'
import { OncePerSource } from './udp-warnings.ts'

export type UdpTransportOptions = {
  readonly self: MemberId
  /** All members, oneself included, with the addresses where they receive *datagrams*. */
  readonly members: readonly Member[]
  /** Of another cluster nothing is taken. 32 bits, see clusterIdOf(). */
  readonly cluster: number
  readonly secret: string
  readonly logger: Pick<Logger, 'warn'>
  /** Default 1,400: below what common networks carry unfragmented. */
  readonly datagramMaxBytes?: number
  /** Broadcasts go to this IPv4 group, to members whom they reach there. */
  readonly multicast?: HostPort
  readonly reassembly?: Partial<ReassemblyLimits>
  /** For tests: what a bad network would do to the datagrams that this member sends. */
  readonly trouble?: DatagramTrouble
}

/** Waiting for the kernel, behind its own buffer; what comes on top is lost. */
const sendQueueMaxBytes = 8 * 1_024 * 1_024

/** Where datagrams go, and who hears of each that it has left: one function, not one for each. */
type Station = HostPort & { readonly sent: (err: Error | null) => void }

type Receive = (from: MemberId, message: Uint8Array) => void

export class UdpTransport implements Transport {
  readonly #counters = zeroCounters()
  readonly #socket: Socket
  readonly #options: UdpTransportOptions
  readonly #others: readonly (Station & { readonly id: MemberId })[]
  readonly #framer: Framer
  readonly #sessions: PeerSessions
  readonly #reassembly: Reassembly
  readonly #admission: Admission
  readonly #warnings: OncePerSource
  #multicast: Multicast | undefined
  #group: Station | undefined
  #receive: Receive | undefined
  #toAll: Uint8Array[] = []
  #toOne = new Map<MemberId, Uint8Array[]>()
  #flushComes = false
  #nextMessageId = 0
  #closed: Promise<void> | undefined

  /**
   * Rejects when the address is taken or not this machine's; the message names it. Without multicast
   * where the system refuses that, with a warning.
   */
  static async open(options: UdpTransportOptions): Promise<UdpTransport> {
    const own = options.members.find((member) => member.id === options.self)
    assert(own !== undefined, 'a member is one of its group')
    const { host, port } = own
    try {
      const { address, family } = await lookup(host)
      const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: cachedLookup() })
      await bind(socket, { host: address, port })
      const transport = new UdpTransport(socket, options)
      await transport.#join(address)
      transport.#greetAll()
      return transport
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const address = formatHostPort({ host, port })
      throw new Error(`cannot receive datagrams on ${address} (UDP): ${reason}`, { cause })
    }
  }

  private constructor(socket: Socket, options: UdpTransportOptions) {
    const { self, members, cluster, secret, logger } = options
    const nowMs = () => performance.now()
    this.#socket = socket
    this.#options = options
    this.#others = members
      .filter(({ id }) => id !== self)
      .map((member) => ({ ...this.#stationAt(member), id: member.id }))
    this.#framer = new Framer(deriveKey(secret, 'datagram'), { cluster, sender: self })
    const others = this.#others.map((member) => member.id)
    this.#sessions = new PeerSessions(others, nowMs)
    this.#reassembly = new Reassembly({ ...defaultReassemblyLimits, ...options.reassembly }, nowMs)
    this.#admission = new Admission({
      self,
      framer: this.#framer,
      sessions: this.#sessions,
      reassembly: this.#reassembly,
      greet: (to, hello) => this.#transmitTo(to, this.#framer.sealHello(hello, to)),
      sessionConfirmed: (peer) => {
        this.#counters.sessionsConfirmed += 1
        this.#multicast?.forget(peer)
      },
      echoed: (peer, nonce) => this.#multicast?.echoed(peer, nonce),
    })
    this.#warnings = new OncePerSource(logger)
    growBuffers(socket)
    socket.on('message', (datagram, source) => this.#received(datagram, source, 'unicast'))
    // An unbound or broken socket: nothing arrives any more, which the group notices by itself.
    socket.on('error', (err) => this.#warnings.warn('socket', { err }, 'the UDP socket reports'))
  }

  /** Since the start. */
  get counters(): Readonly<UdpCounters> {
    this.#counters.messagesIncomplete = this.#reassembly.incomplete
    return this.#counters
  }

  /** Whether something that `peer` sends now would be taken. */
  isConfirmed(peer: MemberId): boolean {
    return this.#sessions.isConfirmed(peer)
  }

  /** Whether a broadcast goes to `peer` by multicast. */
  isMulticastTo(peer: MemberId): boolean {
    return this.#multicast?.reaches(peer) ?? false
  }

  /** The universe is configured: everybody is a peer for ever. */
  setPeers(): void {}

  onMessage(receive: Receive): void {
    this.#receive = receive
  }

  send(to: MemberId, message: Uint8Array): void {
    const gathered = this.#toOne.get(to)
    if (gathered === undefined) this.#toOne.set(to, [message])
    else gathered.push(message)
    this.#flushSoon()
  }

  broadcast(message: Uint8Array): void {
    this.#toAll.push(message)
    this.#flushSoon()
  }

  /** What was sent in this turn still leaves. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#flush()
    this.#receive = undefined
    await this.#multicast?.close()
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  async #join(interfaceAddress: string): Promise<void> {
    const { multicast: group } = this.#options
    if (group === undefined) return
    try {
      this.#multicast = await Multicast.open({
        group,
        interfaceAddress,
        sender: this.#socket,
        nowMs: () => performance.now(),
        receive: (datagram, source) => this.#received(datagram, source, 'multicast'),
        report: (err) => this.#warnings.warn('group', { err }, 'the multicast socket reports'),
      })
      this.#group = this.#stationAt(group)
    } catch (err) {
      const text =
        'this member does without multicast: it sends to, and hears from, each member alone'
      this.#warnings.warn('group', { err }, text)
    }
  }

  /** Whoever starts last greets the others, and their answers ask for the same: both know. */
  #greetAll(): void {
    for (const { id } of this.#others) {
      const ask = this.#sessions.ask(id)
      if (ask === undefined) continue
      this.#transmitTo(id, this.#framer.sealHello({ echo: undefined, ask }, id))
    }
  }

  /** At the end of the turn: what one Ready sends leaves together, and is not kept waiting. */
  #flushSoon(): void {
    if (this.#flushComes || this.#closed !== undefined) return
    this.#flushComes = true
    queueMicrotask(() => {
      if (this.#closed === undefined) this.#flush()
    })
  }

  #flush(): void {
    this.#flushComes = false
    const toAll = this.#toAll
    const toOne = this.#toOne
    this.#toAll = []
    this.#toOne = new Map()
    if (toAll.length > 0) this.#flushToAll(toAll)
    for (const [to, messages] of toOne) {
      for (const datagram of this.#seal(messages, to)) this.#transmitTo(to, datagram)
    }
  }

  #flushToAll(messages: readonly Uint8Array[]): void {
    const multicast = this.#multicast
    const group = this.#group
    const alone =
      multicast === undefined
        ? this.#others
        : this.#others.filter(({ id }) => !multicast.reaches(id))
    const ask = multicast?.ask()
    if (group !== undefined && ask !== undefined) {
      const hello = this.#framer.sealHello({ echo: undefined, ask }, everybody)
      this.#transmit(hello, group)
      this.#counters.sentMulticast += 1
    }
    for (const datagram of this.#seal(messages, everybody)) {
      if (group !== undefined && alone.length < this.#others.length) {
        this.#transmit(datagram, group)
        this.#counters.sentMulticast += 1
      }
      for (const member of alone) this.#transmit(datagram, member)
    }
  }

  #seal(messages: readonly Uint8Array[], destination: number): Buffer[] {
    return sealAll(this.#framer, messages, {
      destination,
      datagramMaxBytes: this.#options.datagramMaxBytes ?? 1_400,
      nextMessageId: () => {
        this.#nextMessageId = (this.#nextMessageId + 1) >>> 0
        return this.#nextMessageId
      },
    })
  }

  #transmitTo(to: number, datagram: Buffer): void {
    const station = this.#others.find(({ id }) => id === to)
    assert(station !== undefined, 'messages go to other members of the group')
    this.#transmit(datagram, station)
  }

  #stationAt({ host, port }: HostPort): Station {
    const sent = (err: Error | null): void => {
      if (err === null) return
      // The same to the group as a lost datagram: it repairs that.
      this.#counters.sendFailed += 1
      this.#warnings.warn(formatHostPort({ host, port }), { err }, 'a datagram cannot be sent')
    }
    return { host, port, sent }
  }

  #transmit(datagram: Buffer, to: Station): void {
    const { trouble } = this.#options
    if (trouble === undefined) this.#put(datagram, to)
    else this.#transmitInTrouble(datagram, to, trouble)
  }

  #transmitInTrouble(datagram: Buffer, to: Station, trouble: DatagramTrouble): void {
    for (const leaves of departures(trouble)) {
      if (leaves === 'lost') this.#counters.lostOnPurpose += 1
      else if (leaves === 0) this.#put(datagram, to)
      else {
        const late = setTimeout(() => this.#closed === undefined && this.#put(datagram, to), leaves)
        late.unref()
      }
    }
  }

  #put(datagram: Buffer, { host, port, sent }: Station): void {
    if (this.#socket.getSendQueueSize() > sendQueueMaxBytes) {
      this.#counters.sendQueueFull += 1
      return
    }
    this.#counters.sent += 1
    this.#counters.sentBytes += datagram.length
    this.#socket.send(datagram, port, host, sent)
  }

  #received(datagram: Buffer, source: RemoteInfo, path: Path): void {
    if (this.#closed !== undefined) return
    this.#counters.received += 1
    this.#counters.receivedBytes += datagram.length
    const admitted = this.#admission.admit(datagram, path)
    switch (admitted.kind) {
      case 'messages':
        for (const message of admitted.messages) {
          this.#receive?.(admitted.sender as MemberId, message)
        }
        break
      case 'nothing':
        break
      case 'refused':
        this.#refused(admitted.reason, source)
        break
      default:
        unreachable(admitted)
    }
  }

  #refused(reason: RefusalReason, { address, port }: RemoteInfo): void {
    this.#counters.refused[reason] += 1
    if (reason !== 'forged' && reason !== 'malformed') return
    const text =
      reason === 'forged'
        ? 'a datagram with a wrong signature was dropped; is CLUSTER_SECRET the same everywhere?'
        : 'a datagram that cannot be read was dropped; do all members run the same version?'
    this.#warnings.warn(`${reason} ${address}`, { source: `${address}:${port}` }, text)
  }
}
