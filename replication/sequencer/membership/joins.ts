/** What this member says in gather, what others say, and how each of them stands. */
import { isBlank } from '../durable.ts'
import { maskOf } from '../members-mask.ts'
import type { JoinRecord, MemberStanding } from '../message.ts'
import { type Node, ticks } from '../node.ts'
import { compareViewIds } from '../view.ts'

/** Lately. */
export function joins(node: Node): JoinRecord[] {
  return node.table.records(node.now, ticks(node, node.config.failureTimeoutMs))
}

export function ownRecord(node: Node, choice: number): JoinRecord {
  const { config, damping, log, now, scalars, self, table } = node
  node.joinNumber += 1
  return {
    member: self,
    incarnation: scalars.incarnation,
    number: node.joinNumber,
    standing: standingOf(node),
    promised: scalars.promised,
    installed: scalars.installed?.id,
    receivedUpTo: log.receivedUpTo,
    hears: table.heard(now, ticks(node, config.failureTimeoutMs)),
    choice,
    damped: maskOf(damping.damped(now)),
  }
}

export function standingOf(node: Node): MemberStanding {
  const { scalars, isLeaving, plantedBug } = node
  if (isLeaving) return 'leaving'
  if (scalars.isRecovering && plantedBug !== 'countWiped') return 'recovering'
  if (isBlank(scalars) && plantedBug !== 'countWiped') return 'blank'
  return isBehind(node) ? 'behind' : 'whole'
}

/** So far that the others should not wait for it. */
export function isBehind(node: Node): boolean {
  const { config, log, scalars, stableElsewhere, isNear } = node
  const nearEntries = isNear ? 2 * config.nearEntries : config.nearEntries
  if (stableElsewhere - log.receivedUpTo > nearEntries) return true
  // Those who gather move no further.
  return joins(node).some(({ installed, receivedUpTo }) => {
    const isBase = compareViewIds(installed, scalars.installed?.id) >= 0
    return isBase && receivedUpTo - log.receivedUpTo > config.behindEntries
  })
}

/** So that one that has come near is not put back by what is ordered while it is let in. */
export function noteNearness(node: Node): void {
  node.isNear = !isBehind(node)
}
