/**
 * The requests that this member holds: those not numbered yet, of the incarnations that are
 * current, and those that retained entries name. It must not know who orders them.
 *
 * A request that nothing names yet may be forgotten at any time without harm: whoever names it has
 * it durably first, and serves it to whoever lacks it.
 */
import { assert } from '../../common/assert.ts'
import { Slab } from '../../common/slab.ts'
import type { MemberId } from '../../common/member.ts'
import type { RequestId, RequestPart, RequestRun } from './message.ts'
import { chunkBytes, requestKey } from './message.ts'
import type { Incarnation, LocalSequence } from './view.ts'
import { step } from './view.ts'

/** The requests of one incarnation of one sender. */
type Stream = {
  readonly held: Map<LocalSequence, Uint8Array>
  /** Below: numbered. */
  nextUnnumbered: LocalSequence
  /** The first from nextUnnumbered on that is not held. */
  firstGap: LocalSequence
  unnumberedBytes: number
}

/** A large request of which some chunks have arrived. */
type Partial = {
  readonly id: RequestId
  readonly pieces: (Uint8Array | undefined)[]
  missing: number
}

export type PoolLimits = {
  readonly requestMaxBytes: number
  readonly heldRequestsMax: number
  readonly heldRequestsMaxBytes: number
  readonly partialRequestsMaxBytes: number
}

export class RequestPool {
  readonly #limits: PoolLimits
  readonly #senders = new Map<MemberId, Map<Incarnation, Stream>>()
  readonly #partials = new Map<string, Partial>()
  #reservedBytes = 0
  readonly #slab = new Slab()

  constructor(limits: PoolLimits) {
    this.#limits = limits
  }

  payload(id: RequestId): Uint8Array | undefined {
    return this.#find(id)?.held.get(id.localSequence)
  }

  has(id: RequestId): boolean {
    return this.payload(id) !== undefined
  }

  /**
   * Whether there is room for a request that nothing names, of its sender's current incarnation.
   */
  admits({ id, chunks }: RequestPart): boolean {
    const { heldRequestsMax, heldRequestsMaxBytes } = this.#limits
    const stream = this.#streamOf(id)
    const distance = id.localSequence - stream.nextUnnumbered
    if (distance < 0 || distance >= heldRequestsMax) return false
    // The next one in order always finds room, so that a full pool never stops the order.
    const fits = stream.unnumberedBytes + chunks * chunkBytes <= heldRequestsMaxBytes
    return fits || id.localSequence === stream.firstGap
  }

  /** Adds a piece; true once the request is held for the first time. */
  add(part: RequestPart): boolean {
    if (this.has(part.id)) return false
    const payload = part.chunks === 1 ? this.#slab.copy(part.bytes) : this.#assemble(part)
    if (payload === undefined || payload.length > this.#limits.requestMaxBytes) return false
    this.hold(part.id, payload)
    return true
  }

  hold(id: RequestId, payload: Uint8Array): void {
    const stream = this.#streamOf(id)
    assert(!stream.held.has(id.localSequence), 'a request is held once')
    stream.held.set(id.localSequence, payload)
    if (id.localSequence < stream.nextUnnumbered) return
    stream.unnumberedBytes += payload.length
    closeGap(stream)
  }

  /** A sequence message names the run. Returns those of its requests that are not held. */
  number(run: RequestRun): RequestId[] {
    const stream = this.#streamOf(run)
    const missing: RequestId[] = []
    for (let offset = 0; offset < run.count; offset += 1) {
      const localSequence = step(run.first, offset)
      const payload = stream.held.get(localSequence)
      if (payload === undefined) missing.push({ ...idOf(run), localSequence })
      else if (localSequence >= stream.nextUnnumbered) stream.unnumberedBytes -= payload.length
    }
    const end = step(run.first, run.count)
    if (end > stream.nextUnnumbered) stream.nextUnnumbered = end
    if (stream.firstGap < stream.nextUnnumbered) stream.firstGap = stream.nextUnnumbered
    closeGap(stream)
    return missing
  }

  /** The log's counter for an incarnation whose requests it no longer holds (after a restart). */
  startAt(id: Omit<RequestId, 'localSequence'>, next: LocalSequence): void {
    const stream = this.#streamOf(id)
    if (next <= stream.nextUnnumbered) return
    stream.nextUnnumbered = next
    stream.firstGap = next
    closeGap(stream)
  }

  /**
   * The log ends elsewhere now: whatever it does not name is forgotten. `next` tells what comes
   * next of a stream; undefined: nothing of it was forgotten by the log.
   */
  forgetUnnumbered(
    next: (sender: MemberId, incarnation: Incarnation) => LocalSequence | undefined,
  ): void {
    for (const [sender, streams] of this.#senders) {
      for (const [incarnation, stream] of streams) {
        const first = next(sender, incarnation) ?? stream.nextUnnumbered
        for (const localSequence of [...stream.held.keys()]) {
          if (localSequence >= first) stream.held.delete(localSequence)
        }
        stream.nextUnnumbered = first
        stream.firstGap = first
        stream.unnumberedBytes = 0
        if (stream.held.size === 0) streams.delete(incarnation)
      }
    }
    for (const key of [...this.#partials.keys()]) this.#dropPartial(key)
  }

  /** Another state has been installed: nothing that was held is of use. */
  clear(): void {
    this.#senders.clear()
    for (const key of [...this.#partials.keys()]) this.#dropPartial(key)
  }

  /** Unnumbered requests of the incarnation, from the next in order up to the first gap. */
  eligible(sender: MemberId, incarnation: Incarnation): { first: LocalSequence; count: number } {
    const stream = this.#senders.get(sender)?.get(incarnation)
    if (stream === undefined) return { first: 0 as LocalSequence, count: 0 }
    return { first: stream.nextUnnumbered, count: stream.firstGap - stream.nextUnnumbered }
  }

  /** Every unnumbered localSequence held, gaps or not, ascending: what `skipSenderOrder` names. */
  unnumbered(sender: MemberId, incarnation: Incarnation): LocalSequence[] {
    const stream = this.#senders.get(sender)?.get(incarnation)
    if (stream === undefined) return []
    const held = [...stream.held.keys()].filter((one) => one >= stream.nextUnnumbered)
    return held.sort((a, b) => a - b)
  }

  /** Unnumbered requests not held although their sender says that it sent them; at most `max`. */
  gaps(id: Omit<RequestId, 'localSequence'>, highestSent: LocalSequence, max: number): RequestId[] {
    if (highestSent < 0) return []
    const stream = this.#streamOf(id)
    const end = Math.min(highestSent, stream.nextUnnumbered + this.#limits.heldRequestsMax - 1)
    const gaps: RequestId[] = []
    for (let at = stream.firstGap; at <= end && gaps.length < max; at = step(at, 1)) {
      if (!stream.held.has(at)) gaps.push({ ...idOf(id), localSequence: at })
    }
    return gaps
  }

  /** The entry that names the run has been trimmed: nobody asks for it any more. */
  release(run: RequestRun, isCurrent: boolean): void {
    const streams = this.#senders.get(run.sender)
    const stream = streams?.get(run.incarnation)
    if (stream === undefined) return
    for (let offset = 0; offset < run.count; offset += 1) {
      stream.held.delete(step(run.first, offset))
    }
    // The stream of a current incarnation stays: it knows where its unnumbered requests begin.
    if (!isCurrent && stream.held.size === 0) streams?.delete(run.incarnation)
  }

  #find(id: Omit<RequestId, 'localSequence'>): Stream | undefined {
    return this.#senders.get(id.sender)?.get(id.incarnation)
  }

  #streamOf(id: Omit<RequestId, 'localSequence'>): Stream {
    const existing = this.#find(id)
    if (existing !== undefined) return existing
    const start = 0 as LocalSequence
    const stream = {
      held: new Map<LocalSequence, Uint8Array>(),
      nextUnnumbered: start,
      firstGap: start,
      unnumberedBytes: 0,
    }
    const streams = this.#senders.get(id.sender) ?? new Map<Incarnation, Stream>()
    this.#senders.set(id.sender, streams)
    streams.set(id.incarnation, stream)
    return stream
  }

  /**
   * The whole payload once its last missing chunk is here. Bounded: what has no room is dropped.
   */
  #assemble({ id, chunk, chunks, bytes }: RequestPart): Uint8Array | undefined {
    const { requestMaxBytes, partialRequestsMaxBytes } = this.#limits
    if ((chunks - 1) * chunkBytes >= requestMaxBytes) return undefined
    const key = requestKey(id)
    let partial = this.#partials.get(key)
    if (partial === undefined) {
      const neededBytes = chunks * chunkBytes
      if (this.#reservedBytes + neededBytes > partialRequestsMaxBytes) return undefined
      this.#reservedBytes += neededBytes
      const pieces = new Array<Uint8Array | undefined>(chunks).fill(undefined)
      partial = { id, pieces, missing: chunks }
      this.#partials.set(key, partial)
    }
    if (partial.pieces.length !== chunks || partial.pieces[chunk] !== undefined) return undefined
    partial.pieces[chunk] = bytes.slice()
    partial.missing -= 1
    if (partial.missing > 0) return undefined
    this.#dropPartial(key)
    return joined(partial.pieces as Uint8Array[])
  }

  #dropPartial(key: string): void {
    const partial = this.#partials.get(key)
    if (partial === undefined) return
    this.#partials.delete(key)
    this.#reservedBytes -= partial.pieces.length * chunkBytes
  }
}

function idOf({ sender, incarnation }: Omit<RequestId, 'localSequence'>) {
  return { sender, incarnation }
}

function closeGap(stream: Stream): void {
  while (stream.held.has(stream.firstGap)) stream.firstGap = step(stream.firstGap, 1)
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
