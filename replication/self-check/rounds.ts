/**
 * The latest comparisons: for each position that was hashed, who has told what. In memory only; what
 * a restart forgets is incomplete and settles nothing. It must not know what follows from them.
 */
import type { MemberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import type { AppliedAt } from '../state-machine/check-commands.ts'
import type { StateReport } from '../state-machine/state-hash.ts'
import { type Comparison, compareReports } from './comparison.ts'

/** For people; JSON. */
export type CheckStatus = Comparison & {
  readonly position: number
  /** Group time, Unix ms, when the hash was ordered; undefined: before this process started. */
  readonly orderedAtMs: number | undefined
}

type Round = {
  readonly position: LogIndex
  readonly orderedAtMs: number | undefined
  readonly reports: Map<MemberId, StateReport>
  compared: Comparison | undefined
}

/** A member that tells late tells of one of these, or is not heard. */
export const roundsMax = 8

export class CheckRounds {
  /** By position, ascending: they come in the order of the log. */
  #rounds: Round[] = []

  begin({ position, groupTimeMs }: AppliedAt): void {
    this.#open(position, groupTimeMs)
  }

  /** Undefined when the position is too long ago, or the same was told before. */
  tell(
    member: MemberId,
    told: { readonly position: LogIndex; readonly report: StateReport },
    members: readonly MemberId[],
  ): Comparison | undefined {
    const round =
      this.#rounds.find(({ position }) => position === told.position) ??
      this.#open(told.position, undefined)
    if (round === undefined || round.reports.has(member)) return undefined
    round.reports.set(member, told.report)
    round.compared = compareReports(members, round.reports)
    return round.compared
  }

  /** The latest of which anything was told. */
  latest(): CheckStatus | undefined {
    for (const { position, orderedAtMs, compared } of this.#rounds.toReversed()) {
      if (compared !== undefined) return { position, orderedAtMs, ...compared }
    }
    return undefined
  }

  #open(position: LogIndex, orderedAtMs: number | undefined): Round | undefined {
    const oldest = this.#rounds[0]
    const isOld = oldest !== undefined && position < oldest.position
    if (isOld && this.#rounds.length >= roundsMax) return undefined
    const round: Round = { position, orderedAtMs, reports: new Map(), compared: undefined }
    this.#rounds.push(round)
    this.#rounds.sort((a, b) => a.position - b.position)
    if (this.#rounds.length > roundsMax) this.#rounds.shift()
    return round
  }
}
