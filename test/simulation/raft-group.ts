/**
 * The members of a Raft group as only the simulator can see them: all at once, in memory and on
 * disk. From it follow who belongs to the group, whose disk is lost, and who is needed.
 */
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { RaftCore } from '../../replication/raft/core.ts'
import { decodeAppliedContext } from '../../replication/raft/durable.ts'
import { decodeEntry } from '../../replication/raft/entry.ts'
import { asIndex, type Configuration, type Seat } from '../../replication/raft/types.ts'
import { diskOf, scalarsOn } from './raft-disk.ts'
import type { MemberView, SimulatedGroup, SimulatedMembership, World } from './types.ts'

type Raft = RaftCore['state']

export const raftMembership: SimulatedMembership<RaftCore> = {
  group(world) {
    const configuration = agreedConfiguration(world)
    return configuration === undefined ? undefined : groupOf(world, configuration)
  },

  canDecideWithout(world, away) {
    const configurations = configurationsInQuestion(world)
    const intact = (seat: Seat): boolean => !away.has(seat.id) && isIntact(world, seat)
    const decides = (seats: readonly Seat[]): boolean =>
      seats.filter(intact).length >= quorumOf(seats.length)
    return (
      configurations.length > 0 &&
      configurations.every(({ seats }) => {
        const voters = seats.filter(({ role }) => role === 'voter')
        // Who is joining may become a voter at any moment.
        return decides(voters) && decides(seats.filter(({ role }) => role !== 'learner'))
      })
    )
  },
}

function groupOf(world: World<RaftCore>, { seats }: Configuration): SimulatedGroup {
  return {
    leader: leaderOf(world),
    seated: seats.map(({ id }) => id),
    learners: seats.filter(({ role }) => role === 'learner').map(({ id }) => id),
    lost: seats.filter((seat) => !isIntact(world, seat)).map(({ id }) => id),
  }
}

/** The one of the latest term: an earlier one may not know yet. */
function leaderOf({ members }: World<RaftCore>): MemberId | undefined {
  let latest: Raft | undefined
  for (const { core } of members) {
    if (core?.state.role.kind !== 'leader') continue
    if (latest === undefined || core.state.term > latest.term) latest = core.state
  }
  return latest?.self
}

/** Whether the member still has the disk that the seat means. */
function isIntact({ members }: World<RaftCore>, { id, disk }: Seat): boolean {
  const member = members[id]
  return member !== undefined && diskOf(member) === disk
}

/** In force where anybody has applied most; before that, what the group was formed with. */
function agreedConfiguration({ members }: World<RaftCore>): Configuration | undefined {
  const applied = furthestApplied(members)
  if (applied?.context !== undefined) return decodeAppliedContext(applied.context).configuration
  for (const member of members) {
    const founding = foundingOf(member)
    if (founding !== undefined) return founding
  }
  return undefined
}

/** The agreed one, and all behind it that stand in some log: each may turn out to be in force. */
function configurationsInQuestion(world: World<RaftCore>): readonly Configuration[] {
  const { members } = world
  const applied = furthestApplied(members)
  const agreed = agreedConfiguration(world)
  const found: Configuration[] = agreed === undefined ? [] : [agreed]
  for (const member of members) {
    const founding = applied === undefined ? foundingOf(member) : undefined
    if (founding !== undefined) found.push(founding)
    found.push(...configurationsBehind(member, applied?.index ?? 0))
  }
  return found
}

function furthestApplied(members: readonly MemberView<RaftCore>[]) {
  let furthest = members[0]
  for (const member of members) {
    if (member.applied.length > (furthest?.applied.length ?? 0)) furthest = member
  }
  return furthest?.applied.at(-1)
}

function foundingOf({ core, disk }: MemberView<RaftCore>): Configuration | undefined {
  if (core !== undefined) return core.state.founding
  return scalarsOn(disk)?.founding
}

function configurationsBehind(member: MemberView<RaftCore>, index: number): Configuration[] {
  const { core, disk } = member
  const entries =
    core === undefined
      ? disk.entries.map(({ index: at, bytes }) => decodeEntry(at, bytes))
      : logEntries(core.state.log, index)
  const configurations: Configuration[] = []
  for (const entry of entries) {
    if (entry.index <= index || entry.kind !== 'configuration') continue
    configurations.push(entry.configuration)
  }
  return configurations
}

function* logEntries(log: Raft['log'], behind: number) {
  const first = Math.max(log.baseIndex, behind) + 1
  for (let index = first; index <= log.lastIndex; index += 1) yield log.entryAt(asIndex(index))
}
