/**
 * Issuing a sequence message. It leaves at once, before it is durable: it promises nothing, and a
 * member that loses it in a restart never goes on in this view.
 *
 * Rule: k is sent only by members[k mod |members|], and only when it (a) has every sequence message
 * < k, (b) has every request those name, (c) names requests of each sender incarnation in
 * localSequence order without a gap. It names everything eligible that it holds, up to a limit.
 * With nothing to name it waits.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Company } from './company.ts'
import type { PlantedBug, SequencerConfig } from './config.ts'
import type { RequestRun, SequenceMessage } from './message.ts'
import { maxRequestsPerSequence, maxRunsPerSequence } from './message.ts'
import type { RequestPool } from './request-pool.ts'
import type { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, LocalSequence, Seat, View } from './view.ts'
import { sequencerOf, step } from './view.ts'

export type IssuerOptions = {
  readonly self: MemberId
  readonly view: View
  readonly log: SequenceLog
  readonly pool: RequestPool
  /** Q members of the view have durably what is ≤ it. */
  readonly stableUpTo: () => GlobalSequence
  readonly company: Company
  readonly config: Pick<
    SequencerConfig,
    | 'sequenceMaxRequests'
    | 'sequenceMaxBytes'
    | 'sequenceWindow'
    | 'applyBacklogMaxEntries'
    | 'applyBacklogMaxBytes'
  >
  readonly plantedBug: PlantedBug | undefined
}

/** How far this member's own state machine is behind. */
export type Backlog = { readonly backlogEntries: number; readonly backlogBytes: number }

export class Issuer {
  readonly #options: IssuerOptions
  #issued: SequenceMessage | undefined

  constructor(options: IssuerOptions) {
    this.#options = options
  }

  /** The planted bug `issueTwice`: names more under a number that was issued already. */
  issueAgain(): SequenceMessage | undefined {
    const issued = this.#issued
    if (issued === undefined || this.#options.plantedBug !== 'issueTwice') return undefined
    const { log } = this.#options
    if (log.orderedUpTo !== issued.globalSequence || log.completeUpTo !== log.orderedUpTo) {
      return undefined
    }
    const more = nameEligible(step(issued.globalSequence, 1), this.#options)
    return more.length === 0 ? undefined : { ...issued, names: [...issued.names, ...more] }
  }

  /** Issues the next number if it is this member's and there is something to name. */
  issue(backlog: Backlog, nowMs: number): SequenceMessage | undefined {
    const { log, company, config, stableUpTo } = this.#options
    const k = this.#ownTurn()
    if (k === undefined) return undefined
    // Flow control. Too much is not stable: others, or their disks, are slow. This member's state
    // machine is far behind: it holds its turn, and so slows all down to what all can apply.
    if (k - stableUpTo() > config.sequenceWindow / 2) return undefined
    const isFarBehind =
      backlog.backlogEntries >= config.applyBacklogMaxEntries ||
      backlog.backlogBytes >= config.applyBacklogMaxBytes
    if (isFarBehind) return undefined
    const sequence = this.#nextSequence(k)
    if (sequence === undefined || this.#waits(sequence, nowMs)) return undefined
    company.numberIssued()
    const isNew = log.offer(sequence)
    assert(isNew && log.completeUpTo === k, 'what is issued is complete at its sequencer')
    this.#issued = sequence
    return sequence
  }

  /**
   * A single request, while the message before is not stable: others are on their way, and soon its
   * submitters have more to name. To wait for more than one more costs time where the network is
   * what takes it. Under load, and a moment at most.
   */
  #waits({ globalSequence, names }: SequenceMessage, nowMs: number): boolean {
    const { company, stableUpTo } = this.#options
    const isSingle = names.length === 1 && names[0]?.count === 1
    if (!isSingle || stableUpTo() >= globalSequence - 1) return false
    return company.isBusy(nowMs) && company.mayNumberWait(nowMs)
  }

  /** Rules (a) and (b). */
  #ownTurn(): GlobalSequence | undefined {
    const { self, view, log } = this.#options
    if (log.completeUpTo !== log.orderedUpTo) return undefined
    const k = step(log.orderedUpTo, 1)
    return sequencerOf(view, k) === self ? k : undefined
  }

  #nextSequence(k: GlobalSequence): SequenceMessage | undefined {
    const { view, plantedBug } = this.#options
    const isBug = plantedBug === 'skipSenderOrder'
    const names = isBug ? nameDespiteGaps(this.#options) : nameEligible(k, this.#options)
    if (names.length === 0) return undefined
    return { viewId: view.id, globalSequence: k, names }
  }
}

/** Rule (c): of each member of the view, what follows the log without a gap. */
function nameEligible(k: GlobalSequence, input: IssuerOptions): RequestRun[] {
  const { view, log, pool } = input
  const names: RequestRun[] = []
  let requestsLeft = Math.min(input.config.sequenceMaxRequests, maxRequestsPerSequence)
  let bytesLeft = input.config.sequenceMaxBytes
  for (let turn = 0; turn < view.seats.length && requestsLeft > 0; turn += 1) {
    // Begins with another sender at each turn: none fills every message before the others.
    const { id: sender, incarnation } = view.seats[(k + turn) % view.seats.length] as Seat
    const next = log.order.next(sender, incarnation)
    const { first, count } = pool.eligible(sender, incarnation)
    if (next === undefined || first !== next || count === 0) continue
    const fitting = fittingPart(
      input,
      { sender, incarnation, first, count },
      requestsLeft,
      bytesLeft,
    )
    const isFirst = names.length === 0
    // A single request that is larger than the limit still goes, alone.
    const taken = fitting.count === 0 && isFirst ? 1 : fitting.count
    if (taken === 0) break
    names.push({ sender, incarnation, first, count: taken })
    if (fitting.count === 0) break
    requestsLeft -= taken
    bytesLeft -= fitting.sizeBytes
  }
  return names
}

/** How many requests of the run fit, and their size. */
function fittingPart(
  { pool }: IssuerOptions,
  run: RequestRun,
  requestsLeft: number,
  bytesLeft: number,
): { count: number; sizeBytes: number } {
  let count = 0
  let sizeBytes = 0
  while (count < Math.min(run.count, requestsLeft)) {
    const localSequence = step(run.first, count)
    const { sender, incarnation } = run
    const payload = pool.payload({ sender, incarnation, localSequence })
    const grown = sizeBytes + (payload?.length ?? 0)
    if (grown > bytesLeft) break
    sizeBytes = grown
    count += 1
  }
  return { count, sizeBytes }
}

/** The planted bug `skipSenderOrder`: names whatever is held. */
function nameDespiteGaps({ view, pool }: IssuerOptions): RequestRun[] {
  const names: RequestRun[] = []
  for (const { id: sender, incarnation } of view.seats) {
    for (const first of pool.unnumbered(sender, incarnation)) {
      if (names.length < maxRunsPerSequence) names.push(single(sender, incarnation, first))
    }
  }
  return names
}

function single(sender: MemberId, incarnation: Incarnation, first: LocalSequence): RequestRun {
  return { sender, incarnation, first, count: 1 }
}
