/**
 * Whom a leader sends new entries at once. Where all members share a machine each message costs
 * processor time that the others lack: then just enough followers for a quorum get entries at once,
 * and those at which somebody waits; the others get at the next tick what has gathered by then. Who
 * does not confirm in time is made up for by another one. It must not know what is sent.
 */
import type { MemberId } from '../../common/member.ts'
import { isActive, type Progress } from './progress.ts'
import type { Leader, Raft } from './state.ts'

/** An append that is not confirmed for so long is late. */
const lateTicks = 2

/** Undefined: all of them. */
export function promptFollowers(raft: Raft, leader: Leader): ReadonlySet<MemberId> | undefined {
  if (raft.options.appendToAllAtOnce) return undefined
  const needed = raft.quorum - (raft.votes ? 1 : 0)
  const fit = raft.voters.filter((id) => isPrompt(raft, leader.progress.get(id)))
  // Whoever was asked last time holds the latest entries.
  const chosen = [
    ...fit.filter((id) => leader.prompt.includes(id)),
    ...fit.filter((id) => !leader.prompt.includes(id)),
  ].slice(0, needed)
  leader.prompt = chosen
  if (chosen.length < needed) return undefined
  return new Set([...chosen, ...leader.awaiting])
}

/** Whether a follower that is not to be sent at once is due: once in a tick. */
export function isDue({ askedTick }: Progress, now: number): boolean {
  return askedTick < now
}

/** It has answered lately, and nothing of what it was sent is late, or was a short while ago. */
function isPrompt(raft: Raft, progress: Progress | undefined): boolean {
  if (progress?.state !== 'replicate') return false
  const { now, options } = raft
  const oldest = progress.inflight[0]
  if (oldest !== undefined && now - oldest.sentTick >= lateTicks) progress.lateTick = now
  const wasLate = now - progress.lateTick < options.quorumLossTicks
  return !wasLate && isActive(progress, now, options.heartbeatTicks * 3)
}
