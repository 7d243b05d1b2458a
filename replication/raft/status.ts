/** What people and dashboards see of a member. It must not be used to decide anything. */
import type { MemberId } from '../../common/member.ts'
import type { CoreStatus } from '../protocol.ts'
import type { Raft } from './state.ts'

export function statusOf(raft: Raft): CoreStatus {
  return {
    members: raft.members.map((id) => ({
      id,
      lastHeardTicksAgo: ticksSinceHeard(raft, id),
      details: memberDetails(raft, id),
    })),
    protocolDetails: {
      term: raft.term,
      role: raft.role.kind,
      leader: raft.leader ?? null,
      votedFor: raft.votedFor ?? null,
      firstIndex: raft.log.baseIndex + 1,
      lastIndex: raft.log.lastIndex,
      durableIndex: raft.log.durableIndex,
      commitIndex: raft.commitIndex,
      deliveredIndex: raft.deliveredIndex,
      appliedIndex: raft.appliedIndex,
      heldByAllIndex: raft.heldByAllIndex,
      pendingProposals: raft.proposals.byId.size,
      pendingBarriers: raft.barriers.waiting.size + (raft.barriers.asked?.ids.size ?? 0),
    },
  }
}

function ticksSinceHeard(raft: Raft, id: MemberId): number | undefined {
  const heard = raft.lastHeard.get(id)
  return heard === undefined ? undefined : raft.now - heard
}

function memberDetails(raft: Raft, id: MemberId): Readonly<Record<string, unknown>> {
  const role = id === raft.leader ? 'leader' : 'follower'
  const progress = raft.role.kind === 'leader' ? raft.role.progress.get(id) : undefined
  if (progress === undefined) return { role }
  const { state, matchIndex, nextIndex, inflight } = progress
  return { role, state, matchIndex, nextIndex, inflightAppends: inflight.length }
}
