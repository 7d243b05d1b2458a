/** What people are shown of a core: JSON, in the protocol's words. */
import type { MemberId } from '../../common/member.ts'
import type { CoreStatus } from '../protocol.ts'
import { standingOf } from './membership/joins.ts'
import { type Node, ticks } from './node.ts'
import { sequencerOf, step, viewIdText } from './view.ts'

export function describe(node: Node): CoreStatus {
  const { barriers, delivery, log, own, scalars, stableUpTo, state } = node
  const duties = state.kind === 'operational' ? state.duties : undefined
  const next = step(log.orderedUpTo, 1)
  const protocolDetails = {
    state: state.kind,
    quorum: node.quorum,
    standing: standingOf(node),
    viewId: duties && viewIdText(duties.view.id),
    viewMembers: duties?.view.seats.map(({ id }) => id),
    nextGlobalSequence: next,
    nextSequencer: duties && sequencerOf(duties.view, next),
    receivedUpTo: log.receivedUpTo,
    stableUpTo,
    deliveredUpTo: delivery.deliveredUpTo,
    promised: scalars.promised && viewIdText(scalars.promised),
    installed: scalars.installed && viewIdText(scalars.installed.id),
    incarnation: scalars.incarnation,
    transitions: transitionsOf(node),
    ownRequestsUnderWay: own.underWay,
    firstRetained: log.firstRetained,
    retainedSequences: log.size,
    applyBacklogEntries: delivery.backlogEntries,
    barriersWaiting: barriers.size,
    repair: { ...node.repairCounters },
    ignoredMessages: node.ignored,
  }
  return { members: node.universe.map((id) => memberOf(node, id)), protocolDetails }
}

function memberOf(node: Node, id: MemberId): CoreStatus['members'][number] {
  const { delivery, log, now, scalars, self, stableUpTo, state, table } = node
  if (id === self) {
    const { deliveredUpTo } = delivery
    const { incarnation } = scalars
    const { receivedUpTo } = log
    const details = { incarnation, receivedUpTo, stableUpTo, deliveredUpTo, inView: isIn(node, id) }
    return { id, lastHeardTicksAgo: undefined, details }
  }
  const heardTick = table.heardTick(id)
  const timeoutTicks = ticks(node, node.config.failureTimeoutMs)
  const peers = state.kind === 'operational' ? state.duties.peers : undefined
  const metadata = peers?.has(id) === true ? peers.get(id).metadata : undefined
  const record = metadata === undefined ? table.record(id) : undefined
  return {
    id,
    lastHeardTicksAgo: heardTick === undefined ? undefined : now - heardTick,
    details: {
      incarnation: table.incarnationOf(id),
      inView: isIn(node, id),
      isHeard: heardTick !== undefined && now - heardTick <= timeoutTicks,
      receivedUpTo: metadata?.receivedUpTo ?? record?.receivedUpTo,
      deliveredUpTo: metadata?.deliveredUpTo,
      standing: record?.standing,
      ...(node.damping.isDamped(id, now) ? { damped: true } : {}),
    },
  }
}

function isIn({ state }: Node, member: MemberId): boolean {
  return state.kind === 'operational' && state.duties.view.seats.some(({ id }) => id === member)
}

function transitionsOf({ config, now, transitions }: Node) {
  return transitions.all.map(({ number, tick, from, to, reason }) => {
    return { number, msAgo: (now - tick) * config.tickMs, from, to, reason }
  })
}
