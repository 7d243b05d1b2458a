/**
 * All that a member does about lost datagrams, before each Ready: it answers, asks for what it
 * lacks, and speaks up where its own work does not move on.
 */
import { announce } from './announce.ts'
import { gapsInView } from './gaps.ts'
import { fetchingOf } from './membership/fetching.ts'
import type { Node } from './node.ts'

export function repairLoss(node: Node): void {
  const { answers, nowMs, outbox, state } = node
  for (const { to, parts } of answers.take(nowMs)) outbox.tell(to, parts)
  if (state.kind !== 'operational') return
  const { duties } = state
  for (const { to, part } of duties.repair.asks(gapsInView(node, duties), nowMs)) {
    outbox.tell(to, [part])
  }
  announce(node, duties)
}

/** When it has to be done even if nothing comes in; undefined: ticks are enough. */
export function repairDueAtMs(node: Node): number | undefined {
  const { state } = node
  const isInView = state.kind === 'operational'
  const repair = isInView ? state.duties.repair : fetchingOf(node)?.repair
  const announcer = isInView ? state.duties.announcer : undefined
  const dueMs = Math.min(repair?.dueAtMs ?? Infinity, announcer?.dueAtMs ?? Infinity)
  return dueMs === Infinity ? undefined : dueMs
}
