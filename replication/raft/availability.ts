/**
 * Whether proposals and reads are taken, and in a person's words why not. A short search for a
 * leader is not worth a refusal: what comes waits. It must not change anything.
 */
import type { MemberId } from '../../common/member.ts'
import { seatOf } from './configuration.ts'
import { isOutsider } from './seats.ts'
import { configurationOf, type Raft } from './state.ts'

/** Undefined: they are taken. */
export function refusalReason(raft: Raft): string | undefined {
  return outsiderReason(raft) ?? leaderlessReason(raft)
}

/** Why this member belongs to no group, and what to do about it. Undefined: it does. */
export function outsiderReason(raft: Raft): string | undefined {
  if (!isOutsider(raft)) return undefined
  const { self, answers, configured } = raft
  const configuration = configurationOf(raft)
  if (seatOf(configuration, self) !== undefined) {
    return (
      `The group knows member ${self} by another disk than this one, which is new or was replaced. ` +
      `Let the group take this one in: replace ${self}.`
    )
  }
  if (configuration !== undefined) return `Member ${self} was removed from the group.`
  const formed = [...answers].filter(([, { blank }]) => !blank).map(([id]) => id)
  if (formed.length > 0 || raft.term > 0) {
    return (
      `The group exists, and member ${self} has an empty disk: it was lost, or is new here. ` +
      `Let the group take it in: replace ${self} if it was a member, add ${self} if not.`
    )
  }
  const missing = configured.filter(({ id }) => id !== self && !answers.has(id))
  if (missing.length === 0) return 'The group is being formed.'
  const names = missing.map(({ id }) => String(id)).join(', ')
  return `The group has not been formed yet: that takes all its members, and ${names} do not answer.`
}

/** Undefined while there is a leader, or has not been none for long. */
function leaderlessReason(raft: Raft): string | undefined {
  const { leader, now, voters, quorum, options, unseatedTick } = raft
  if (leader !== undefined) return undefined
  if (now - raft.leaderlessSince < options.leaderlessPatienceTicks) return undefined
  if (unseatedTick !== undefined && now - unseatedTick < options.electionMaxTicks * 4) {
    return `Member ${raft.self} was removed from the group, as others say.`
  }
  const lost = voters.filter((id) => speaksFromAnotherDisk(raft, id))
  if (voters.length - lost.length < quorum) {
    return (
      `The group has no leader: ${lost.join(', ')} answer without the disks that they had, and what ` +
      `${quorum} of ${voters.length} members have agreed on may be on those only. Bring one back.`
    )
  }
  const silent = voters.filter((id) => id !== raft.self && !heardLately(raft, id))
  const heard = voters.length - silent.length
  if (heard < quorum) {
    return (
      `The group has no leader: this replica hears ${heard} of ${voters.length} members, itself ` +
      `counted, and ${quorum} are needed. Start or reconnect ${silent.join(', ')}.`
    )
  }
  return (
    `The group has no leader that this replica hears: ${heard} of ${voters.length} members answer, ` +
    `itself counted, and may be electing one.`
  )
}

function speaksFromAnotherDisk(raft: Raft, id: MemberId): boolean {
  const disk = raft.outsiders.get(id)?.disk
  return disk !== undefined && disk !== seatOf(configurationOf(raft), id)?.disk
}

function heardLately({ lastHeard, now, options }: Raft, id: MemberId): boolean {
  const heard = lastHeard.get(id)
  return heard !== undefined && now - heard <= 2 * options.electionMaxTicks
}
