/**
 * How far this member has come in one view, and what of that it may tell: the headers of its
 * messages. What a header says must be true after any crash.
 */
import type { MemberId } from '../../common/member.ts'
import type { PlantedBug } from './config.ts'
import type { Delivery } from './delivery.ts'
import { stableUpTo } from './delivery.ts'
import type { Header, Metadata, Reach } from './message.ts'
import type { OwnRequests } from './own-requests.ts'
import type { Peers } from './peers.ts'
import type { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, View } from './view.ts'
import { higher, step } from './view.ts'

export type StandingOptions = {
  readonly self: MemberId
  readonly cluster: number
  readonly incarnation: Incarnation
  readonly plantedBug: PlantedBug | undefined
  readonly view: View
  /** Members that make something stable: a majority of the *configured* ones. */
  readonly quorum: number
  readonly log: SequenceLog
  readonly own: OwnRequests
  readonly delivery: Delivery
  readonly peers: Peers
  readonly reach: () => Reach
}

export class Standing {
  readonly #options: StandingOptions
  readonly #quorum: number
  #highestSeen: GlobalSequence
  #stableUpTo: GlobalSequence

  constructor(options: StandingOptions) {
    this.#options = options
    const { plantedBug, log, quorum, view } = options
    this.#quorum = Math.max(1, quorum - (plantedBug === 'deliverBelowQuorum' ? 1 : 0))
    this.#highestSeen = log.receivedUpTo
    // All members of the view have confirmed its recovered log.
    this.#stableUpTo = step(view.firstGlobal, -1)
    this.moved()
  }

  get highestSeen(): GlobalSequence {
    return this.#highestSeen
  }

  /** Q members have durably what is ≤ it, as far as this member was told in this view. */
  get stableUpTo(): GlobalSequence {
    return this.#stableUpTo
  }

  /** A sequence message has been issued, or has come from another member. */
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

  header(): Header {
    const { cluster, view, self, incarnation } = this.#options
    return { cluster, viewId: view.id, sender: self, incarnation, metadata: this.metadata() }
  }

  metadata(): Metadata {
    const { delivery, log, own, plantedBug, reach } = this.#options
    const isBug = plantedBug === 'acknowledgeBeforeDurable'
    const receivedUpTo = isBug ? log.completeUpTo : log.receivedUpTo
    return {
      receivedUpTo,
      deliveredUpTo: delivery.deliveredUpTo,
      highestSeen: higher(this.#highestSeen, receivedUpTo),
      ownHighest: own.sent,
      ...reach(),
    }
  }
}
