/**
 * Transport over UDP, unicast to each member. Datagrams may be lost, repeated, delayed and
 * reordered, and whoever reaches the port may send some: what is not authentic is dropped at the
 * cost of its check. It must not know what messages mean.
 *
 * Messages of one turn for one destination leave together. A broadcast is packed and authenticated
 * once and sent to each.
 */
import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { lookup as lookupOnce } from 'node:dns/promises'
import { isIP } from 'node:net'
import { performance } from 'node:perf_hooks'
import { assert, unreachable } from '../../common/assert.ts'
import { formatHostPort, type Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import { deriveKey } from '../../platform/cluster-key.ts'
import type { Logger } from '../../platform/log.ts'
import type { Transport } from '../ports.ts'
import { Framer, type RefusalReason } from './udp-frame.ts'
import { sealAll } from './udp-packing.ts'
import { defaultReassemblyLimits, Reassembly, type ReassemblyLimits } from './udp-reassembly.ts'
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
  readonly reassembly?: Partial<ReassemblyLimits>
  /** For tests: throws that share of the datagrams away instead of sending them. */
  readonly loss?: { readonly share: number; readonly random: Random }
}

/** Since the start, in datagrams where nothing else is said. */
export type UdpCounters = {
  sent: number
  sentBytes: number
  sendFailed: number
  lostOnPurpose: number
  received: number
  receivedBytes: number
  readonly refused: Record<RefusalReason, number>
}

/** Bursts wait here while the event loop is busy. The kernel may grant less (net.core.rmem_max). */
const socketBufferBytes = 4 * 1_024 * 1_024
const lookupKeptMs = 30_000

type Receive = (from: MemberId, message: Uint8Array) => void

export class UdpTransport implements Transport {
  readonly counters: UdpCounters = {
    sent: 0,
    sentBytes: 0,
    sendFailed: 0,
    lostOnPurpose: 0,
    received: 0,
    receivedBytes: 0,
    refused: { foreign: 0, forged: 0, malformed: 0 },
  }
  readonly #socket: Socket
  readonly #options: UdpTransportOptions
  readonly #datagramMaxBytes: number
  readonly #others: readonly Member[]
  readonly #framer: Framer
  readonly #reassembly: Reassembly
  readonly #warnings: OncePerSource
  #receive: Receive | undefined
  #toAll: Uint8Array[] = []
  #toOne = new Map<MemberId, Uint8Array[]>()
  #flushComes = false
  #nextMessageId = randomInt(0x1_0000_0000)
  #closed: Promise<void> | undefined

  /** Rejects when the address is taken or not this machine's; the message names it. */
  static async open(options: UdpTransportOptions): Promise<UdpTransport> {
    const own = options.members.find((member) => member.id === options.self)
    assert(own !== undefined, 'a member is one of its group')
    const { host, port } = own
    try {
      const { address, family } = await lookupOnce(host)
      const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', lookup: cachedLookup() })
      await bind(socket, address, port)
      return new UdpTransport(socket, options)
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const address = formatHostPort({ host, port })
      throw new Error(`cannot receive datagrams on ${address} (UDP): ${reason}`, { cause })
    }
  }

  private constructor(socket: Socket, options: UdpTransportOptions) {
    const { self, members, cluster, secret, logger } = options
    this.#socket = socket
    this.#options = options
    this.#datagramMaxBytes = options.datagramMaxBytes ?? 1_400
    this.#others = members.filter((member) => member.id !== self)
    const peers = new Set<number>(this.#others.map((member) => member.id))
    const key = deriveKey(secret, 'datagram')
    this.#framer = new Framer(key, { cluster, sender: self }, (sender) => peers.has(sender))
    const limits = { ...defaultReassemblyLimits, ...options.reassembly }
    this.#reassembly = new Reassembly(limits, () => performance.now())
    this.#warnings = new OncePerSource(logger)
    for (const grow of ['setRecvBufferSize', 'setSendBufferSize'] as const) {
      socket[grow](socketBufferBytes)
    }
    socket.on('message', (datagram, source) => this.#received(datagram, source))
    // An unbound or broken socket: nothing arrives any more, which the group notices by itself.
    socket.on('error', (err) => this.#warnings.warn('socket', { err }, 'the UDP socket reports'))
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
    this.#closed ??= new Promise((resolve) => {
      this.#flush()
      this.#receive = undefined
      this.#socket.close(() => resolve())
    })
    return this.#closed
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
    for (const datagram of this.#seal(toAll)) {
      for (const member of this.#others) this.#transmit(datagram, member)
    }
    for (const [to, messages] of toOne) {
      const member = this.#others.find(({ id }) => id === to)
      assert(member !== undefined, 'messages go to other members of the group')
      for (const datagram of this.#seal(messages)) this.#transmit(datagram, member)
    }
  }

  #seal(messages: readonly Uint8Array[]): Buffer[] {
    return sealAll(this.#framer, messages, {
      datagramMaxBytes: this.#datagramMaxBytes,
      nextMessageId: () => {
        this.#nextMessageId = (this.#nextMessageId + 1) >>> 0
        return this.#nextMessageId
      },
    })
  }

  #transmit(datagram: Buffer, { host, port }: Member): void {
    const { loss } = this.#options
    if (loss !== undefined && loss.random.next() < loss.share) {
      this.counters.lostOnPurpose += 1
      return
    }
    this.counters.sent += 1
    this.counters.sentBytes += datagram.length
    this.#socket.send(datagram, port, host, (err) => {
      if (err === null) return
      // The same to the group as a lost datagram: it repairs that.
      this.counters.sendFailed += 1
      this.#warnings.warn(formatHostPort({ host, port }), { err }, 'a datagram cannot be sent')
    })
  }

  #received(datagram: Buffer, source: RemoteInfo): void {
    this.counters.received += 1
    this.counters.receivedBytes += datagram.length
    const opened = this.#framer.open(datagram)
    switch (opened.kind) {
      case 'pack':
        for (const message of opened.messages) this.#receive?.(opened.sender as MemberId, message)
        break
      case 'fragment': {
        const message = this.#reassembly.add(opened.sender, opened.fragment)
        if (message !== undefined) this.#receive?.(opened.sender as MemberId, message)
        break
      }
      case 'refused':
        this.#refused(opened.reason, source)
        break
      default:
        unreachable(opened)
    }
  }

  #refused(reason: RefusalReason, { address, port }: RemoteInfo): void {
    this.counters.refused[reason] += 1
    if (reason === 'foreign') return
    const text =
      reason === 'forged'
        ? 'a datagram with a wrong signature was dropped; is CLUSTER_SECRET the same everywhere?'
        : 'a datagram that cannot be read was dropped; do all members run the same version?'
    this.#warnings.warn(`${reason} ${address}`, { source: `${address}:${port}` }, text)
  }
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close()
      reject(error)
    }
    socket.once('error', fail)
    socket.bind({ address, port, exclusive: true }, () => {
      socket.off('error', fail)
      resolve()
    })
  })
}

type LookupCallback = (err: NodeJS.ErrnoException | null, address: string, family: number) => void

/** Without it every datagram to a host name would ask the resolver. */
function cachedLookup() {
  const known = new Map<string, { address: string; family: number; untilMs: number }>()
  return (hostname: string, options: object, callback: LookupCallback): void => {
    const family = isIP(hostname)
    const cached =
      family > 0 ? { address: hostname, family, untilMs: Infinity } : known.get(hostname)
    if (cached !== undefined && cached.untilMs > performance.now()) {
      callback(null, cached.address, cached.family)
      return
    }
    lookup(hostname, { ...options, all: false }, (err, address, found) => {
      const untilMs = performance.now() + lookupKeptMs
      if (err === null) known.set(hostname, { address, family: found, untilMs })
      callback(err, address, found)
    })
  }
}
