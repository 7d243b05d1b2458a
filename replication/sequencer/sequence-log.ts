/**
 * The sequence messages that this member holds, and how far they and the requests they name reach
 * without a gap. It must not know whose turn it is, nor what other members have.
 *
 *     firstRetained ≤ … ≤ receivedUpTo ≤ persistingUpTo ≤ completeUpTo ≤ orderedUpTo
 *
 * - orderedUpTo: every sequence message ≤ it is held (perhaps not every request).
 * - completeUpTo: every entry ≤ it is held: message and all requests it names.
 * - persistingUpTo: ≤ it, entries are durable or in the write that is in flight.
 * - receivedUpTo: ≤ it, entries are durable here. The only one that is ever promised to others.
 */
import { assert } from '../../common/assert.ts'
import { EntrySizes, sizeOf } from './entry-sizes.ts'
import type { LogEntry } from './log-entry.ts'
import { countOf } from './log-entry.ts'
import type { RequestId, RequestRun, SequenceMessage } from './message.ts'
import { idsOf, maxViewRuns, sameSequence } from './message.ts'
import { type MissingRequest, MissingRequests } from './missing-requests.ts'
import type { RequestPool } from './request-pool.ts'
import type { LogExtent, ViewRun } from './recovered-log.ts'
import type { SenderOrder } from './sender-order.ts'
import { type GlobalSequence, higher, lower, sameViewId, step, type ViewId } from './view.ts'

export type SequenceLogOptions = {
  readonly pool: RequestPool
  /** Next localSequences after `lastTrimmed`; the log goes on counting in it. */
  readonly order: SenderOrder
  readonly lastTrimmed: GlobalSequence
  /** The view that issued lastTrimmed, where that is known. */
  readonly trimmedView: ViewId | undefined
  readonly sequenceWindow: number
  /** Off only where a planted bug breaks the rule. */
  readonly checkSenderOrder: boolean
}

/** Where delivery has come to; what is beyond is counted anew when the log is cut. */
export type OrderedPrefix = { readonly upTo: GlobalSequence; readonly order: SenderOrder }

export class SequenceLog {
  readonly #pool: RequestPool
  readonly #options: SequenceLogOptions
  #order: SenderOrder
  /** Which view issued what, from the entry before firstRetained on where that is known. */
  #runs: ViewRun[]
  /** From firstRetained on without a gap up to orderedUpTo, then with gaps. */
  readonly #held = new Map<GlobalSequence, SequenceMessage>()
  /** Requests that messages ≤ orderedUpTo name and that are not held. */
  readonly #missing = new MissingRequests()
  readonly #sizes = new EntrySizes()
  #firstRetained: GlobalSequence
  #orderedUpTo: GlobalSequence
  #completeUpTo: GlobalSequence
  #persistingUpTo: GlobalSequence
  #receivedUpTo: GlobalSequence

  constructor(options: SequenceLogOptions) {
    this.#options = options
    this.#pool = options.pool
    this.#order = options.order
    this.#runs = runsOf(options.trimmedView, options.lastTrimmed)
    this.#firstRetained = step(options.lastTrimmed, 1)
    this.#orderedUpTo = options.lastTrimmed
    this.#completeUpTo = options.lastTrimmed
    this.#persistingUpTo = options.lastTrimmed
    this.#receivedUpTo = options.lastTrimmed
  }

  /** Next localSequences after orderedUpTo. */
  get order(): SenderOrder {
    return this.#order
  }

  get orderedUpTo(): GlobalSequence {
    return this.#orderedUpTo
  }

  get completeUpTo(): GlobalSequence {
    return this.#completeUpTo
  }

  get receivedUpTo(): GlobalSequence {
    return this.#receivedUpTo
  }

  get firstRetained(): GlobalSequence {
    return this.#firstRetained
  }

  get isPersisting(): boolean {
    return this.#persistingUpTo > this.#receivedUpTo
  }

  /** Sequence messages held, gaps or not. */
  get size(): number {
    return this.#held.size
  }

  get(k: GlobalSequence): SequenceMessage | undefined {
    return this.#held.get(k)
  }

  /** An entry that is complete. */
  entry(k: GlobalSequence): LogEntry {
    const sequence = this.#held.get(k)
    assert(sequence !== undefined && k <= this.#completeUpTo, 'the entry is retained and complete')
    return { sequence, payloads: this.#payloadsOf(sequence) }
  }

  /**
   * Takes in a sequence message. True when it was not held; one too far ahead is dropped, it will
   * be asked for.
   */
  offer(sequence: SequenceMessage): boolean {
    const k = sequence.globalSequence
    if (k < this.#firstRetained) return false
    const held = this.#held.get(k)
    if (held !== undefined) {
      if (!sameViewId(held.viewId, sequence.viewId)) return false
      assert(sameSequence(held, sequence), `at most one sequence message ${k} exists in a view`)
      return false
    }
    assert(k > this.#orderedUpTo, 'what is ordered and retained is held')
    if (k > this.#orderedUpTo + this.#options.sequenceWindow) return false
    this.#held.set(k, sequence)
    this.#moveOrdered()
    return true
  }

  /** A request has come to be held: entries that waited for it may be complete. */
  requestHeld(id: RequestId): void {
    if (this.#missing.remove(id)) this.#moveComplete()
  }

  /** Named by a message ≤ orderedUpTo, and not held. */
  isMissing(id: RequestId): boolean {
    return this.#missing.has(id)
  }

  missingRequests(max: number): MissingRequest[] {
    return this.#missing.first(max)
  }

  /** Numbers ≤ `highest` of which no message is held, lowest first. */
  missingSequences(highest: GlobalSequence, max: number): GlobalSequence[] {
    const end = Math.min(highest, this.#orderedUpTo + this.#options.sequenceWindow)
    const missing: GlobalSequence[] = []
    for (let k = step(this.#orderedUpTo, 1); k <= end && missing.length < max; k = step(k, 1)) {
      if (!this.#held.has(k)) missing.push(k)
    }
    return missing
  }

  /** Complete entries that no write has taken yet, in order; they are in flight from now on. */
  takeUnpersisted(maxBytes: number): LogEntry[] {
    assert(!this.isPersisting, 'one write is in flight at most')
    const entries: LogEntry[] = []
    let sizeBytes = 0
    while (this.#persistingUpTo < this.#completeUpTo) {
      const entry = this.entry(step(this.#persistingUpTo, 1))
      const entryBytes = sizeOf(entry)
      sizeBytes += entryBytes
      if (entries.length > 0 && sizeBytes > maxBytes) break
      entries.push(entry)
      this.#sizes.note(entry.sequence.globalSequence, entryBytes)
      this.#persistingUpTo = step(this.#persistingUpTo, 1)
    }
    return entries
  }

  /** What the next promise will say once the write in flight is durable. */
  get persistingUpTo(): GlobalSequence {
    return this.#persistingUpTo
  }

  persisted(): void {
    this.#receivedUpTo = this.#persistingUpTo
  }

  /**
   * At start, once: the retained log, durable already. `order` counts what is applied, so only
   * entries after `appliedUpTo` are counted on top.
   */
  restore(entries: readonly LogEntry[], appliedUpTo: GlobalSequence): void {
    for (const entry of entries) {
      const { sequence, payloads } = entry
      const k = sequence.globalSequence
      assert(k === step(this.#orderedUpTo, 1), 'the stored log has no gap')
      this.#sizes.note(k, sizeOf(entry))
      let place = 0
      for (const id of idsOf(sequence.names)) {
        this.#pool.hold(id, payloads[place] as Uint8Array)
        place += 1
      }
      this.#held.set(k, sequence)
      for (const run of sequence.names) {
        this.#pool.number(run)
        if (k > appliedUpTo) this.#count(k, run)
      }
      this.#orderedUpTo = k
      this.#noteRun(k, sequence.viewId)
    }
    this.#completeUpTo = this.#orderedUpTo
    this.#persistingUpTo = this.#orderedUpTo
    this.#receivedUpTo = this.#orderedUpTo
  }

  /** The highest k such that what is retained behind it, durably, is larger than `maxBytes`. */
  beyondBytes(maxBytes: number): GlobalSequence {
    let excess = this.#sizes.totalBytes - maxBytes
    let k = step(this.#firstRetained, -1)
    for (; excess > 0 && k < this.#receivedUpTo; k = step(k, 1)) {
      excess -= this.#sizes.of(step(k, 1))
    }
    return k
  }

  /** Forgets messages ≤ k; returns the runs whose requests nothing names any more. */
  trim(k: GlobalSequence): RequestRun[] {
    assert(k <= this.#receivedUpTo, 'only what is durable is trimmed')
    const released: RequestRun[] = []
    for (; this.#firstRetained <= k; this.#firstRetained = step(this.#firstRetained, 1)) {
      released.push(...(this.#held.get(this.#firstRetained)?.names ?? []))
      this.#held.delete(this.#firstRetained)
      this.#sizes.forget(this.#firstRetained)
    }
    this.#trimRuns()
    return released
  }

  /**
   * Drops everything above k, what is not durable and what is missing included. The pool forgets
   * what nothing names any more.
   */
  cutTo(k: GlobalSequence, delivered: OrderedPrefix): void {
    assert(k >= delivered.upTo, 'what was delivered is never dropped')
    assert(k <= this.#completeUpTo, 'a log is cut where it is complete')
    assert(k >= this.#persistingUpTo || !this.isPersisting, 'a write in flight is not overtaken')
    for (const held of [...this.#held.keys()]) if (held > k) this.#held.delete(held)
    this.#sizes.cutTo(k)
    this.#missing.clear()
    this.#orderedUpTo = k
    this.#completeUpTo = k
    this.#runs = this.#runs.filter(({ first }) => first <= k)
    this.#persistingUpTo = lower(this.#persistingUpTo, k)
    this.#receivedUpTo = lower(this.#receivedUpTo, k)
    this.#order = delivered.order.clone()
    for (let at = step(delivered.upTo, 1); at <= this.#orderedUpTo; at = step(at, 1)) {
      for (const run of this.#held.get(at)?.names ?? []) this.#count(at, run)
    }
    this.#pool.forgetUnnumbered((sender, incarnation) => this.#order.next(sender, incarnation))
    for (const counter of this.#order.counters()) this.#pool.startAt(counter, counter.next)
  }

  /** Another member's state has been installed, of which k is the last: the log is empty. */
  resetTo(k: GlobalSequence, viewId: ViewId | undefined, order: SenderOrder): void {
    assert(!this.isPersisting, 'nothing else is written during an install')
    this.#held.clear()
    this.#sizes.clear()
    this.#missing.clear()
    this.#runs = runsOf(viewId, k)
    this.#firstRetained = step(k, 1)
    this.#orderedUpTo = k
    this.#completeUpTo = k
    this.#persistingUpTo = k
    this.#receivedUpTo = k
    this.#order = order
    this.#pool.clear()
    for (const counter of order.counters()) this.#pool.startAt(counter, counter.next)
  }

  /** What is durable here up to `end`, and who issued it. */
  extent(end: GlobalSequence = this.#receivedUpTo): LogExtent {
    const runs = this.#runs.filter(({ first }) => first <= end).slice(-maxViewRuns)
    return { firstRetained: this.#firstRetained, receivedUpTo: end, runs }
  }

  #noteRun(first: GlobalSequence, viewId: ViewId): void {
    const last = this.#runs.at(-1)
    if (last === undefined || !sameViewId(last.viewId, viewId)) this.#runs.push({ viewId, first })
  }

  #trimRuns(): void {
    const from = step(this.#firstRetained, -1)
    const kept = this.#runs.filter((_, at) => (this.#runs[at + 1]?.first ?? from + 1) > from)
    this.#runs = kept.map(({ viewId, first }) => ({ viewId, first: higher(first, from) }))
  }

  #moveOrdered(): void {
    for (;;) {
      const k = step(this.#orderedUpTo, 1)
      const sequence = this.#held.get(k)
      if (sequence === undefined) break
      for (const run of sequence.names) {
        this.#count(k, run)
        for (const id of this.#pool.number(run)) this.#missing.add(id, k)
      }
      this.#orderedUpTo = k
      this.#noteRun(k, sequence.viewId)
    }
    this.#moveComplete()
  }

  #moveComplete(): void {
    while (this.#completeUpTo < this.#orderedUpTo) {
      const k = step(this.#completeUpTo, 1)
      if (!this.#missing.isWhole(k)) break
      this.#completeUpTo = k
    }
  }

  #count(k: GlobalSequence, run: RequestRun): void {
    const isInOrder = this.#order.allows(run)
    assert(isInOrder || !this.#options.checkSenderOrder, `${k} names requests in sender order`)
    this.#order.count(run)
  }

  #payloadsOf(sequence: SequenceMessage): Uint8Array[] {
    const payloads: Uint8Array[] = []
    for (const { sender, incarnation, first, count } of sequence.names) {
      for (let offset = 0; offset < count; offset += 1) {
        const localSequence = step(first, offset)
        const payload = this.#pool.payload({ sender, incarnation, localSequence })
        assert(payload !== undefined, 'a complete entry holds every request that it names')
        payloads.push(payload)
      }
    }
    assert(payloads.length === countOf(sequence), 'one payload for each name')
    return payloads
  }
}

function runsOf(viewId: ViewId | undefined, first: GlobalSequence): ViewRun[] {
  return viewId === undefined ? [] : [{ viewId, first }]
}
