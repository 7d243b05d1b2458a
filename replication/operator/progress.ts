/**
 * How far a change of a group has come, in plain words, from one look at the group: pure. It must
 * not know who asked for the change, nor wait.
 */
import { unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { GroupAction } from '../replicated-log.ts'
import { type GroupView, type MemberView, memberOf } from './view.ts'

/**
 * What was asked for, and what must be known of the time before to see that it has come about.
 * `leader`: who led then. `wasLearner`: the replaced member was one, and stays one.
 */
export type Goal = {
  readonly action: GroupAction
  readonly before: { readonly leader: MemberId | undefined; readonly wasLearner: boolean }
}

export type Progress = { readonly done: boolean; readonly words: string }

/** A learner that is so close behind has the data: what is missing is on its way. */
const closeBehindEntries = 200

export function progressOf({ action, before }: Goal, view: GroupView): Progress {
  if (view.leader === undefined) return pending(`nobody leads: ${view.reason || 'an election'}`)
  switch (action.kind) {
    case 'add':
      return admission(view, action.member.id, action.learner)
    case 'promote':
      return admission(view, action.id, false)
    case 'replace':
      return admission(view, action.id, before.wasLearner)
    case 'remove':
      return removal(view, action.id)
    case 'transfer':
      return handover(view, action.to, before.leader)
    default:
      return unreachable(action)
  }
}

function admission(view: GroupView, id: MemberId, asLearner: boolean): Progress {
  const member = memberOf(view, id)
  if (member === undefined) return pending(`member ${id} is not admitted yet`)
  switch (member.role) {
    case 'outsider':
    case 'removed':
      return pending(`member ${id} is not admitted yet`)
    case 'joining':
    case 'learner':
      return following(view, member, asLearner)
    case 'leader':
    case 'voter':
    case 'member':
      if (view.changing) return pending(`member ${id} becomes a voter: a majority must agree`)
      if (member.state === 'disk lost') return pending(`member ${id} is not replaced yet`)
      return done(`member ${id} is a voter`)
    default:
      return unreachable(member.role)
  }
}

/** A member that gets the log and has no vote. */
function following(view: GroupView, member: MemberView, asLearner: boolean): Progress {
  const { id, state, lag, transfer } = member
  const close = state === 'replicate' && (lag ?? Number.POSITIVE_INFINITY) <= closeBehindEntries
  if (member.role === 'learner' && asLearner && close && !view.changing) {
    return done(`member ${id} is a learner and has the data`)
  }
  const how = member.role === 'learner' && asLearner ? 'as a learner' : 'without a vote'
  if (transfer !== undefined) return pending(`member ${id} is ${transfer}`)
  switch (state) {
    case 'unreachable':
      return pending(`member ${id} is admitted ${how} and is not heard: is it running?`)
    case 'disk lost':
      return pending(`member ${id} runs with another disk than the one that was admitted`)
    case 'needs the state':
      return pending(`member ${id} needs the whole state: the log no longer reaches back so far`)
    case 'probe':
    case 'unknown':
      return pending(`member ${id} is admitted ${how}`)
    case 'replicate':
      return pending(`member ${id} is catching up, ${lag ?? 'many'} entries behind`)
    default:
      return unreachable(state)
  }
}

function removal(view: GroupView, id: MemberId): Progress {
  const role = memberOf(view, id)?.role
  const isOut = role === undefined || role === 'outsider' || role === 'removed'
  if (!isOut) return pending(`member ${id} is still part of the group`)
  if (view.changing) return pending(`member ${id} is being removed: a majority must agree`)
  return done(`member ${id} is removed`)
}

function handover(
  view: GroupView,
  to: MemberId | undefined,
  before: MemberId | undefined,
): Progress {
  const arrived = to === undefined ? view.leader !== before : view.leader === to
  if (arrived) return done(`member ${view.leader} leads in term ${view.term}`)
  return pending(`member ${view.leader} still leads`)
}

function pending(words: string): Progress {
  return { done: false, words }
}

function done(words: string): Progress {
  return { done: true, words }
}
