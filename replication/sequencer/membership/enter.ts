/** A change of state: noted with its reason, and what every change means. */
import type { Node } from '../node.ts'
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
  if (state.kind !== 'operational' && log.orderedUpTo > log.persistingUpTo) {
    log.cutTo(log.persistingUpTo, delivery.prefix)
  }
}

/** Scalars change in memory now, and on disk with the next write. */
export function changeScalars(node: Node, change: Partial<Node['scalars']>): void {
  node.scalars = { ...node.scalars, ...change }
  node.writes.scalarsChanged()
}

/** What was proposed came to nothing: the next attempt is more patient. */
export function giveUp(node: Node, reason: string): void {
  node.failedProposals += 1
  node.returnToGather(reason)
}
