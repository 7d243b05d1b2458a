/**
 * When an entry is stable, and the delivery of entries in order.
 *
 * Rule: k is *stable* when Q members of the view have said receivedUpTo ≥ k in datagrams of the
 * view (oneself counts with what is durable here). It is *delivered* when it is stable, ≤ own
 * receivedUpTo, and all before it are delivered.
 */
import { assert } from '../../common/assert.ts'
import { reachedByQuorum } from '../../common/quorum.ts'
import type { Delivered, DeliveredCommand, ProposalId } from '../protocol.ts'
import type { RequestId } from './message.ts'
import type { Peers } from './peers.ts'
import { encodeContext } from './applied-context.ts'
import type { SenderOrder } from './sender-order.ts'
import type { OrderedPrefix, SequenceLog } from './sequence-log.ts'
import { type GlobalSequence, lower, logIndexOf, noneGlobal, step } from './view.ts'

/** The highest k that `quorum` members, oneself included, have durably. */
export function stableUpTo(
  receivedUpTo: GlobalSequence,
  peers: Peers,
  quorum: number,
): GlobalSequence {
  const told = peers.all.map((peer) => peer.metadata.receivedUpTo)
  const reached = reachedByQuorum([receivedUpTo, ...told], quorum)
  return (reached ?? noneGlobal) as GlobalSequence
}

export type DeliveryOptions = {
  readonly log: SequenceLog
  /** Next localSequences after what is applied. */
  readonly order: SenderOrder
  readonly appliedUpTo: GlobalSequence
  /** Which proposal of this process a request was. */
  readonly proposalOf: (id: RequestId) => ProposalId | undefined
}

export class Delivery {
  readonly #options: DeliveryOptions
  #order: SenderOrder
  #deliveredUpTo: GlobalSequence
  #appliedUpTo: GlobalSequence
  #appliedDurablyUpTo = noneGlobal
  /** Sizes of entries delivered and not applied yet, in order. */
  readonly #backlog: number[] = []
  #backlogBytes = 0

  constructor(options: DeliveryOptions) {
    this.#options = options
    this.#order = options.order
    this.#deliveredUpTo = options.appliedUpTo
    this.#appliedUpTo = options.appliedUpTo
    this.#appliedDurablyUpTo = options.appliedUpTo
  }

  /** What is delivered, and the next localSequences after it. */
  get prefix(): OrderedPrefix {
    return { upTo: this.#deliveredUpTo, order: this.#order }
  }

  /** Another member's state has been installed, durably. */
  resetTo(k: GlobalSequence, order: SenderOrder): void {
    this.#deliveredUpTo = k
    this.#appliedUpTo = k
    this.#appliedDurablyUpTo = k
    this.#backlog.length = 0
    this.#backlogBytes = 0
    this.#order = order
  }

  get deliveredUpTo(): GlobalSequence {
    return this.#deliveredUpTo
  }

  get appliedDurablyUpTo(): GlobalSequence {
    return this.#appliedDurablyUpTo
  }

  get backlogEntries(): number {
    return this.#backlog.length
  }

  get backlogBytes(): number {
    return this.#backlogBytes
  }

  /** Everything that may be delivered now and was not yet. */
  deliver(stable: GlobalSequence): Delivered[] {
    const end = lower(stable, this.#options.log.receivedUpTo)
    const delivered: Delivered[] = []
    while (this.#deliveredUpTo < end) {
      const k = step(this.#deliveredUpTo, 1)
      delivered.push(this.#deliverOne(k))
      this.#deliveredUpTo = k
    }
    return delivered
  }

  applied(k: GlobalSequence): void {
    assert(k <= this.#deliveredUpTo, 'only what was delivered is applied')
    for (; this.#appliedUpTo < k; this.#appliedUpTo = step(this.#appliedUpTo, 1)) {
      this.#backlogBytes -= this.#backlog.shift() ?? 0
    }
  }

  appliedDurably(k: GlobalSequence): void {
    assert(k <= this.#deliveredUpTo, 'only what was delivered is applied')
    if (k > this.#appliedDurablyUpTo) this.#appliedDurablyUpTo = k
  }

  #deliverOne(k: GlobalSequence): Delivered {
    const { log, proposalOf } = this.#options
    const { sequence, payloads } = log.entry(k)
    const commands: DeliveredCommand[] = []
    let sizeBytes = 0
    for (const { sender, incarnation, first, count } of sequence.names) {
      for (let offset = 0; offset < count; offset += 1) {
        const payload = payloads[commands.length] as Uint8Array
        const id = { sender, incarnation, localSequence: step(first, offset) }
        commands.push({ proposal: proposalOf(id), payload })
        sizeBytes += payload.length
      }
    }
    // No repetition can stand here: a message that names one twice breaks rule (c), which the log
    // has checked against the same counters when it took the message in.
    for (const run of sequence.names) this.#order.count(run)
    this.#backlog.push(sizeBytes)
    this.#backlogBytes += sizeBytes
    return { index: logIndexOf(k), commands, context: encodeContext(sequence.viewId, this.#order) }
  }
}
