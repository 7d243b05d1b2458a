/**
 * The states of a member, after Totem's. One function enters each (in the file of its name), and
 * every transition is noted with its reason.
 */
import type { MemberId } from '../../../common/member.ts'
import type { Duties } from '../duties.ts'
import type { NotedPart, PromisePart } from '../message.ts'
import type { RecoveredLog } from '../recovered-log.ts'
import type { GlobalSequence, ProposedView, View } from '../view.ts'
import type { Fetching } from './fetching.ts'

export type State = Starting | Gather | Rebuild | Commit | Recovery | Operational

/** The incarnation is being made durable; until it is, nothing may be said. */
export type Starting = { readonly kind: 'starting' }

/** Without a view: asks who is there. */
export type Gather = {
  readonly kind: 'gather'
  readonly sinceTick: number
  nextJoinTick: number
  /** What the last join said; a change is told at once. */
  told: string
  /** Not proposed before: jitter after what failed. */
  readonly proposeFromTick: number
  /** Whom this member would form a view with. */
  choice: readonly MemberId[] | undefined
  /** Since when it is this one. */
  choiceTick: number
  /** Catching up from outside with a view that exists. */
  catchUp: Fetching | undefined
  /** How far it has come with that, and since when. */
  caughtUpTo: GlobalSequence
  caughtUpTick: number
}

/** The disk was lost: what it had promised is collected from others. */
export type Rebuild = {
  readonly kind: 'rebuild'
  round: number
  readonly answers: Map<MemberId, NotedPart>
  fetching: Fetching | undefined
  nextNoteTick: number
  deadlineTick: number
}

/** A view is proposed and promised; what its members hold is collected. */
export type Commit = {
  readonly kind: 'commit'
  readonly view: ProposedView
  deadlineTick: number
  /** Once the promise is durable: always the same for the same view id. */
  promise: PromisePart | undefined
  /** At the representative. */
  readonly answers: Map<MemberId, PromisePart> | undefined
  nextSendTick: number
}

/** The recovered log is known; all members of the view make it theirs. */
export type Recovery = {
  readonly kind: 'recovery'
  readonly view: ProposedView
  readonly recovered: RecoveredLog
  readonly fetching: Fetching
  /** Durably: to be announced, or to be heard announced. */
  installed: View | undefined
  deadlineTick: number
  nextSendTick: number
  /** At the representative: who has confirmed, and how far the others have told to be. */
  readonly confirmed: Set<MemberId> | undefined
  readonly progress: Map<MemberId, number>
}

export type Operational = { readonly kind: 'operational'; readonly duties: Duties }
