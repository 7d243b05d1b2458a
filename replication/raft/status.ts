/** What people and dashboards see of a member. It must not be used to decide anything. */
import type { MemberId } from '../../common/member.ts'
import type { CoreStatus } from '../protocol.ts'
import { outsiderReason } from './availability.ts'
import { seatOf } from './configuration.ts'
import { configurationOf, type Raft } from './state.ts'

export function statusOf(raft: Raft): CoreStatus {
  const { latest } = raft.configurations
  const { role } = raft
  return {
    members: knownMembers(raft).map((id) => ({
      id,
      lastHeardTicksAgo: ticksSinceHeard(raft, id),
      details: memberDetails(raft, id),
    })),
    protocolDetails: {
      term: raft.term,
      role: role.kind,
      leader: raft.leader ?? null,
      votedFor: raft.votedFor ?? null,
      disk: raft.disk,
      configuration: latest?.configuration.seats ?? null,
      configurationIndex: latest?.index ?? null,
      configurationCommitted: latest !== undefined && latest.index <= raft.commitIndex,
      /** With a disk that has no seat: they wait to be added, or to replace one that lost its disk. */
      outsiders: [...raft.outsiders]
        .filter(([, { heardTick }]) => raft.now - heardTick <= raft.options.askTicks * 20)
        .map(([id, { disk }]) => ({ id, disk })),
      outside: outsiderReason(raft) ?? null,
      transferring: role.kind === 'leader' ? (role.transfer?.to ?? null) : null,
      restoring: raft.restoring?.kind ?? null,
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

function knownMembers(raft: Raft): readonly MemberId[] {
  const seats = configurationOf(raft)?.seats ?? raft.configured
  return seats.map(({ id }) => id)
}

function ticksSinceHeard(raft: Raft, id: MemberId): number | undefined {
  const heard = raft.lastHeard.get(id)
  return heard === undefined ? undefined : raft.now - heard
}

function memberDetails(raft: Raft, id: MemberId): Readonly<Record<string, unknown>> {
  const seat = seatOf(configurationOf(raft), id)
  const role = id === raft.leader ? 'leader' : (seat?.role ?? 'outsider')
  const progress = raft.role.kind === 'leader' ? raft.role.progress.get(id) : undefined
  if (progress === undefined) return { role }
  const { state, matchIndex, nextIndex, inflight, diskLost, restoring } = progress
  return {
    role,
    state,
    matchIndex,
    nextIndex,
    inflightAppends: inflight.length,
    diskLost,
    restoring,
  }
}
