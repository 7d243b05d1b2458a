/**
 * When the log may forget its beginning: what every member holds durably, and what is beyond the
 * size that is kept for those who lack it; but nothing that is not durably applied here. A member
 * that lacks more gets the state (restore.ts); while it does, a leader keeps what comes meanwhile,
 * so that it can go on from there.
 */
import type { LogIndex } from '../replicated-log.ts'
import { isActive } from './progress.ts'
import type { Raft } from './state.ts'
import { asIndex } from './types.ts'

/**
 * What storage may forget now. It keeps one entry more than memory needs, the one at the log's
 * base: after a restart that entry tells the base's term.
 */
export function nextTrim(raft: Raft): LogIndex | undefined {
  if (raft.restoring?.kind === 'installing') return undefined
  const surplus =
    raft.plantedBug === 'trimBeyondDurable' ? raft.appliedIndex : raft.appliedDurablyIndex
  // What to retain may take long to find out: not before there is anything to trim.
  if (surplus - raft.trimmedIndex < raft.options.trimStepEntries) return undefined
  const index = Math.min(Math.max(raft.heldByAllIndex, beyondRetention(raft)), surplus)
  if (index - raft.trimmedIndex < raft.options.trimStepEntries) return undefined
  raft.trimmedIndex = asIndex(index)
  raft.log.trimTo(raft.trimmedIndex)
  return asIndex(index - 1)
}

/** Looked at once in a tick: it may have to look at every entry. */
function beyondRetention(raft: Raft): LogIndex {
  if (raft.trimCheckedTick === raft.now) return raft.trimmedIndex
  raft.trimCheckedTick = raft.now
  const { retainEntriesMax, retainSizeMaxBytes, retainWhileRestoring } = raft.options
  const times = isRestoringAnother(raft) ? retainWhileRestoring : 1
  return raft.log.startOfLast(retainEntriesMax * times, retainSizeMaxBytes * times)
}

function isRestoringAnother({ role, now, options }: Raft): boolean {
  if (role.kind !== 'leader') return false
  return [...role.progress.values()].some(
    (progress) => progress.restoring && isActive(progress, now, options.quorumLossTicks),
  )
}
