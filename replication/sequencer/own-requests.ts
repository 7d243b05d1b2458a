/**
 * The requests of this incarnation: their numbers, whose proposals they are, what of them has been
 * sent, and how many may be under way. A request is never withdrawn: it leaves here by its
 * delivery.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { ProposalId } from '../protocol.ts'
import type { RequestId } from './message.ts'
import { type Incarnation, type LocalSequence, noneLocal, step } from './view.ts'

type Limits = { readonly ownRequestsMax: number; readonly ownRequestsMaxBytes: number }

export class OwnRequests {
  readonly #self: MemberId
  readonly #incarnation: Incarnation
  readonly #limits: Limits
  readonly #underWay = new Map<LocalSequence, { proposal: ProposalId; sizeBytes: number }>()
  #underWayBytes = 0
  #highest = noneLocal
  /** Handed out to be sent, perhaps after a durable write. */
  #handedOut = noneLocal
  /** Sent for certain: what the metadata tells. */
  #sent = noneLocal

  constructor(self: MemberId, incarnation: Incarnation, limits: Limits) {
    this.#self = self
    this.#incarnation = incarnation
    this.#limits = limits
  }

  get sent(): LocalSequence {
    return this.#sent
  }

  get highest(): LocalSequence {
    return this.#highest
  }

  /** Proposed and not delivered here. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** Flow control: the distance between what is sent and what is delivered is bounded. */
  hasRoomFor(sizeBytes: number): boolean {
    return (
      this.#underWay.size < this.#limits.ownRequestsMax &&
      this.#underWayBytes + sizeBytes <= this.#limits.ownRequestsMaxBytes
    )
  }

  add(proposal: ProposalId, sizeBytes: number): RequestId {
    this.#highest = step(this.#highest, 1)
    this.#underWay.set(this.#highest, { proposal, sizeBytes })
    this.#underWayBytes += sizeBytes
    return this.#id(this.#highest)
  }

  /** What has not been handed out before, in order, as long as `isWanted`. */
  takeUnsent(isWanted: (id: RequestId) => boolean): RequestId[] {
    const ids: RequestId[] = []
    while (this.#handedOut < this.#highest) {
      const id = this.#id(step(this.#handedOut, 1))
      if (!isWanted(id)) break
      this.#handedOut = id.localSequence
      ids.push(id)
    }
    return ids
  }

  markSent(id: RequestId): void {
    if (id.localSequence > this.#sent) this.#sent = id.localSequence
  }

  /** The proposal that a delivered request was, if it is one of this incarnation. */
  delivered(id: RequestId): ProposalId | undefined {
    if (id.sender !== this.#self || id.incarnation !== this.#incarnation) return undefined
    const own = this.#underWay.get(id.localSequence)
    assert(own !== undefined, 'a request of this incarnation is delivered once, after it was sent')
    this.#underWay.delete(id.localSequence)
    this.#underWayBytes -= own.sizeBytes
    return own.proposal
  }

  #id(localSequence: LocalSequence): RequestId {
    return { sender: this.#self, incarnation: this.#incarnation, localSequence }
  }
}
