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

type Own = { readonly proposal: ProposalId; readonly payload: Uint8Array }

export class OwnRequests {
  readonly #self: MemberId
  readonly #incarnation: Incarnation
  readonly #limits: Limits
  readonly #underWay = new Map<LocalSequence, Own>()
  #underWayBytes = 0
  #highest = noneLocal
  /** Handed out to be sent, perhaps after a durable write. */
  #handedOut = noneLocal
  /** Sent in this view: what the metadata tells. */
  #sent = noneLocal
  /** Sent in any view: somebody may hold it. */
  #everSent = noneLocal
  /** Whoever proposed these was told that nothing can be said of them. */
  #disownedUpTo = noneLocal

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

  add(proposal: ProposalId, payload: Uint8Array): RequestId {
    this.#highest = step(this.#highest, 1)
    this.#underWay.set(this.#highest, { proposal, payload })
    this.#underWayBytes += payload.length
    return this.#id(this.#highest)
  }

  /** Those under way from this one on, in order. */
  from(first: LocalSequence): (Own & { readonly id: RequestId })[] {
    const requests = []
    for (let at = first; at <= this.#highest; at = step(at, 1)) {
      const own = this.#underWay.get(at)
      assert(own !== undefined, 'what is not delivered is under way')
      requests.push({ id: this.#id(at), ...own })
    }
    return requests
  }

  /** In a new view all that the log does not name is sent again. */
  sendAgainFrom(next: LocalSequence): void {
    this.#handedOut = step(next, -1)
    this.#sent = this.#handedOut
  }

  /** What was never sent, and never will be: its numbers are given to others. */
  withdrawUnsent(): ProposalId[] {
    const withdrawn: ProposalId[] = []
    for (; this.#highest > this.#everSent; this.#highest = step(this.#highest, -1)) {
      withdrawn.push(this.#remove(this.#highest).proposal)
    }
    return withdrawn.reverse()
  }

  /** What was sent goes on; nobody waits for it any more. Each is handed out once. */
  disown(): ProposalId[] {
    const proposals: ProposalId[] = []
    for (const [at, { proposal }] of this.#underWay) {
      if (at > this.#disownedUpTo) proposals.push(proposal)
    }
    this.#disownedUpTo = this.#highest
    return proposals
  }

  /** A state was installed whose order ends before `next`: of what it passed over nothing is known. */
  passOver(next: LocalSequence): ProposalId[] {
    const passed = [...this.#underWay.keys()].filter((at) => at < next)
    return passed.map((at) => this.#remove(at).proposal)
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
    if (id.localSequence > this.#everSent) this.#everSent = id.localSequence
  }

  /** The proposal that a delivered request was, if it is one of this incarnation. */
  delivered(id: RequestId): ProposalId | undefined {
    if (id.sender !== this.#self || id.incarnation !== this.#incarnation) return undefined
    return this.#remove(id.localSequence).proposal
  }

  #remove(localSequence: LocalSequence): Own {
    const own = this.#underWay.get(localSequence)
    assert(own !== undefined, 'a request of this incarnation is delivered once, after it was sent')
    this.#underWay.delete(localSequence)
    this.#underWayBytes -= own.payload.length
    return own
  }

  #id(localSequence: LocalSequence): RequestId {
    return { sender: this.#self, incarnation: this.#incarnation, localSequence }
  }
}
