/**
 * How far this member has come, and what of that it may tell: the headers of its messages.
 * What a header says must be true after any crash: see the rules at the top of core.ts.
 */
import type { SequencerOptions } from './config.ts'
import type { Delivery } from './delivery.ts'
import { stableUpTo } from './delivery.ts'
import type { Header } from './message.ts'
import type { OwnRequests } from './own-requests.ts'
import type { Peers } from './peers.ts'
import type { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, LocalSequence, View } from './view.ts'
import { higher, noneGlobal } from './view.ts'

type StandingOptions = Pick<SequencerOptions, 'self' | 'cluster' | 'plantedBug'> & {
  readonly view: View
  readonly incarnation: Incarnation
  readonly log: SequenceLog
  readonly own: OwnRequests
  readonly delivery: Delivery
  readonly peers: Peers
}

export class Standing {
  readonly #options: StandingOptions
  readonly #quorum: number
  /** What this member issues counts once it is durable: before, it does not exist for others. */
  #highestSeen: GlobalSequence
  #stableUpTo = noneGlobal

  constructor(options: StandingOptions) {
    this.#options = options
    const { view, plantedBug, log } = options
    this.#quorum = Math.max(1, view.quorum - (plantedBug === 'deliverBelowQuorum' ? 1 : 0))
    this.#highestSeen = log.receivedUpTo
    this.moved()
  }

  get highestSeen(): GlobalSequence {
    return this.#highestSeen
  }

  /** Q members have durably what is ≤ it, as far as this member was told. */
  get stableUpTo(): GlobalSequence {
    return this.#stableUpTo
  }

  /** A sequence message of another member has come. */
  saw(k: GlobalSequence): void {
    this.#highestSeen = higher(this.#highestSeen, k)
  }

  /** Own receivedUpTo, or what others told, may have changed. */
  moved(): void {
    const { log, peers } = this.#options
    this.saw(log.receivedUpTo)
    const stable = stableUpTo(log.receivedUpTo, peers, this.#quorum)
    this.#stableUpTo = higher(this.#stableUpTo, stable)
  }

  /** For a message that leaves at once: promises what is durable now. */
  header(): Header {
    const { log, own } = this.#options
    return this.#header(log.receivedUpTo, own.sent)
  }

  /**
   * For one that leaves when the write in flight is durable, and with it own requests up to
   * `sent`.
   */
  headerAfterPersist(sent: LocalSequence): Header {
    return this.#header(this.#options.log.persistingUpTo, sent)
  }

  #header(durableUpTo: GlobalSequence, ownHighest: LocalSequence): Header {
    const { cluster, view, self, incarnation, delivery, plantedBug, log } = this.#options
    const isBug = plantedBug === 'acknowledgeBeforeDurable'
    const receivedUpTo = isBug ? log.completeUpTo : durableUpTo
    const highestSeen = higher(this.#highestSeen, receivedUpTo)
    const { deliveredUpTo } = delivery
    const metadata = { receivedUpTo, deliveredUpTo, highestSeen, ownHighest }
    return { cluster, viewId: view.id, sender: self, incarnation, metadata }
  }
}
