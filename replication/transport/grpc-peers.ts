/**
 * Transport over gRPC: each member opens one stream to each other and sends on it; it receives on
 * the streams that the others have opened to it, through a service on the replica's own gRPC
 * server. It must not know what messages mean.
 */
import {
  type ServerReadableStream,
  type sendUnaryData,
  type ServiceDefinition,
  status,
} from '@grpc/grpc-js'
import { assert } from '../../common/assert.ts'
import type { HostPort, Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import { deriveKey } from '../../platform/cluster-key.ts'
import type { TlsFiles } from '../../platform/config.ts'
import type { Logger } from '../../platform/log.ts'
import { rpcKey } from '../../platform/rpc/authentication.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import type { Transport } from '../ports.ts'
import { unpackFrame } from './grpc-frame.ts'
import { PeerLink } from './grpc-peer-link.ts'
import { PeerLinks } from './grpc-peer-links.ts'
import { type PeerKeys, readStreamEnds, streamMetadata } from './grpc-peer-identity.ts'

const streamPath = '/agora.raft.v1.Peers/Stream'

const raw = { serialize: (bytes: Buffer) => bytes, deserialize: (bytes: Buffer) => bytes }

/** One stream of frames (grpc-frame.ts) for each direction of each pair; no protobuf. */
export const peersDefinition: ServiceDefinition = {
  Stream: {
    path: streamPath,
    requestStream: true,
    responseStream: false,
    requestSerialize: raw.serialize,
    requestDeserialize: raw.deserialize,
    responseSerialize: raw.serialize,
    responseDeserialize: raw.deserialize,
  },
}

export type GrpcPeersOptions = {
  readonly self: MemberId
  /** All members, oneself included, with the addresses of their gRPC servers. */
  readonly members: readonly Member[]
  /** Keeps groups apart that share a secret. */
  readonly group: string
  readonly secret: string
  readonly tls?: TlsFiles | undefined
  readonly logger: Pick<Logger, 'warn' | 'info'>
  /** What may wait for one peer; more is dropped. */
  readonly queueMessagesMax?: number
  readonly queueMaxBytes?: number
  /** How long the stream to one who is no peer any more outlives the last message. */
  readonly strangerIdleMs?: number
  /** For tests: throws that share of the messages away instead of sending them. */
  readonly loss?: { readonly share: number; readonly random: Random }
}

/** Outsiders may ask where they belong, so many of them at once. */
const strangersMax = 32

type Receive = (from: MemberId, message: Uint8Array) => void
type IncomingStream = {
  readonly call: ServerReadableStream<Buffer, Buffer>
  readonly end: (code: status, details: string) => void
}

export class GrpcPeers implements Transport {
  /** To be served by the gRPC server at this member's address. */
  readonly service: RpcService
  readonly #options: GrpcPeersOptions
  readonly #keys: PeerKeys
  readonly #ownAddress: HostPort
  readonly #links: PeerLinks
  /** The latest stream of each peer: an older one is dead, though nobody may have noticed. */
  readonly #incoming = new Map<MemberId, IncomingStream>()
  readonly #warned = new Set<string>()
  #receive: Receive | undefined
  #closed = false

  constructor(options: GrpcPeersOptions) {
    this.#options = options
    const { secret, members, self } = options
    const own = members.find(({ id }) => id === self)
    assert(own !== undefined, 'a member knows its own address')
    this.#ownAddress = own
    this.#keys = { rpc: rpcKey(secret), peer: deriveKey(secret, 'peer') }
    const { strangerIdleMs } = options
    this.#links = new PeerLinks({ open: (peer) => this.#link(peer), strangerIdleMs })
    this.service = {
      definition: peersDefinition,
      implementation: {
        Stream: (call: ServerReadableStream<Buffer, Buffer>, end: sendUnaryData<Buffer>) =>
          this.#accept(call, end),
      },
    }
    this.setPeers(members.filter((peer) => peer.id !== self))
  }

  setPeers(peers: readonly Member[]): void {
    this.#links.setPeers(peers)
  }

  send(to: MemberId, message: Uint8Array): void {
    if (!this.#loses()) this.#links.to(to)?.send(message)
  }

  broadcast(message: Uint8Array): void {
    for (const peer of this.#links.peers) this.send(peer, message)
  }

  onMessage(receive: Receive): void {
    this.#receive = receive
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#links.close()
    for (const { end } of this.#incoming.values())
      end(status.UNAVAILABLE, 'this member is stopping')
    this.#incoming.clear()
  }

  #link(peer: Member): PeerLink {
    const { self, group, tls, logger, queueMessagesMax, queueMaxBytes } = this.#options
    const address = this.#ownAddress
    return new PeerLink({
      peer,
      elsewhere: this.#configuredElsewhere(peer),
      path: streamPath,
      metadata: () =>
        streamMetadata(this.#keys, streamPath, { group, from: self, to: peer.id, address }),
      tls,
      queueMessagesMax: queueMessagesMax ?? 8_192,
      queueMaxBytes: queueMaxBytes ?? 8 * 1024 * 1024,
      onBroken: (error, carried) => {
        // Looking for a peer that is not there yet is no news; losing one is.
        if (carried) logger.info({ err: error, peer: peer.id }, 'the stream to a peer has broken')
      },
    })
  }

  /**
   * The group remembers where its members were when they joined. Where the list that this process
   * was started with says otherwise, either may be right: a whole group was moved, or one member
   * while this list is of before.
   */
  #configuredElsewhere(peer: Member): Member | undefined {
    const configured = this.#options.members.find(({ id }) => id === peer.id)
    const same = configured?.host === peer.host && configured.port === peer.port
    return same ? undefined : configured
  }

  #accept(call: ServerReadableStream<Buffer, Buffer>, answer: sendUnaryData<Buffer>): void {
    let open = true
    const end = (code: status, details: string): void => {
      if (!open) return
      open = false
      answer({ code, details })
    }
    const ends = readStreamEnds(this.#keys, call.metadata)
    const refusal = ends === undefined ? 'its identity is missing or forged' : this.#refusal(ends)
    if (ends === undefined || refusal !== undefined) {
      this.#warnOnce(call.getPeer(), `a peer's stream was refused: ${refusal}`)
      end(status.PERMISSION_DENIED, refusal ?? '')
      return
    }
    const { from, address } = ends
    this.#links.heardFrom({ id: from, ...address })
    this.#incoming.get(from)?.end(status.ABORTED, 'the peer has opened a newer stream')
    const stream: IncomingStream = { call, end }
    this.#incoming.set(from, stream)
    const forget = (): void => {
      if (this.#incoming.get(from) === stream) this.#incoming.delete(from)
    }
    call.on('data', (frame: Buffer) => {
      if (open) this.#take(from, frame, end)
    })
    call.on('end', () => {
      forget()
      end(status.OK, 'the peer has ended the stream')
    })
    call.on('cancelled', () => {
      open = false
      forget()
    })
    call.on('error', forget)
  }

  #refusal(ends: { readonly group: string; from: MemberId; to: MemberId }): string | undefined {
    const { group, self } = this.#options
    if (this.#closed) return 'this member is stopping'
    if (ends.group !== group) return `it is for the group ${ends.group}, this is ${group}`
    if (ends.to !== self) return `it is for member ${ends.to}, this is ${self}: compare the lists`
    if (ends.from === self) return `it comes from a second member ${self}: compare the lists`
    const isKnown = this.#links.peers.has(ends.from) || this.#incoming.has(ends.from)
    if (!isKnown && this.#strangers() >= strangersMax) return 'too many outsiders have one already'
    return undefined
  }

  #strangers(): number {
    return [...this.#incoming.keys()].filter((id) => !this.#links.peers.has(id)).length
  }

  #take(from: MemberId, frame: Buffer, end: IncomingStream['end']): void {
    let messages: readonly Uint8Array[]
    try {
      messages = unpackFrame(frame)
    } catch (error) {
      this.#warnOnce(`member ${from}`, `a peer's frame cannot be read: ${String(error)}`)
      end(status.INVALID_ARGUMENT, 'a frame cannot be read')
      return
    }
    if (this.#closed) return
    for (const message of messages) this.#receive?.(from, message)
  }

  #loses(): boolean {
    const { loss } = this.#options
    return loss !== undefined && loss.share > 0 && loss.random.next() < loss.share
  }

  /** A misconfigured peer tries for ever; one line says all there is to say. Bounded memory. */
  #warnOnce(source: string, text: string): void {
    const key = `${source.replace(/:\d+$/, '')} ${text}`
    if (this.#warned.has(key)) return
    if (this.#warned.size >= 256) this.#warned.clear()
    this.#warned.add(key)
    this.#options.logger.warn({ source }, text)
  }
}
