/** A change of state: noted with its reason, and what every change means. */
import type { MemberId } from '../../../common/member.ts'
import type { Node } from '../node.ts'
import type { ProposedView } from '../view.ts'
import type { State } from './state.ts'

export function enter(node: Node, state: State, reason: string): void {
  const before = node.state
  node.transitions.add({ tick: node.now, from: before.kind, to: state.kind, reason })
  node.state = state
  if (before.kind === 'operational') {
    node.withoutViewSinceTick = node.now
    node.left = { viewId: before.duties.view.id, receivedUpTo: node.log.receivedUpTo }
    node.barriers.restart()
  }
  // What a fetch in the state before has wished for is of no use any more.
  node.fetched = undefined
  node.wish = undefined
  // What is not durable, or in the write that makes it so, is nothing that anybody counts on.
  const { log, delivery } = node
  if (node.plantedBug === 'recoverPastGap') {
    if (before.kind === 'operational') closeGaps(node)
    return
  }
  if (state.kind !== 'operational' && log.orderedUpTo > log.persistingUpTo) {
    log.cutTo(log.persistingUpTo, delivery.prefix)
  }
}

/** The planted bug: an entry of which a request is lacking counts as held, and what follows it. */
function closeGaps({ log, pool }: Node): void {
  for (const { id } of log.missingRequests(Number.POSITIVE_INFINITY)) {
    pool.hold(id, new Uint8Array())
    log.requestHeld(id)
  }
}

/** Scalars change in memory now, and on disk with the next write. */
export function changeScalars(node: Node, change: Partial<Node['scalars']>): void {
  node.scalars = { ...node.scalars, ...change }
  node.writes.scalarsChanged()
}

/**
 * As the representative: for whom the proposal came to nothing. Its disk may hang, and the others
 * should not wait for it again and again.
 */
export function dampMissing(
  { damping, now, self }: Node,
  { seats }: ProposedView,
  heard: ReadonlySet<MemberId>,
): void {
  for (const { id } of seats) if (id !== self && !heard.has(id)) damping.returned(id, now)
}

/** What was proposed came to nothing: the next attempt is more patient. */
export function giveUp(node: Node, reason: string): void {
  node.failedProposals += 1
  node.returnToGather(reason)
}
