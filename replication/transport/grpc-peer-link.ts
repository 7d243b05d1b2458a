/**
 * The way to one peer: one long-lived stream, and a bounded queue for what waits while it writes.
 * What queued meanwhile leaves as one frame; no timer forms batches. When the stream breaks, what
 * waited is stale and thrown away, and a new one is opened after a short wait. It must not know
 * messages.
 */
import { Client, type ClientWritableStream, connectivityState, type Metadata } from '@grpc/grpc-js'
import { formatHostPort, type HostPort, type Member } from '../../common/host-port.ts'
import type { TlsFiles } from '../../platform/config.ts'
import { clientCredentials, clientOptions, MESSAGE_MAX_BYTES } from '../../platform/rpc/channel.ts'
import { framedBytes, packFrame } from './grpc-frame.ts'

export type PeerLinkOptions = {
  readonly peer: Member
  /** Where it may be instead: tried in turn. Nobody else can answer in its name. */
  readonly elsewhere?: HostPort | undefined
  readonly path: string
  /** Fresh for each stream: it carries the time. */
  readonly metadata: () => Metadata
  readonly tls: TlsFiles | undefined
  readonly queueMessagesMax: number
  readonly queueMaxBytes: number
  /** Called when a stream breaks; `carried`: something had been written on it. */
  readonly onBroken: (error: Error, carried: boolean) => void
}

const backoffMinMs = 50
const backoffMaxMs = 500
/** One frame: small, so that what comes after a burst of appends does not wait for all of it. */
const frameMaxBytes = 512 * 1024

/**
 * A connection that is not there by then is tried anew from the start: behind a partition the
 * system's own repetitions become rarer and rarer, and would go on so after it is healed.
 */
const connectMaxMs = 2_000

/** A peer that is gone without a word is noticed within 4 s, and looked for anew. */
const keepalive = { 'grpc.keepalive_time_ms': 2_000, 'grpc.keepalive_timeout_ms': 2_000 }

export class PeerLink {
  readonly #options: PeerLinkOptions
  #addresses: readonly HostPort[]
  #tried = 0
  #client: Client
  #stream: ClientWritableStream<Buffer> | undefined
  #queue: Uint8Array[] = []
  #queueBytes = 0
  /** A frame is on its way to the socket. */
  #writing = false
  #flushDue = false
  #carried = false
  #backoffMs = backoffMinMs
  #reopening: NodeJS.Timeout | undefined
  #connecting: NodeJS.Timeout | undefined
  #closed = false
  /** Messages that found the queue full. */
  dropped = 0

  constructor(options: PeerLinkOptions) {
    this.#options = options
    const { peer, elsewhere } = options
    this.#addresses = elsewhere === undefined ? [peer] : [peer, elsewhere]
    this.#client = this.#newClient()
    this.#open()
  }

  /** It has said so itself: the latest such address is tried in turn with the others. */
  alsoAt(address: HostPort): void {
    const { peer, elsewhere } = this.#options
    const known = elsewhere === undefined ? [peer] : [peer, elsewhere]
    const same = known.some(({ host, port }) => host === address.host && port === address.port)
    this.#addresses = same ? known : [...known, address]
  }

  leadsTo({ host, port }: Member): boolean {
    const { peer } = this.#options
    return peer.host === host && peer.port === port
  }

  /** Never blocks, never throws; drops the message when too much waits. */
  send(message: Uint8Array): void {
    const sizeBytes = framedBytes(message)
    const { queueMessagesMax, queueMaxBytes } = this.#options
    const full =
      this.#queue.length >= queueMessagesMax || this.#queueBytes + sizeBytes > queueMaxBytes
    if (this.#closed || full || sizeBytes > MESSAGE_MAX_BYTES) {
      this.dropped += 1
      return
    }
    this.#queue.push(message)
    this.#queueBytes += sizeBytes
    this.#flushSoon()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#reopening)
    clearTimeout(this.#connecting)
    this.#stream?.cancel()
    this.#client.close()
  }

  /** After this turn: what is sent in one turn leaves together. */
  #flushSoon(): void {
    if (this.#flushDue || this.#writing || this.#stream === undefined) return
    this.#flushDue = true
    queueMicrotask(() => {
      this.#flushDue = false
      this.#flush()
    })
  }

  #flush(): void {
    const stream = this.#stream
    if (this.#writing || stream === undefined || this.#queue.length === 0) return
    this.#writing = true
    stream.write(packFrame(this.#takeBatch()), (error?: Error | null) => {
      if (stream !== this.#stream) return
      this.#writing = false
      if (error) return // The stream's own callback says what has become of it.
      this.#carried = true
      this.#backoffMs = backoffMinMs
      this.#flush()
    })
  }

  #takeBatch(): readonly Uint8Array[] {
    let count = 0
    let sizeBytes = 0
    for (const message of this.#queue) {
      sizeBytes += framedBytes(message)
      if (count > 0 && sizeBytes > frameMaxBytes) break
      count += 1
    }
    const batch = this.#queue.splice(0, count)
    for (const message of batch) this.#queueBytes -= framedBytes(message)
    return batch
  }

  #open(): void {
    const { path, metadata } = this.#options
    this.#carried = false
    this.#writing = false
    const stream = this.#client.makeClientStreamRequest(
      path,
      (frame: Buffer) => frame,
      (reply: Buffer) => reply,
      metadata(),
      (error) => {
        if (stream === this.#stream) this.#broken(error ?? new Error('the peer ended the stream'))
      },
    )
    // Every error arrives at the callback above, too; unheard, this one would end the process.
    stream.on('error', () => undefined)
    this.#stream = stream
    this.#connecting = setTimeout(() => this.#requireConnected(stream), connectMaxMs)
    this.#flushSoon()
  }

  #requireConnected(stream: ClientWritableStream<Buffer>): void {
    const state = this.#client.getChannel().getConnectivityState(false)
    if (stream !== this.#stream || state === connectivityState.READY) return
    this.#connectAnew()
    stream.cancel()
  }

  #connectAnew(): void {
    this.#client.close()
    this.#client = this.#newClient()
  }

  #newClient(): Client {
    const { peer, tls } = this.#options
    const options = { ...clientOptions, ...keepalive }
    const address = this.#addresses[this.#tried % this.#addresses.length] ?? peer
    return new Client(formatHostPort(address), clientCredentials(tls), options)
  }

  #broken(error: Error): void {
    const carried = this.#carried
    clearTimeout(this.#connecting)
    this.#stream = undefined
    this.#writing = false
    this.#queue = []
    this.#queueBytes = 0
    if (this.#closed) return
    this.#options.onBroken(error, carried)
    this.#tried += 1
    if (this.#addresses.length > 1) this.#connectAnew()
    this.#reopening = setTimeout(() => this.#open(), this.#backoffMs)
    this.#backoffMs = Math.min(this.#backoffMs * 2, backoffMaxMs)
  }
}
