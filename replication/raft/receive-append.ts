/**
 * The follower's side of replication: where an append fits, what it replaces, and the answer
 * (paper, figure 2, AppendEntries receiver). Terms are settled before it is called.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import { noteLogged, noteTruncated } from './forward.ts'
import { refreshMembers } from './seats.ts'
import { commitTo, type Raft } from './state.ts'
import {
  type Append,
  type AppendAccepted,
  type AppendRefused,
  asIndex,
  type Entry,
} from './types.ts'

export function receiveAppend(raft: Raft, from: MemberId, message: Append): void {
  // This log is about to be replaced: nothing can be said about it. The leader asks again.
  if (raft.restoring?.kind === 'installing') return
  const { prevIndex, prevTerm, entries, commitIndex } = message
  // Every later leader has what is committed (Leader Completeness): there is no conflict there.
  const known = Math.max(0, raft.commitIndex - prevIndex)
  if (known > 0) requireSameCommitted(raft, message)
  else if (!raft.log.matches(prevIndex, prevTerm)) {
    refuse(raft, from, message)
    return
  }
  for (let place = known; place < entries.length; place += 1) {
    const entry = entries[place]
    if (entry !== undefined) takeIn(raft, entry)
  }
  const lastIndex = Math.max(prevIndex + entries.length, raft.commitIndex)
  raft.verifiedIndex = asIndex(Math.max(raft.verifiedIndex, lastIndex))
  commitTo(raft, asIndex(Math.min(commitIndex, lastIndex)))
  accept(raft, from)
}

/**
 * Where the append and what is committed here overlap, the last common index tells for all. No legal
 * message fails here: this member is in no earlier term than the one in which anything that it holds
 * for committed was known to be (start.ts, restore.ts), so the sender is complete.
 */
function requireSameCommitted(raft: Raft, { prevIndex, prevTerm, entries }: Append): void {
  const index = asIndex(Math.min(raft.commitIndex, prevIndex + entries.length))
  const theirs = index === prevIndex ? prevTerm : entries[index - prevIndex - 1]?.term
  const held = raft.log.termAt(index)
  assert(held === undefined || held === theirs, 'committed entries are the same in every log')
}

/**
 * "If an existing entry conflicts with a new one, delete it and all that follow." Not otherwise:
 * an old append that arrives late must not shorten the log.
 */
function takeIn(raft: Raft, entry: Entry): void {
  const held = raft.log.termAt(entry.index)
  if (held === entry.term) return
  if (held !== undefined) replaceFrom(raft, entry.index)
  raft.log.append(entry)
  noteLogged(raft, entry)
  if (entry.kind !== 'configuration') return
  raft.configurations.append({ index: entry.index, configuration: entry.configuration })
  refreshMembers(raft)
}

function replaceFrom(raft: Raft, index: LogIndex): void {
  assert(index > raft.commitIndex, 'no committed entry is replaced')
  assert(index > raft.verifiedIndex, 'no leader contradicts itself within its term')
  noteTruncated(raft, raft.log.truncateFrom(index))
  raft.configurations.truncateFrom(index)
  refreshMembers(raft)
}

/**
 * A promise: it leaves when all of the log, as it stands now, is durable. The latest says it all.
 */
function accept(raft: Raft, from: MemberId): void {
  if (raft.plantedBug === 'ackBeforePersist') {
    raft.outbox.send.push({ to: from, message: acceptedUpTo(raft, raft.verifiedIndex) })
    return
  }
  raft.outbox.accepted = raft.verifiedIndex
}

export function acceptedUpTo(raft: Raft, matchIndex: LogIndex): AppendAccepted {
  return { kind: 'appendAccepted', term: raft.term, matchIndex }
}

/** With the place where the logs may meet, so that the leader skips whole terms. */
function refuse(raft: Raft, from: MemberId, { prevIndex, prevTerm }: Append): void {
  const hintIndex = raft.log.lastIndexOfTermAtMost(prevIndex, prevTerm)
  const hintTerm = raft.log.termAt(hintIndex)
  assert(hintTerm !== undefined, 'the hint lies in the log')
  const { term } = raft
  const message: AppendRefused = { kind: 'appendRefused', term, prevIndex, hintIndex, hintTerm }
  raft.outbox.send.push({ to: from, message })
}
