/**
 * When a leader may hold an entry for committed. Alone in a file because it is the rule that is
 * easiest to get wrong (paper, section 5.4.2 and figure 8).
 */
import { reachedByQuorum } from '../../common/quorum.ts'
import type { LogIndex } from '../replicated-log.ts'
import { originName } from './forward.ts'
import { commitTo, type Leader, type Raft } from './state.ts'
import { asIndex } from './types.ts'

/**
 * "Only log entries from the leader's current term are committed by counting replicas": an older
 * entry on a majority can still be replaced by a leader that has a later one elsewhere. It is
 * committed together with the first entry of this term that stands behind it.
 *
 * The leader counts itself up to what is durable here, like any voter; not at all once its own entry
 * has taken its seat away.
 */
export function advanceCommit(raft: Raft, leader: Leader): void {
  const matched: number[] = raft.votes ? [raft.log.durableIndex] : []
  for (const voter of raft.voters) {
    const progress = leader.progress.get(voter)
    if (progress !== undefined) matched.push(progress.matchIndex)
  }
  const reached = reachedByQuorum(matched, raft.quorum)
  if (reached === undefined || reached <= raft.commitIndex) return
  const index = asIndex(reached)
  if (raft.log.termAt(index) !== raft.term && raft.plantedBug !== 'commitOlderTerm') return
  releaseUncommitted(raft, leader, index)
  commitTo(raft, index)
}

function releaseUncommitted(raft: Raft, { forwarded }: Leader, upTo: LogIndex): void {
  for (let index = raft.commitIndex + 1; index <= upTo; index += 1) {
    const entry = raft.log.entryAt(asIndex(index))
    raft.uncommittedBytes -= entry.bytes.length
    if (entry.kind === 'command') forwarded.delete(originName(entry.origin))
  }
}
