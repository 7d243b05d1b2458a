/**
 * Leaving on purpose, because the process is about to end: what this member has sent is seen
 * through, then it leaves the view and says so, so that nobody has to wait until it is missed.
 */
import { type Node, ticks } from '../node.ts'

/** So that a lost datagram does not make it unheard. */
const saidForMs = 30

/** Whenever something may have changed. */
export function leave(node: Node): void {
  if (!node.isLeaving || node.state.kind !== 'operational' || node.own.underWay > 0) return
  if (node.universe.length > 1) node.returnToGather('this process is about to end')
}

export function mayStop(node: Node): boolean {
  const { state } = node
  if (node.universe.length === 1) return node.own.underWay === 0
  if (state.kind === 'operational') return false
  if (state.kind !== 'gather') return true
  return node.now - state.sinceTick >= ticks(node, saidForMs)
}
