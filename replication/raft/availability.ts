/**
 * Whether proposals are taken, and in a person's words why not. A short search for a leader is not
 * worth a refusal: what comes waits. It must not change anything.
 */
import type { Raft } from './state.ts'

/** Undefined while there is a leader, or has not been none for long. */
export function leaderlessReason(raft: Raft): string | undefined {
  if (raft.leader !== undefined) return undefined
  const { leaderlessPatienceTicks, electionMaxTicks } = raft.options
  if (raft.now - raft.leaderlessSince < leaderlessPatienceTicks) return undefined
  const silent = raft.others.filter((member) => {
    const heard = raft.lastHeard.get(member)
    return heard === undefined || raft.now - heard > 2 * electionMaxTicks
  })
  const size = raft.members.length
  const heard = size - silent.length
  if (heard < raft.quorum) {
    return (
      `The group has no leader: this replica hears ${heard} of ${size} members, itself counted, ` +
      `and ${raft.quorum} are needed. Start or reconnect ${silent.map(String).join(', ')}.`
    )
  }
  return `The group has no leader: ${heard} of ${size} members answer and are electing one.`
}
