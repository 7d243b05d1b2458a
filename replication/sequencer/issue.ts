/**
 * Issuing a sequence message.
 *
 * Rule: k is sent only by members[k mod |members|], and only when it (a) has every sequence message
 * < k, (b) has every request those name, (c) names requests of each sender incarnation in
 * localSequence order without a gap. It names everything eligible that it holds, up to a limit.
 * With nothing to name it waits.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { PlantedBug, SequencerConfig } from './config.ts'
import type { RequestRun, SequenceMessage } from './message.ts'
import { maxRequestsPerSequence, maxRunsPerSequence } from './message.ts'
import type { Peers } from './peers.ts'
import type { RequestPool } from './request-pool.ts'
import type { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation, LocalSequence, View } from './view.ts'
import { sequencerOf, step } from './view.ts'

export type IssuerOptions = {
  readonly self: MemberId
  readonly view: View
  readonly log: SequenceLog
  readonly pool: RequestPool
  readonly peers: Peers
  readonly incarnationOf: (member: MemberId) => Incarnation | undefined
  readonly config: Pick<
    SequencerConfig,
    'sequenceMaxRequests' | 'sequenceMaxBytes' | 'applyBacklogMaxEntries' | 'applyBacklogMaxBytes'
  >
  readonly plantedBug: PlantedBug | undefined
}

/** How far this member's own state machine is behind. */
export type Backlog = { readonly backlogEntries: number; readonly backlogBytes: number }

export class Issuer {
  readonly #options: IssuerOptions
  /** Issued, and not handed out to be sent. */
  #issued: SequenceMessage[] = []

  constructor(options: IssuerOptions) {
    this.#options = options
  }

  /** Issues the next number if it is this member's and there is something to name. */
  issue(backlog: Backlog): boolean {
    const { log, config } = this.#options
    const k = this.#ownTurn()
    if (k === undefined || this.obstacle() !== undefined) return false
    // Flow control: while this member's state machine is far behind, it holds its turn, and so
    // slows the whole group down to what all can apply.
    const isFarBehind =
      backlog.backlogEntries >= config.applyBacklogMaxEntries ||
      backlog.backlogBytes >= config.applyBacklogMaxBytes
    if (isFarBehind) return false
    const sequence = this.#nextSequence(k)
    if (sequence === undefined) return false
    const isNew = log.offer(sequence)
    assert(isNew && log.completeUpTo === k, 'what is issued is complete at its sequencer')
    this.#issued.push(sequence)
    return true
  }

  /** Messages ≤ k that were issued and not handed out before. */
  takeIssued(k: GlobalSequence): SequenceMessage[] {
    const taken = this.#issued.filter((sequence) => sequence.globalSequence <= k)
    this.#issued = this.#issued.filter((sequence) => sequence.globalSequence > k)
    return taken
  }

  /**
   * Why this member must not issue anything, ever: others have seen a number of its own that its
   * log does not hold. What it issues is durable here first, so its disk is not the one it had.
   */
  obstacle(): string | undefined {
    const { self, view, log, peers, plantedBug } = this.#options
    if (plantedBug === 'sendBeforePersist') return undefined
    const seen = peers.highestSeen()
    if (seen <= log.orderedUpTo) return undefined
    for (let k = step(log.orderedUpTo, 1); k <= seen; k = step(k, 1)) {
      if (sequencerOf(view, k) === self)
        return `Member ${self} has lost its log; put its disk back.`
      if (k - log.orderedUpTo > view.members.length) break
    }
    return undefined
  }

  /** Rules (a) and (b). */
  #ownTurn(): GlobalSequence | undefined {
    const { self, view, log, peers, plantedBug } = this.#options
    if (log.completeUpTo !== log.orderedUpTo) return undefined
    // In a fixed view nobody's turn is skipped, so it costs nothing to have heard all once first;
    // with a disk that is not the one it had, obstacle() then knows.
    const hasHeardAll = peers.all.every((peer) => peer.incarnation !== undefined)
    if (!hasHeardAll && plantedBug !== 'sendBeforePersist') return undefined
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

/** Rule (c): of each sender's current incarnation, what follows the log without a gap. */
function nameEligible(k: GlobalSequence, input: IssuerOptions): RequestRun[] {
  const { view, log, pool } = input
  const names: RequestRun[] = []
  let requestsLeft = Math.min(input.config.sequenceMaxRequests, maxRequestsPerSequence)
  let bytesLeft = input.config.sequenceMaxBytes
  for (let turn = 0; turn < view.members.length && requestsLeft > 0; turn += 1) {
    // Begins with another sender at each turn: none fills every message before the others.
    const sender = sequencerOf(view, step(k, turn))
    const incarnation = input.incarnationOf(sender)
    if (incarnation === undefined) continue
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
function nameDespiteGaps({ view, pool, incarnationOf }: IssuerOptions): RequestRun[] {
  const names: RequestRun[] = []
  for (const sender of view.members) {
    const incarnation = incarnationOf(sender)
    if (incarnation === undefined) continue
    for (const first of pool.unnumbered(sender, incarnation)) {
      if (names.length < maxRunsPerSequence) names.push(single(sender, incarnation, first))
    }
  }
  return names
}

function single(sender: MemberId, incarnation: Incarnation, first: LocalSequence): RequestRun {
  return { sender, incarnation, first, count: 1 }
}
