/**
 * The rotating sequencer's core: takes inputs to the files beside it and gathers what follows in a
 * Ready. No I/O, clock, timer or randomness of its own (see replication/protocol.ts).
 *
 * Nothing waits in sendAfterPersist: what must be durable before it is told is made when the write
 * that makes it so has ended (writes.ts), so it says how things stand then.
 */
import { assert, unreachable } from '../../common/assert.ts'
import type { ErrorCode } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import type {
  ActionId,
  BarrierId,
  Completed,
  CoreStatus,
  Delivered,
  Install,
  LogWrite,
  Outgoing,
  PassedBarrier,
  ProposalId,
  ProtocolCore,
  Ready,
  Rejected,
} from '../protocol.ts'
import { emptyReady } from '../protocol.ts'
import type { LogIndex, Position } from '../replicated-log.ts'
import { obstacle } from './availability.ts'
import type { SequencerOptions } from './config.ts'
import { encodeScalars } from './durable.ts'
import { encodeEntry } from './log-entry.ts'
import { driveFetching, endFetching, fetchingOf, stateFetched } from './membership/fetching.ts'
import { stateInstalled } from './membership/fetching.ts'
import { enterGather } from './membership/gather.ts'
import { leave, mayStop } from './membership/leave.ts'
import { start } from './membership/start.ts'
import type { Header, SequencerMessage } from './message.ts'
import { requestParts } from './message.ts'
import { createNode, type Node } from './node.ts'
import { type Duties, reachOf } from './duties.ts'
import { barrierHighest, receiveMessage } from './receive.ts'
import { repairDueAtMs, repairLoss } from './repair-loss.ts'
import { describe } from './status.ts'
import { tellsAtOnce } from './tellers.ts'
import { tickNode } from './timers.ts'
import { nextTrim } from './trim.ts'
import { globalSequenceOf, higher, logIndexOf, lower } from './view.ts'

export class SequencerCore implements ProtocolCore<SequencerMessage> {
  readonly #node: Node
  /** Another member's state is taking the place of the present one. */
  #installing: Position | undefined

  constructor(options: SequencerOptions) {
    const node = createNode(options, enterGather)
    this.#node = node
    start(node)
  }

  /** For tests and checks: look, don't touch. */
  get node(): Readonly<Node> {
    return this.#node
  }

  // Inputs ---------------------------------------------------------------------------------------

  tick(): void {
    tickNode(this.#node)
  }

  receive(from: MemberId, message: SequencerMessage): void {
    if (!receiveMessage(this.#node, from, message)) this.#node.ignored += 1
  }

  propose({ id, payload }: { readonly id: ProposalId; readonly payload: Uint8Array }): void {
    const { config, own, pool, state } = this.#node
    const reason = this.unavailableReason()
    if (reason !== undefined) this.#reject('proposal', id, 'UNAVAILABLE', reason)
    else if (payload.length > config.requestMaxBytes) {
      const message = `A command of ${payload.length} bytes is over ${config.requestMaxBytes}.`
      this.#reject('proposal', id, 'BODY_TOO_LARGE', message)
    } else if (!own.hasRoomFor(payload.length)) {
      const message = `${own.underWay} requests of this member are under way; try again soon.`
      this.#reject('proposal', id, 'OVERLOADED', message)
    } else {
      const requestId = own.add(id, payload)
      // Between views it waits for the next.
      if (state.kind === 'operational') pool.hold(requestId, payload)
    }
  }

  /** A request is never withdrawn; only a barrier can be. */
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    if (kind === 'barrier') this.#node.barriers.abandon(id as BarrierId)
  }

  readBarrier(id: BarrierId): void {
    const { barriers, config } = this.#node
    const reason = this.unavailableReason()
    if (reason !== undefined) this.#reject('barrier', id, 'UNAVAILABLE', reason)
    else if (barriers.size < config.barriersMax) barriers.add(id)
    else {
      const message = `${barriers.size} reads wait at this member; try again soon.`
      this.#reject('barrier', id, 'OVERLOADED', message)
    }
  }

  /** The members are the configured ones; nobody leads. */
  administer(id: ActionId): void {
    const message = 'The members of this group are those that are configured, and nobody leads it.'
    const error = { code: 'MEMBERSHIP_REFUSED', definite: true, message } as const
    this.#node.administered.push({ id, error })
  }

  stepAside(): void {
    this.#node.isLeaving = true
    leave(this.#node)
  }

  mayStop(): boolean {
    return mayStop(this.#node)
  }

  advance(done: Completed): void {
    const { delivery } = this.#node
    switch (done.kind) {
      case 'persisted':
        this.#persisted()
        break
      case 'applied':
        delivery.applied(globalSequenceOf(done.index))
        break
      case 'appliedDurably':
        delivery.appliedDurably(globalSequenceOf(done.index))
        break
      case 'fetched':
        stateFetched(this.#node, done.position)
        break
      default:
        unreachable(done)
    }
  }

  // Outputs --------------------------------------------------------------------------------------

  takeReady(nowMs = this.#tickedMs): Ready<SequencerMessage> | undefined {
    const node = this.#node
    node.nowMs = Math.max(node.nowMs, nowMs)
    const fetching = fetchingOf(node)
    if (fetching !== undefined) driveFetching(node, fetching)
    this.#issue()
    const install = this.#takeInstall()
    const persist = this.#takePersist()
    this.#offerRequests()
    repairLoss(node)
    const barriers = this.#takeBarriers()
    const deliver = this.#deliver()
    const send = this.#takeSend()
    const trimTo = nextTrim(node)
    const { rejected, administered, wish } = node
    node.rejected = []
    node.administered = []
    node.wish = undefined
    const lists = [send, deliver, barriers, rejected, administered]
    const wishes = [install, persist, trimTo, wish]
    if (lists.every((list) => list.length === 0) && wishes.every((one) => one === undefined))
      return undefined
    const answered = { barriers, rejected, administered }
    return { ...emptyReady, send, persist, install, deliver, trimTo, fetch: wish, ...answered }
  }

  wakeAtMs(): number | undefined {
    const { state } = this.#node
    const waiting = state.kind === 'operational' ? state.duties.company.dueAtMs : undefined
    const repair = repairDueAtMs(this.#node)
    return waiting === undefined || repair === undefined
      ? (waiting ?? repair)
      : Math.min(waiting, repair)
  }

  unavailableReason(): string | undefined {
    return obstacle(this.#node)
  }

  status(): CoreStatus {
    return describe(this.#node)
  }

  // The steps of a Ready -------------------------------------------------------------------------

  #persisted(): void {
    const node = this.#node
    const callbacks = node.writes.end()
    if (this.#installing !== undefined) {
      stateInstalled(node, this.#installing)
      this.#installing = undefined
    } else if (node.log.isPersisting) {
      node.log.persisted()
      if (node.state.kind === 'operational') {
        node.state.duties.standing.moved()
        if (this.#hasOthers) this.#tellDurable(node.state.duties)
      }
    }
    for (const callback of callbacks) callback()
  }

  /** What is durable now is told at once; under load a moment later by those who are not needed. */
  #tellDurable({ company, view }: Duties): void {
    const { log, nowMs, outbox, quorum, self } = this.#node
    company.hasWritten(nowMs)
    const isNeeded = tellsAtOnce({ view, self, quorum }, log.receivedUpTo)
    if (isNeeded || !company.isBusy(nowMs)) outbox.statusToAll()
    else company.statusWaits(nowMs)
  }

  /** Its sequence message leaves at once, with own requests that it names and nobody has yet. */
  #issue(): void {
    const { state, delivery, nowMs, outbox, plantedBug } = this.#node
    if (state.kind !== 'operational') return
    const { issuer, standing } = state.duties
    const sequence = issuer.issueAgain() ?? issuer.issue(delivery, nowMs)
    if (sequence === undefined) return
    this.#offerRequests()
    standing.saw(sequence.globalSequence)
    if (this.#hasOthers) outbox.tellAll([{ kind: 'sequence', sequence }])
    if (plantedBug === 'acknowledgeBeforeDurable' && this.#hasOthers) outbox.statusToAll()
  }

  /** A state takes the place of all that is here, once nothing else is being written. */
  #takeInstall(): Install | undefined {
    const { fetched, scalars, writes } = this.#node
    if (fetched === undefined || writes.isBusy) return undefined
    this.#node.fetched = undefined
    this.#installing = fetched
    writes.begin()
    return { index: fetched.index, meta: encodeScalars(scalars) }
  }

  #takePersist(): LogWrite | undefined {
    const { config, log, writes } = this.#node
    if (writes.isBusy) return undefined
    const truncateFrom = writes.takeTruncation()
    const entries = truncateFrom === undefined ? log.takeUnpersisted(config.persistMaxBytes) : []
    this.#endFetching()
    if (truncateFrom === undefined && entries.length === 0 && !writes.isScalarsDue) return undefined
    const meta = writes.isScalarsDue ? encodeScalars(this.#node.scalars) : undefined
    writes.begin()
    return {
      entries: entries.map(encodeEntry),
      truncateFrom: truncateFrom === undefined ? undefined : logIndexOf(truncateFrom),
      meta,
    }
  }

  /** What is written with the last entry that was lacking goes into the same write. */
  #endFetching(): void {
    const fetching = fetchingOf(this.#node)
    if (fetching?.stage.kind !== 'fetching') return
    if (this.#node.log.persistingUpTo >= fetching.target.end) endFetching(fetching)
  }

  /** Broadcasts own requests that are new. */
  #offerRequests(): void {
    const { outbox, own, pool, state } = this.#node
    if (state.kind !== 'operational') return
    for (const id of own.takeUnsent(() => true)) {
      const payload = pool.payload(id)
      assert(payload !== undefined, 'an own request is held until it is trimmed')
      if (this.#hasOthers) outbox.tellAll(requestParts(id, payload))
      own.markSent(id)
    }
  }

  #deliver(): readonly Delivered[] {
    const node = this.#node
    const { delivery, log, state } = node
    if (this.#installing !== undefined) return []
    if (state.kind === 'operational') {
      node.stableUpTo = higher(node.stableUpTo, state.duties.standing.stableUpTo)
    } else if (state.kind === 'gather' && state.catchUp !== undefined) {
      const { stage, target } = state.catchUp
      const isJoined = stage.kind === 'fetching' || stage.kind === 'ended'
      if (isJoined) node.stableUpTo = higher(node.stableUpTo, lower(target.end, log.receivedUpTo))
    }
    if (state.kind !== 'operational' && state.kind !== 'gather') return []
    return delivery.deliver(node.stableUpTo)
  }

  #takeSend(): readonly Outgoing<SequencerMessage>[] {
    const { now, nowMs, outbox, state } = this.#node
    const duties = state.kind === 'operational' ? state.duties : undefined
    if (duties?.company.isStatusDue(nowMs) === true) outbox.statusToAll()
    // The incarnation is not durable: what an earlier one was asked meanwhile stays unanswered.
    if (state.kind === 'starting') outbox.clear()
    if (outbox.isEmpty) return []
    if (outbox.speaksToAll) {
      duties?.announcer.broadcast(now)
      duties?.company.statusTold()
    }
    return outbox.take(this.#header())
  }

  #header(): Header {
    const { cluster, delivery, log, scalars, self, state } = this.#node
    if (state.kind === 'operational') return state.duties.standing.header()
    const { receivedUpTo } = log
    const metadata = {
      receivedUpTo,
      deliveredUpTo: delivery.deliveredUpTo,
      highestSeen: receivedUpTo,
      ownHighest: -1 as never,
      ...reachOf(this.#node),
    }
    const { incarnation } = scalars
    return { cluster, viewId: undefined, sender: self, incarnation, metadata }
  }

  #takeBarriers(): PassedBarrier[] {
    const { barriers, now, outbox, state } = this.#node
    if (state.kind !== 'operational') return []
    const { peers } = state.duties
    const round = barriers.begin(barrierHighest(this.#node), now)
    // Just enough of them for a quorum: the others' answers would only cost. Whoever does not
    // answer in time is made up for by asking everybody (timers.ts).
    const asked = round === undefined ? [] : peers.heardLast(barriers.answersNeeded, round)
    for (const to of asked) outbox.tell(to, [{ kind: 'barrierAsk', round: round ?? 0 }])
    const passed = barriers.passed()
    if (passed === undefined) return []
    const index: LogIndex = logIndexOf(passed.highest)
    return passed.ids.map((id) => ({ id, index }))
  }

  // Small things ---------------------------------------------------------------------------------

  /** Where nobody tells the time more exactly. */
  get #tickedMs(): number {
    return this.#node.now * this.#node.config.tickMs
  }

  get #hasOthers(): boolean {
    return this.#node.universe.length > 1
  }

  #reject(
    kind: Rejected['kind'],
    id: ProposalId | BarrierId,
    code: ErrorCode,
    message: string,
  ): void {
    this.#node.rejected.push({ kind, id, code, definite: true, message })
  }
}
