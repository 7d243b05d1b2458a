/**
 * Getting a log that is known to be right: dropping, durably, what departs from it, then fetching
 * what is missing, entry by entry or as another member's state. Recovery, a lost disk and catching
 * up from outside differ only in what they write with the last of it.
 */
import { assert } from '../../../common/assert.ts'
import type { MemberId } from '../../../common/member.ts'
import type { Position } from '../../replicated-log.ts'
import { decodeContext } from '../applied-context.ts'
import type { Part, SequenceMessage } from '../message.ts'
import type { Node } from '../node.ts'
import { planRecovery, type RecoveredLog, viewAt } from '../recovered-log.ts'
import { type Missing, Repair, type TargetOf } from '../repair.ts'
import { type GlobalSequence, globalSequenceOf, logIndexOf, sameViewId, step } from '../view.ts'

export type Fetching = {
  target: RecoveredLog
  readonly repair: Repair
  /** Changes the scalars; what it changes is durable with the last entry, in the same write. */
  readonly atEnd: (() => void) | undefined
  stage:
    | { readonly kind: 'planning' }
    | { readonly kind: 'truncating' }
    | { readonly kind: 'transferring'; readonly atLeast: GlobalSequence }
    | { readonly kind: 'fetching' }
    | { readonly kind: 'ended' }
}

/**
 * What of each kind is asked for at a time. More would bring little: where round trips are short it
 * is the limit on answers (answersMaxBytes) that bounds; and all of it is gone through each time.
 */
const missingMax = { sequences: 64, namedRequests: 256 }

export function startFetching(
  node: Node,
  target: RecoveredLog,
  atEnd: (() => void) | undefined,
): Fetching {
  const { config, random, repairCounters: counters, self } = node
  const targetOf = heldBy(() => fetching.target, self)
  const repair = new Repair({ targetOf, random, timing: config, counters })
  const fetching: Fetching = { target, repair, atEnd, stage: { kind: 'planning' } }
  return fetching
}

/** More of the same log has become known to be right, and is held from where this member stands. */
export function extendFetching({ log }: Node, fetching: Fetching, target: RecoveredLog): void {
  if (fetching.stage.kind !== 'fetching' || target.end <= fetching.target.end) return
  const needed = step(log.receivedUpTo, 1)
  const firstKnown = target.runs[0]?.first ?? step(target.end, 1)
  const isHeld = target.holders.some(({ firstRetained }) => firstRetained <= needed)
  if (firstKnown <= needed && isHeld) fetching.target = target
}

/** The fetch of the present state, if it has one. */
export function fetchingOf({ state }: Node): Fetching | undefined {
  if (state.kind === 'gather') return state.catchUp
  if (state.kind === 'recovery' || state.kind === 'rebuild') return state.fetching
  return undefined
}

/** Called before each Ready. */
export function driveFetching(node: Node, fetching: Fetching): void {
  const { log, writes } = node
  if (fetching.stage.kind === 'planning' && writes.isSettled) plan(node, fetching)
  if (fetching.stage.kind !== 'fetching') return
  const isComplete = log.receivedUpTo >= fetching.target.end
  if (isComplete && !writes.isBusy) endFetching(fetching)
  else askForMissing(node, fetching)
}

function plan(node: Node, fetching: Fetching): void {
  const { log, delivery, writes } = node
  const { deliveredUpTo } = delivery
  const own = { ...log.extent(), deliveredUpTo }
  const { target } = fetching
  const found = planRecovery(own, target)
  if (found.kind === 'transfer') {
    const { atLeast } = found
    node.wish = { from: sources(node, target), atLeast: logIndexOf(atLeast) }
    node.fetched = undefined
    fetching.stage = { kind: 'transferring', atLeast }
    return
  }
  const { departure } = found
  if (departure >= log.receivedUpTo) {
    log.cutTo(log.receivedUpTo, delivery.prefix)
    fetching.stage = { kind: 'fetching' }
    return
  }
  log.cutTo(departure, delivery.prefix)
  writes.truncateFrom(step(departure, 1))
  fetching.stage = { kind: 'truncating' }
  writes.whenDurable(() => {
    if (fetching.stage.kind === 'truncating') fetching.stage = { kind: 'fetching' }
  })
}

/**
 * Who holds the log comes first. Then everybody else, too: what anybody has applied is agreed for
 * good, and of those who were to be asked perhaps nobody is left.
 */
function sources({ self, universe }: Node, { holders }: RecoveredLog): MemberId[] {
  return [...new Set([...holders.map(({ id }) => id), ...universe])].filter((id) => id !== self)
}

/** The last of it is in the write that is handed out now, or was durable before. */
export function endFetching(fetching: Fetching): void {
  fetching.stage = { kind: 'ended' }
  fetching.atEnd?.()
}

/** Asks at once for whatever has newly turned out to be missing; again when it is due. */
function askForMissing({ log, outbox, nowMs }: Node, { target, repair }: Fetching): void {
  const missing: Missing[] = log
    .missingSequences(target.end, missingMax.sequences)
    .map((k) => ({ kind: 'sequence', k, isSent: true }))
  for (const { id, k } of log.missingRequests(missingMax.namedRequests)) {
    missing.push({ kind: 'namedRequest', id, k, isSent: true })
  }
  for (const { to, part } of repair.asks(missing, nowMs)) outbox.tell(to, [part])
}

/** Entries that somebody serves outside of a view count only if they are the ones that are meant. */
export function receiveFetched(node: Node, part: Part): void {
  const fetching = fetchingOf(node)
  if (fetching?.stage.kind !== 'fetching') return
  const { log, pool } = node
  if (part.kind === 'sequence' && belongs(fetching.target, part.sequence)) {
    log.offer(part.sequence)
  }
  if (part.kind === 'request' && log.isMissing(part.id) && pool.add(part)) log.requestHeld(part.id)
}

function belongs({ end, runs }: RecoveredLog, { globalSequence: k, viewId }: SequenceMessage) {
  const issuer = viewAt(runs, k)
  return k <= end && issuer !== undefined && sameViewId(issuer, viewId)
}

/** A state lies beside the present one. */
export function stateFetched(node: Node, position: Position): void {
  const stage = fetchingOf(node)?.stage
  if (stage?.kind !== 'transferring' || node.wish !== undefined) return
  if (globalSequenceOf(position.index) >= stage.atLeast) node.fetched = position
}

/** It has taken the place of the present one and of the log, durably. The promise is as it was. */
export function stateInstalled(node: Node, { index, context }: Position): void {
  const k = globalSequenceOf(index)
  const { viewId, order } = decodeContext(context)
  assert(k > node.delivery.deliveredUpTo, 'a state is installed to go forward')
  node.delivery.resetTo(k, order.clone())
  node.log.resetTo(k, viewId, order)
  if (k > node.stableUpTo) node.stableUpTo = k
  const next = order.next(node.self, node.scalars.incarnation)
  const message = 'This member got the state of another one; the request may be part of it.'
  for (const id of next === undefined ? [] : node.own.passOver(next)) {
    node.rejected.push({ kind: 'proposal', id, code: 'UNAVAILABLE', definite: false, message })
  }
  const fetching = fetchingOf(node)
  if (fetching?.stage.kind === 'transferring') fetching.stage = { kind: 'planning' }
}

/** Those who have it, in turn. */
function heldBy(target: () => RecoveredLog, self: MemberId): TargetOf {
  return (missing, attempts) => {
    if (missing.kind === 'request') return undefined
    const { k } = missing
    const having = target().holders.filter(
      (one) => one.id !== self && one.firstRetained <= k && k <= one.receivedUpTo,
    )
    return having[attempts % Math.max(1, having.length)]?.id
  }
}
