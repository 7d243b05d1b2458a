/**
 * Who counts, by the configuration in force: who votes, who is sent to, whose word is heard, and
 * whether this member is one of them. It decides nothing else.
 */
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import { hasSeat, hasVote, seatOf, votersOf } from './configuration.ts'
import { configurationOf, type Raft } from './state.ts'
import { asIndex, type DiskId } from './types.ts'

/** Call it whenever the latest configuration is another one. */
export function refreshMembers(raft: Raft): void {
  const { self, disk, plantedBug } = raft
  const configuration = configurationOf(raft)
  const seats = configuration?.seats ?? []
  raft.voters = plantedBug === 'learnerCounts' ? seats.map(({ id }) => id) : votersOf(configuration)
  const quorum = quorumOf(raft.voters.length) - (plantedBug === 'quorumOneLess' ? 1 : 0)
  raft.quorum = raft.voters.length === 0 ? Number.POSITIVE_INFINITY : quorum
  raft.votes = raft.voters.includes(self) && hasSeat(configuration, { id: self, disk })
  raft.peers = peersOf(raft).map(({ id }) => id)
  raft.peersChanged = configuration !== undefined
}

/** Whom `others` means: also those who have lost their seat and still have to hear of it. */
export function peersOf(raft: Raft): readonly Member[] {
  const seats = configurationOf(raft)?.seats ?? raft.configured
  const leaving = raft.role.kind === 'leader' ? raft.role.leaving : []
  return [...seats, ...leaving.map(({ seat }) => seat)].filter(({ id }) => id !== raft.self)
}

/**
 * This member, with this disk, has no seat in any group that it knows of. A leader belongs to its
 * group until the change that takes its seat is committed.
 */
export function isOutsider({ self, disk, configurations, role }: Raft): boolean {
  if (role.kind === 'leader') return false
  return !hasSeat(configurations.latest?.configuration, { id: self, disk })
}

/**
 * Whether a message of this member speaks for the seat that it has, not for a disk it has lost. A
 * leader also listens to those who still have to hear that they have none.
 */
export function speaksForSeat(raft: Raft, from: MemberId, disk: DiskId): boolean {
  const leaving = raft.role.kind === 'leader' ? raft.role.leaving : []
  const seat =
    seatOf(configurationOf(raft), from) ?? leaving.find((one) => one.seat.id === from)?.seat
  return seat !== undefined && (seat.disk === disk || raft.plantedBug === 'countAnyDisk')
}

/**
 * Whether this member may campaign: it votes, or did until a change that may not be committed. Such a
 * change takes effect in the logs that hold it, and it can be that only those who hold it, and lose
 * their vote by it, can be elected (dissertation, section 4.2.2 and figure 4.6).
 */
export function mayLead({ self: id, disk, votes, configurations, commitIndex }: Raft): boolean {
  const { latest } = configurations
  if (votes || latest === undefined || latest.index <= commitIndex) return votes
  return hasVote(configurations.at(asIndex(latest.index - 1)), { id, disk })
}

/** Whether so many other voters are a quorum, together with oneself if one votes. */
export function isQuorum(raft: Raft, otherVoters: number): boolean {
  return otherVoters + (raft.votes ? 1 : 0) >= raft.quorum
}
