/**
 * What of the log is kept: what some member may still lack, up to a limit, and whatever is not
 * durably applied. One that is away for longer comes back with another member's state.
 */
import type { LogIndex } from '../replicated-log.ts'
import type { Node } from './node.ts'
import { type GlobalSequence, higher, logIndexOf, lower, seatOf, step } from './view.ts'

/** Only in a view: elsewhere somebody may be fetching it. */
export function nextTrim(node: Node): LogIndex | undefined {
  const { config, delivery, log, pool, state } = node
  if (state.kind !== 'operational' || log.isPersisting) return undefined
  const { view } = state.duties
  const keptFrom = higher(heldByAll(node), step(log.receivedUpTo, -config.retainEntries))
  const beyond = log.beyondBytes(config.retainMaxBytes)
  const upTo = lower(higher(keptFrom, beyond), lower(delivery.appliedDurablyUpTo, log.receivedUpTo))
  const trimmable = upTo - log.firstRetained + 1
  if (trimmable <= 0 || (trimmable < config.trimStepEntries && !node.isTrimDue)) return undefined
  node.isTrimDue = false
  for (const run of log.trim(upTo)) {
    pool.release(run, seatOf(view, run.sender)?.incarnation === run.incarnation)
  }
  return logIndexOf(upTo)
}

/** Of all configured members. Of one that is not in the view nothing is known for certain. */
function heldByAll({ log, state, universe }: Node): GlobalSequence {
  const none = step(log.firstRetained, -1)
  if (state.kind !== 'operational' || state.duties.view.seats.length < universe.length) return none
  return state.duties.peers.all
    .map(({ metadata }) => metadata.receivedUpTo)
    .reduce(lower, log.receivedUpTo)
}
