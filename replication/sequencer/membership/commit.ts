/**
 * Commit: the representative proposes a view; whoever promises it acknowledges, orders, delivers and
 * answers nothing below it any more, and says what it has. A promise is durable before it is told.
 */
import type { MemberId } from '../../../common/member.ts'
import { isBlank } from '../durable.ts'
import type { PromisePart, ProposePart } from '../message.ts'
import { type Node, ticks } from '../node.ts'
import { recoverLog } from '../recovered-log.ts'
import {
  compareViewIds,
  noneGlobal,
  type ProposedView,
  sameViewId,
  type Seat,
  seatOf,
  viewIdText,
} from '../view.ts'
import { changeScalars, dampMissing, enter, giveUp } from './enter.ts'
import { ownRecord } from './joins.ts'
import { leadRecovery } from './recovery.ts'
import type { Commit } from './state.ts'

/** How often a proposal is repeated to those who have not answered. */
const repeatMs = 20
const timeoutMaxMs = 10_000

/** As the representative. */
export function propose(node: Node, seats: readonly Seat[]): void {
  const { scalars, self, table } = node
  const number = Math.max(table.highestNumber, scalars.promised?.number ?? 0) + 1
  const id = { number, representative: self, incarnation: scalars.incarnation }
  const names = seats.map((seat) => seat.id).join(', ')
  promise(node, { id, seats }, new Map(), `proposes view ${viewIdText(id)} of ${names}`)
}

function promise(
  node: Node,
  view: ProposedView,
  answers: Map<MemberId, PromisePart> | undefined,
  reason: string,
): void {
  const { now, log, outbox, self, writes } = node
  const commit: Commit = {
    kind: 'commit',
    view,
    deadlineTick: now + timeoutTicks(node),
    promise: undefined,
    answers,
    nextSendTick: now,
  }
  if (node.state.kind === 'recovery') node.earlier = node.state.view
  enter(node, commit, reason)
  node.table.noteViewId(view.id)
  changeScalars(node, { promised: view.id })
  writes.whenDurable(() => {
    if (node.state !== commit) return
    const { installed } = node.scalars
    commit.promise = { kind: 'promise', viewId: view.id, installed, log: log.extent() }
    if (answers === undefined) outbox.tell(view.id.representative, [commit.promise])
    else {
      sendProposals(node, commit)
      takePromise(node, commit, self, commit.promise)
    }
  })
}

export function receivePropose(node: Node, from: MemberId, { view }: ProposePart): void {
  const { scalars, state, outbox, plantedBug } = node
  const { id } = view
  if (id.representative !== from) return
  const order = compareViewIds(id, scalars.promised)
  if (order === 0) {
    if (state.kind === 'commit' && sameViewId(state.view.id, id) && state.promise !== undefined) {
      outbox.tell(from, [state.promise])
    } else if (plantedBug === 'promiseEqualAgain' && !isChanging(node)) {
      promise(node, view, undefined, `promises view ${viewIdText(id)} again`)
    }
    return
  }
  if (order < 0) {
    // It does not know how far things have gone.
    if (state.kind === 'gather')
      outbox.tell(from, [{ kind: 'join', records: [ownRecord(node, 0)] }])
    return
  }
  if (!mayPromise(node, view)) return
  promise(node, view, undefined, `member ${from} proposes view ${viewIdText(id)}`)
}

function isChanging({ state }: Node): boolean {
  return state.kind === 'commit' || state.kind === 'recovery'
}

function mayPromise(node: Node, view: ProposedView): boolean {
  const { scalars, self, state, plantedBug } = node
  if (state.kind === 'starting' || node.isLeaving) return false
  if (scalars.isRecovering && plantedBug !== 'countWiped') return false
  if (seatOf(view, self)?.incarnation !== scalars.incarnation) return false
  if (isDead(node, view)) return false
  return !isBlank(scalars) || plantedBug === 'countWiped' || isFounding(node, view)
}

/** It names an incarnation whose disk was lost. */
export function isDead({ scalars, plantedBug }: Node, view: ProposedView): boolean {
  if (plantedBug === 'skipNoting') return false
  return view.seats.some(({ id, incarnation }) => incarnation < (scalars.noted.get(id) ?? 0))
}

/**
 * A blank disk may have been another one once. So it promises nothing unless all others, after they
 * have heard this very incarnation, say that none has installed a view.
 */
function isFounding({ scalars, self, table, universe }: Node, view: ProposedView): boolean {
  if (view.seats.length !== universe.length) return false
  return universe.every((id) => {
    if (id === self) return true
    const record = table.record(id)
    const hasHeardUs = record?.hears.some(
      (seat) => seat.id === self && seat.incarnation === scalars.incarnation,
    )
    return hasHeardUs === true && record?.installed === undefined
  })
}

export function receivePromise(node: Node, from: MemberId, part: PromisePart): void {
  const { state } = node
  if (state.kind !== 'commit' || !sameViewId(state.view.id, part.viewId)) return
  takePromise(node, state, from, part)
}

/** Once all have answered, the recovered log is computed, once for this view id. */
function takePromise(node: Node, commit: Commit, from: MemberId, part: PromisePart): void {
  const { answers, view } = commit
  if (answers === undefined || answers.has(from) || seatOf(view, from) === undefined) return
  answers.set(from, part)
  commit.deadlineTick = node.now + timeoutTicks(node)
  if (answers.size < view.seats.length) return
  const rule = node.plantedBug === 'baseByLength' ? 'longest' : 'highestInstalled'
  const recovered = recoverLog(answers, rule)
  if (recovered !== undefined) leadRecovery(node, view, recovered)
  else if (view.seats.length === node.universe.length) {
    leadRecovery(node, view, { end: noneGlobal, runs: [], holders: [] })
  } else giveUp(node, 'nobody has installed a view, and not all are there')
}

export function tickCommit(node: Node, commit: Commit): void {
  const { now } = node
  const { view } = commit
  if (now >= commit.deadlineTick) {
    const { answers, promise: own } = commit
    // Before its own promise is durable a representative has asked nobody.
    if (answers !== undefined && own !== undefined) dampMissing(node, view, new Set(answers.keys()))
    giveUp(node, `view ${viewIdText(view.id)} was not answered in time`)
    return
  }
  if (commit.promise !== undefined && now >= commit.nextSendTick) sendProposals(node, commit)
}

/** To those who have not answered; a representative that has not promised durably does not propose. */
function sendProposals({ config, now, outbox, self }: Node, commit: Commit): void {
  const { answers, view } = commit
  commit.nextSendTick = now + ticks({ config }, repeatMs)
  for (const { id } of view.seats) {
    if (id !== self && answers?.has(id) === false) outbox.tell(id, [{ kind: 'propose', view }])
  }
}

/** Doubled with each failure: a slow disk would never be waited for. */
function timeoutTicks(node: Node): number {
  const { commitTimeoutMs } = node.config
  const grown = commitTimeoutMs * 2 ** Math.min(node.failedProposals, 10)
  return ticks(node, Math.min(grown, timeoutMaxMs))
}
