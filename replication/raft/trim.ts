/**
 * When the log may forget its beginning: behind what every member holds durably, so that a member
 * that comes back with its disk always finds what it misses, and behind what is durably applied
 * here.
 */
import type { LogIndex } from '../replicated-log.ts'
import type { Raft } from './state.ts'
import { asIndex } from './types.ts'

/**
 * What storage may forget now. It keeps one entry more than memory needs, the one at the log's
 * base: after a restart that entry tells the base's term.
 */
export function nextTrim(raft: Raft): LogIndex | undefined {
  const index = Math.min(raft.heldByAllIndex, raft.appliedDurablyIndex)
  if (index - raft.trimmedIndex < raft.options.trimStepEntries) return undefined
  raft.trimmedIndex = asIndex(index)
  raft.log.trimTo(raft.trimmedIndex)
  return asIndex(index - 1)
}
