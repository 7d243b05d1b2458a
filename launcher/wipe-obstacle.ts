/** Whether a group can spare a member's disk now. Pure: it must not know how the group was asked. */
import { memberId } from '../common/member.ts'
import type { SequencerView } from '../replication/operator/sequencer-view.ts'
import type { GroupView, MemberView } from '../replication/operator/view.ts'

/** Of the products group: why it cannot spare this member's disk; undefined: it can. */
export function wipeObstacle(view: GroupView, id: number): string | undefined {
  const voters = view.members.filter(({ role }) => role === 'voter' || role === 'leader')
  const target = voters.find((voter) => voter.id === memberId(id))
  if (view.leader === undefined) {
    return `nobody leads its group, so what the others hold is not known (${view.reason})`
  }
  if (target === undefined) return undefined
  if (voters.length === 1) {
    return 'it is the only member that votes, and its data is nowhere else'
  }
  const well = voters.filter((voter) => voter !== target && isWell(voter)).length
  const needed = Math.floor(voters.length / 2) + 1
  if (well >= needed) return undefined
  return (
    `without it ${well} of ${voters.length} members that vote would be well, and ${needed} are ` +
    'needed: bring the others back first'
  )
}

function isWell({ state }: MemberView): boolean {
  return state === 'replicate' || state === 'probe'
}

/**
 * Of the customers group. A majority of the others must be in one view: they have, or are about to
 * have, whatever was acknowledged, and it takes as many to give a lost disk back what it promised.
 */
export function rotationWipeObstacle(view: SequencerView, id: number): string | undefined {
  const { configured, quorum, reason, views } = view
  const [main] = views
  if (configured === 1) return 'it is the only member of its group, and its data is nowhere else'
  if (main === undefined) {
    return `its group has no view, so what the others hold is not known (${reason})`
  }
  const others = main.entered.filter((one) => one !== memberId(id)).length
  if (others >= quorum) return undefined
  return (
    `without it ${others} of ${configured} members would be in the view, and ${quorum} are needed: ` +
    'bring the others back first'
  )
}
