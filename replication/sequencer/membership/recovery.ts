/**
 * Recovery: all members of a proposed view make its recovered log theirs and install the view, in
 * one write with the last of it; when all have confirmed, the representative announces it.
 */
import { assert } from '../../../common/assert.ts'
import type { MemberId } from '../../../common/member.ts'
import type { RecoveredPart, RecoverPart } from '../message.ts'
import { type Node, ticks } from '../node.ts'
import type { RecoveredLog } from '../recovered-log.ts'
import { compareViewIds, type ProposedView, sameViewId, step, viewIdText } from '../view.ts'
import { changeScalars, dampMissing, enter, giveUp } from './enter.ts'
import { type Fetching, startFetching } from './fetching.ts'
import { enterOperational } from './operational.ts'
import type { Recovery } from './state.ts'

const repeatMs = 20

/** As the representative, with the answers of all. */
export function leadRecovery(node: Node, view: ProposedView, recovered: RecoveredLog): void {
  const reason = `all ${view.seats.length} members have promised view ${viewIdText(view.id)}`
  begin(node, view, recovered, new Set(), reason)
}

export function receiveRecover(node: Node, from: MemberId, part: RecoverPart): void {
  const { state } = node
  if (from !== part.viewId.representative) return
  if (state.kind === 'recovery' && sameViewId(state.view.id, part.viewId)) {
    // The representative is still at it.
    state.deadlineTick = node.now + timeoutTicks(node)
    return
  }
  const { earlier } = node
  const isBug = node.plantedBug === 'installUnpromised' && earlier !== undefined
  if (isBug && sameViewId(earlier.id, part.viewId)) {
    begin(node, earlier, part.recovered, undefined, 'late')
    return
  }
  if (state.kind !== 'commit' || state.promise === undefined) return
  if (!sameViewId(state.view.id, part.viewId)) return
  begin(node, state.view, part.recovered, undefined, 'all have promised the view')
}

function begin(
  node: Node,
  view: ProposedView,
  recovered: RecoveredLog,
  confirmed: Set<MemberId> | undefined,
  reason: string,
): void {
  const recovery: Recovery = {
    kind: 'recovery',
    view,
    recovered,
    fetching: startFetching(node, recovered, () => install(node, recovery)),
    installed: undefined,
    deadlineTick: node.now + timeoutTicks(node),
    nextSendTick: node.now,
    confirmed,
    progress: new Map(),
  }
  enter(node, recovery, reason)
  tickRecovery(node, recovery)
}

/** With the last entry, in the same write. Only while nothing else was promised or installed. */
function install(node: Node, recovery: Recovery): void {
  const { scalars, self, writes, plantedBug } = node
  const { id, seats } = recovery.view
  const isPromised = scalars.promised !== undefined && sameViewId(scalars.promised, id)
  const isHigher = compareViewIds(id, scalars.installed?.id) > 0
  if (plantedBug !== 'installUnpromised' && !(isPromised && isHigher)) return
  const { end } = recovery.recovered
  const isWhole = node.log.persistingUpTo === end
  assert(isWhole || plantedBug !== undefined, 'who installs a view has its recovered log, no more')
  const installed = { id, seats, firstGlobal: step(end, 1) }
  changeScalars(node, { installed })
  node.table.noteFounded()
  writes.whenDurable(() => {
    if (node.state !== recovery) return
    recovery.installed = installed
    if (recovery.confirmed === undefined) tellProgress(node, recovery)
    else confirm(node, recovery, self)
  })
}

export function receiveRecovered(node: Node, from: MemberId, part: RecoveredPart): void {
  const { state, outbox } = node
  if (state.kind === 'operational' && sameViewId(state.duties.view.id, part.viewId)) {
    // It has not heard the announcement: any datagram of the view is one.
    outbox.tell(from, [])
    return
  }
  if (state.kind !== 'recovery' || state.confirmed === undefined) return
  if (!sameViewId(state.view.id, part.viewId)) return
  const before = state.progress.get(from)
  state.progress.set(from, part.receivedUpTo)
  const hasMoved = before === undefined || before < part.receivedUpTo
  if (hasMoved || part.stage === 'transferring') state.deadlineTick = node.now + timeoutTicks(node)
  if (part.stage === 'installed') confirm(node, state, from)
}

function confirm(node: Node, recovery: Recovery, member: MemberId): void {
  const { confirmed, installed, view } = recovery
  if (confirmed === undefined) return
  if (!confirmed.has(member)) recovery.deadlineTick = node.now + timeoutTicks(node)
  confirmed.add(member)
  if (installed === undefined || confirmed.size < view.seats.length) return
  enterOperational(node, installed, 'all have its recovered log')
}

export function tickRecovery(node: Node, recovery: Recovery): void {
  const { now } = node
  if (now >= recovery.deadlineTick) {
    if (recovery.confirmed !== undefined) dampMissing(node, recovery.view, recovery.confirmed)
    giveUp(node, `the recovery of view ${viewIdText(recovery.view.id)} did not go on`)
    return
  }
  if (now < recovery.nextSendTick) return
  recovery.nextSendTick = now + ticks(node, repeatMs)
  if (recovery.confirmed === undefined) tellProgress(node, recovery)
  else tellRecovered(node, recovery)
}

function tellRecovered({ outbox, self }: Node, { recovered, view }: Recovery): void {
  const part: RecoverPart = { kind: 'recover', viewId: view.id, recovered }
  for (const { id } of view.seats) if (id !== self) outbox.tell(id, [part])
}

function tellProgress({ log, outbox }: Node, { fetching, installed, view }: Recovery): void {
  const stage = installed === undefined ? stageOf(fetching) : 'installed'
  const { receivedUpTo } = log
  const part: RecoveredPart = { kind: 'recovered', viewId: view.id, receivedUpTo, stage }
  outbox.tell(view.id.representative, [part])
}

function stageOf({ stage }: Fetching): RecoveredPart['stage'] {
  return stage.kind === 'transferring' ? 'transferring' : 'fetching'
}

function timeoutTicks(node: Node): number {
  const { recoveryTimeoutMs } = node.config
  return ticks(node, recoveryTimeoutMs * 2 ** Math.min(node.failedProposals, 4))
}
