/**
 * Barriers: how far must be applied here so that a read sees all that was acknowledged before it
 * began.
 *
 * Rule: ask, under a fresh round number, how far the others have come in this view (those heard
 * last, as many as are needed; all of them when answers stay away); with Q answers
 * (oneself included) wait until the highest of them is applied here, then read. Barriers asked
 * meanwhile share the next round.
 *
 * A member answers its *receivedUpTo*. Why that and Q of them suffice: acknowledged implies
 * delivered at the member that was called, which implies stable: either Q members had said
 * receivedUpTo ≥ k in this view, and any Q that answer *after* the barrier began share one with
 * those; or k belongs to the view's recovered log, which every operational member of it has. Whoever
 * has promised a higher view answers nothing, so what is acknowledged in a higher one leaves fewer
 * than Q to answer in this one. An answer echoes round and incarnation of the asker: one to an
 * earlier round may be too low. A change of view restarts the round.
 */
import type { MemberId } from '../../common/member.ts'
import type { BarrierId } from '../protocol.ts'
import type { BarrierAnswerPart } from './message.ts'
import { type GlobalSequence, higher, type Incarnation } from './view.ts'

type Round = {
  readonly number: number
  readonly waiting: Set<BarrierId>
  readonly answered: Set<MemberId>
  highest: GlobalSequence
  askAgainTick: number
  attempts: number
}

export type BarriersOptions = {
  readonly incarnation: () => Incarnation
  /** Answers of other members that end a round. */
  readonly answersNeeded: number
  readonly askAgainMinTicks: number
  readonly askAgainMaxTicks: number
}

/** Barriers that share a round, and the highest number that must be applied before they pass. */
export type PassedRound = { readonly ids: readonly BarrierId[]; readonly highest: GlobalSequence }

export class Barriers {
  readonly #options: BarriersOptions
  #waiting = new Set<BarrierId>()
  #round: Round | undefined
  #lastNumber = 0

  constructor(options: BarriersOptions) {
    this.#options = options
  }

  get answersNeeded(): number {
    return this.#options.answersNeeded
  }

  get size(): number {
    return this.#waiting.size + (this.#round?.waiting.size ?? 0)
  }

  add(id: BarrierId): void {
    this.#waiting.add(id)
  }

  abandon(id: BarrierId): void {
    this.#waiting.delete(id)
    this.#round?.waiting.delete(id)
  }

  /** The view is left: the round begins anew in the next. */
  restart(): void {
    this.#waiting = new Set([...(this.#round?.waiting ?? []), ...this.#waiting])
    this.#round = undefined
  }

  /** Takes all that wait, in a round or for the next one. */
  removeAll(): BarrierId[] {
    const ids = [...(this.#round?.waiting ?? []), ...this.#waiting]
    this.#round = undefined
    this.#waiting = new Set()
    return ids
  }

  /** The number of a round that begins now and must be asked, when one is due. */
  begin(receivedUpTo: GlobalSequence, now: number): number | undefined {
    if (this.#round !== undefined || this.#waiting.size === 0) return undefined
    this.#lastNumber += 1
    this.#round = {
      number: this.#lastNumber,
      waiting: this.#waiting,
      answered: new Set(),
      highest: receivedUpTo,
      askAgainTick: now + this.#options.askAgainMinTicks,
      attempts: 1,
    }
    this.#waiting = new Set()
    return this.#round.number
  }

  answer(from: MemberId, answer: BarrierAnswerPart): void {
    const round = this.#round
    if (round === undefined || answer.round !== round.number) return
    if (answer.incarnation !== this.#options.incarnation()) return
    round.answered.add(from)
    round.highest = higher(round.highest, answer.highest)
  }

  /** Ends the round if it has its answers. */
  passed(): PassedRound | undefined {
    const round = this.#round
    if (round === undefined || round.answered.size < this.#options.answersNeeded) return undefined
    this.#round = undefined
    return { ids: [...round.waiting], highest: round.highest }
  }

  /** Called once a tick: whom to ask again, under which number. */
  askAgain(
    others: readonly MemberId[],
    now: number,
  ): { readonly round: number; readonly to: readonly MemberId[] } | undefined {
    const round = this.#round
    if (round === undefined || now < round.askAgainTick) return undefined
    if (round.waiting.size === 0) {
      // All were abandoned: the round ends unanswered.
      this.#round = undefined
      return undefined
    }
    const { askAgainMinTicks, askAgainMaxTicks } = this.#options
    const wait = askAgainMinTicks * 2 ** Math.min(round.attempts, 10)
    round.attempts += 1
    round.askAgainTick = now + Math.min(wait, askAgainMaxTicks)
    return { round: round.number, to: others.filter((id) => !round.answered.has(id)) }
  }
}
