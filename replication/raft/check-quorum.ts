/**
 * A leader that cannot reach a majority steps down (dissertation, section 6.2): what waits for it
 * elsewhere moves on to the next leader, and what comes to it does not wait for nothing.
 */
import { sendHeartbeats } from './heartbeat.ts'
import { tickMembership } from './membership.ts'
import { isActive } from './progress.ts'
import { becomeFollower } from './roles.ts'
import { isQuorum } from './seats.ts'
import type { Leader, Raft } from './state.ts'
import { tickTransfer } from './transfer.ts'

/** A tick of a leader. */
export function tickLeader(raft: Raft, leader: Leader): void {
  leader.heartbeatElapsed += 1
  tickTransfer(raft, leader)
  tickMembership(raft, leader)
  if (leader.heartbeatElapsed < raft.options.heartbeatTicks) return
  if (reachesQuorum(raft, leader)) sendHeartbeats(raft, leader)
  else becomeFollower(raft, raft.term, undefined)
}

/**
 * Counts members that have answered this leader in this term. Only an answer shows both ways open.
 */
function reachesQuorum(raft: Raft, leader: Leader): boolean {
  let active = 0
  for (const progress of leader.progress.values()) {
    const counts = raft.voters.includes(progress.member)
    if (counts && isActive(progress, raft.now, raft.options.quorumLossTicks)) active += 1
  }
  return isQuorum(raft, active)
}
