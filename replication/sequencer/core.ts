/**
 * The rotating sequencer's core: takes inputs to the duties in the files beside it and gathers what
 * follows in a Ready. No I/O, clock, timer or randomness of its own (see replication/protocol.ts).
 *
 * Here the view is fixed (view.ts), so a restarted member goes on in it, under a new incarnation.
 * What a restart could break, and what keeps it whole:
 * - *receivedUpTo* is told only in sendAfterPersist of the write that makes it true, and is read
 *   back from the log's end.
 * - *One issuer*: a sequence message leaves only when it is durable at its sequencer with every
 *   request it names. So the same k is never issued with another content, and whoever misses the
 *   message or a request can get it from its sequencer, whose metadata shows it after the restart.
 *   (With views, where a restarted member never goes on in its old one, it may leave at once.)
 * - *Incarnation*: durable before anything is sent at all. localSequence starts at 0 in each; what
 *   is named is told apart by ⟨sender, incarnation, localSequence⟩.
 * - *Barrier answers* say receivedUpTo, which does not shrink; see barriers.ts.
 * - *Applied position*: never ahead of receivedUpTo, since only what is durable here is delivered.
 */
import { assert, InvariantError, unreachable } from '../../common/assert.ts'
import type { ErrorCode } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import type {
  ActionId,
  Administered,
  BarrierId,
  Completed,
  CoreStatus,
  LogWrite,
  Outgoing,
  PassedBarrier,
  ProposalId,
  ProtocolCore,
  Ready,
  Rejected,
} from '../protocol.ts'
import { emptyReady } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { writeObstacle } from './availability.ts'
import type { PlantedBug, SequencerOptions } from './config.ts'
import { ticksOf } from './config.ts'
import type { Duties } from './duties.ts'
import { createDuties } from './duties.ts'
import { encodeMeta } from './incarnation.ts'
import { encodeEntry } from './log-entry.ts'
import type { Part, RequestId, RequestPart, SequencerMessage } from './message.ts'
import { requestParts } from './message.ts'
import { pack } from './packing.ts'
import { receiveMessage } from './receive.ts'
import { describe } from './status.ts'
import { availabilityOf, tickAnnouncements, tickBarriers, tickRepair } from './timers.ts'
import { globalSequenceOf, logIndexOf, lower } from './view.ts'

const idleTrimEveryMs = 1_000

/** `starting`: the incarnation is being made durable; until it is, nothing may be said. */
type Phase = 'new' | 'starting' | 'running'

type DurableStep = {
  readonly persist: LogWrite | undefined
  readonly sendAfterPersist: readonly Outgoing<SequencerMessage>[]
}

export class SequencerCore implements ProtocolCore<SequencerMessage> {
  readonly #duties: Duties
  readonly #plantedBug: PlantedBug | undefined
  #phase: Phase = 'new'
  #now = 0
  /** Own requests that leave when the write in flight is durable. */
  #leavingOwn: readonly RequestId[] = []
  #rejected: Rejected[] = []
  #administered: Administered[] = []
  #isTrimDue = false
  #ignored = 0

  constructor(options: SequencerOptions) {
    this.#duties = createDuties(options)
    this.#plantedBug = options.plantedBug
  }

  // Inputs ---------------------------------------------------------------------------------------

  tick(): void {
    this.#now += 1
    this.#duties.answers.tick(this.#now)
    if (this.#phase !== 'running') return
    tickRepair(this.#duties, this.#now)
    this.#rejected.push(...tickBarriers(this.#duties, this.#now))
    tickAnnouncements(this.#duties, this.#now)
    if (this.#now % ticksOf(idleTrimEveryMs, this.#duties.config) === 0) this.#isTrimDue = true
  }

  receive(from: MemberId, message: SequencerMessage): void {
    if (!receiveMessage(this.#duties, from, message, this.#now)) this.#ignored += 1
  }

  propose({ id, payload }: { readonly id: ProposalId; readonly payload: Uint8Array }): void {
    const { config, own, pool } = this.#duties
    const reason = this.unavailableReason()
    if (reason !== undefined) this.#reject('proposal', id, 'UNAVAILABLE', reason)
    else if (payload.length > config.requestMaxBytes) {
      const message = `A command of ${payload.length} bytes is over ${config.requestMaxBytes}.`
      this.#reject('proposal', id, 'BODY_TOO_LARGE', message)
    } else if (!own.hasRoomFor(payload.length)) {
      const message = `${own.underWay} requests of this member are under way; try again soon.`
      this.#reject('proposal', id, 'OVERLOADED', message)
    } else pool.hold(own.add(id, payload.length), payload)
  }

  /** A request is never withdrawn; only a barrier can be. */
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    if (kind === 'barrier') this.#duties.barriers.abandon(id as BarrierId)
  }

  readBarrier(id: BarrierId): void {
    const { barriers, config } = this.#duties
    if (barriers.size < config.barriersMax) barriers.add(id)
    else {
      const message = `${barriers.size} reads wait at this member; try again soon.`
      this.#reject('barrier', id, 'OVERLOADED', message)
    }
  }

  /** The members are the configured ones; nobody leads. */
  administer(id: ActionId): void {
    const message = 'The members of this group are those that are configured, and nobody leads it.'
    const error = { code: 'MEMBERSHIP_REFUSED', definite: true, message } as const
    this.#administered.push({ id, error })
  }

  /** The others need every member: there is nobody to hand anything over to. */
  stepAside(): void {}

  mayStop(): boolean {
    return true
  }

  advance(done: Completed): void {
    switch (done.kind) {
      case 'persisted':
        this.#persisted()
        break
      case 'applied':
        this.#duties.delivery.applied(globalSequenceOf(done.index))
        break
      case 'appliedDurably':
        this.#duties.delivery.appliedDurably(globalSequenceOf(done.index))
        break
      case 'fetched':
        throw new InvariantError('nothing was fetched')
      default:
        unreachable(done)
    }
  }

  // Outputs --------------------------------------------------------------------------------------

  takeReady(): Ready<SequencerMessage> | undefined {
    if (this.#phase === 'new') return this.#start()
    if (this.#phase === 'starting') return undefined
    const { persist, sendAfterPersist } = this.#takePersist()
    this.#offerRequests()
    const barriers = this.#takeBarriers()
    // The planted bug tells at once what is not durable yet.
    const tellsTooEarly = this.#plantedBug === 'acknowledgeBeforeDurable'
    if (tellsTooEarly && sendAfterPersist.length > 0) this.#duties.outbox.statusToAll()
    const send = this.#takeSend(sendAfterPersist.length > 0 && !tellsTooEarly)
    const deliver = this.#duties.delivery.deliver(this.#duties.standing.stableUpTo)
    const trimTo = this.#trim()
    const [rejected, administered] = [this.#rejected, this.#administered]
    this.#rejected = []
    this.#administered = []
    const answers = rejected.length + administered.length
    const isNothing =
      persist === undefined &&
      send.length + deliver.length + barriers.length + answers === 0 &&
      trimTo === undefined
    if (isNothing) return undefined
    const answered = { barriers, rejected, administered }
    return { ...emptyReady, send, persist, sendAfterPersist, deliver, trimTo, ...answered }
  }

  unavailableReason(): string | undefined {
    return this.#duties.issuer.obstacle() ?? writeObstacle(availabilityOf(this.#duties, this.#now))
  }

  status(): CoreStatus {
    const { log, standing, own, delivery, barriers, repair, answers } = this.#duties
    return describe({
      ...this.#duties,
      now: this.#now,
      metadata: standing.header().metadata,
      orderedUpTo: log.orderedUpTo,
      stableUpTo: standing.stableUpTo,
      counts: {
        ownRequestsUnderWay: own.underWay,
        retainedSequences: log.size,
        applyBacklogEntries: delivery.backlogEntries,
        barriersWaiting: barriers.size,
        asked: repair.asked,
        answered: answers.answered,
        ignoredMessages: this.#ignored,
      },
    })
  }

  // The steps of a Ready -------------------------------------------------------------------------

  #start(): Ready<SequencerMessage> {
    const { incarnation, outbox, standing } = this.#duties
    this.#phase = 'starting'
    const meta = encodeMeta(incarnation)
    if (this.#hasOthers()) outbox.statusToAll()
    const sendAfterPersist = outbox.isEmpty ? [] : outbox.take(standing.header(), false)
    const persist = { entries: [], truncateFrom: undefined, meta }
    return { ...emptyReady, persist, sendAfterPersist }
  }

  #persisted(): void {
    if (this.#phase === 'starting') {
      this.#phase = 'running'
      return
    }
    const { log, own, standing } = this.#duties
    assert(this.#phase === 'running' && log.isPersisting, 'a write was in flight')
    log.persisted()
    for (const id of this.#leavingOwn) own.markSent(id)
    this.#leavingOwn = []
    standing.moved()
  }

  /** Issues what is due, and takes all complete entries into one write. */
  #takePersist(): DurableStep {
    const { announcer, config, delivery, issuer, log, own, standing } = this.#duties
    const nothing = { persist: undefined, sendAfterPersist: [] }
    // A number is issued when its write can begin: so it names all that is here by then.
    if (log.isPersisting) return nothing
    const hasIssued = issuer.issue(delivery)
    const entries = log.takeUnpersisted(config.persistMaxBytes)
    if (entries.length === 0) return nothing
    const persist = { entries: entries.map(encodeEntry), truncateFrom: undefined, meta: undefined }
    if (!this.#hasOthers()) return { persist, sendAfterPersist: [] }

    const parts: Part[] = []
    if (hasIssued) {
      // Own requests that it names and that nobody has yet travel with it.
      this.#leavingOwn = own.takeUnsent((id) => this.#isNumbered(id))
      parts.push(...this.#leavingOwn.flatMap((id) => this.#partsOf(id)))
    }
    for (const sequence of issuer.takeIssued(log.persistingUpTo)) {
      parts.push({ kind: 'sequence', sequence })
    }
    // HERE a sequence message waits for its own write, because a restarted member goes on in this
    // view. Once it does not (views), the message promises nothing and may leave at once.
    if (this.#plantedBug === 'sendBeforePersist') this.#duties.outbox.tellAll(parts.splice(0))
    announcer.broadcast(this.#now)
    const header = standing.headerAfterPersist(this.#leavingOwn.at(-1)?.localSequence ?? own.sent)
    const messages = pack(header, parts, config.messageTargetBytes)
    return { persist, sendAfterPersist: messages.map((message) => ({ to: 'others', message })) }
  }

  /** Broadcasts own requests that are new. */
  #offerRequests(): void {
    const { outbox, own } = this.#duties
    for (const id of own.takeUnsent(() => true)) {
      if (this.#hasOthers()) outbox.tellAll(this.#partsOf(id))
      own.markSent(id)
    }
  }

  #takeSend(isStatusToldLater: boolean): readonly Outgoing<SequencerMessage>[] {
    const { announcer, outbox, standing } = this.#duties
    if (outbox.isEmpty) return []
    if (outbox.speaksToAll) announcer.broadcast(this.#now)
    return outbox.take(standing.header(), isStatusToldLater)
  }

  #takeBarriers(): PassedBarrier[] {
    const { barriers, log, outbox, peers } = this.#duties
    const round = barriers.begin(log.receivedUpTo, this.#now)
    // Just enough of them for a quorum: the others' answers would only cost. Whoever does not
    // answer in time is made up for by asking everybody (timers.ts).
    const asked = round === undefined ? [] : peers.heardLast(barriers.answersNeeded, round)
    for (const to of asked) outbox.tell(to, [{ kind: 'barrierAsk', round: round ?? 0 }])
    const passed = barriers.passed()
    if (passed === undefined) return []
    const index = logIndexOf(passed.highest)
    return passed.ids.map((id) => ({ id, index }))
  }

  /**
   * What all members have durably nobody asks for again; what is applied durably is never
   * replayed.
   */
  #trim(): LogIndex | undefined {
    const { config, delivery, incarnationOf, log, peers, pool } = this.#duties
    let upTo = lower(delivery.appliedDurablyUpTo, log.receivedUpTo)
    for (const peer of peers.all) upTo = lower(upTo, peer.metadata.receivedUpTo)
    const trimmable = upTo - log.firstRetained + 1
    if (trimmable <= 0 || (trimmable < config.trimStepEntries && !this.#isTrimDue)) return undefined
    this.#isTrimDue = false
    for (const run of log.trim(upTo)) pool.release(run, incarnationOf(run.sender))
    return logIndexOf(upTo)
  }

  // Small things ---------------------------------------------------------------------------------

  #isNumbered({ sender, incarnation, localSequence }: RequestId): boolean {
    return localSequence < (this.#duties.log.order.next(sender, incarnation) ?? 0)
  }

  #partsOf(id: RequestId): RequestPart[] {
    const payload = this.#duties.pool.payload(id)
    assert(payload !== undefined, 'an own request is held until it is trimmed')
    return requestParts(id, payload)
  }

  #hasOthers(): boolean {
    return this.#duties.peers.all.length > 0
  }

  #reject(
    kind: Rejected['kind'],
    id: ProposalId | BarrierId,
    code: ErrorCode,
    message: string,
  ): void {
    this.#rejected.push({ kind, id, code, definite: true, message })
  }
}
