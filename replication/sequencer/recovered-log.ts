/**
 * What members tell of their logs, the recovered log that follows from it, and where a member's own
 * log departs from it. Pure.
 *
 * Why the longest log of the base is enough, and needs no pieces of others: what was stable had been
 * told, in its view, by Q members whose logs held it durably and without a gap. Q proposed members
 * contain one of those. If that view is the highest that any of them has installed, the one is in
 * the base, and its receivedUpTo reaches so far; if a higher one is installed, that one's recovered
 * log had it. Logs with the same installed view are comparable (the recovered log of that view, then
 * what was issued in it), so the longest holds whatever any of them holds without a gap. What lies
 * beyond was never stable: its senders ask again.
 */
import type { MemberId } from '../../common/member.ts'
import type { GlobalSequence, View, ViewId } from './view.ts'
import { compareViewIds, sameViewId, step } from './view.ts'

/** From `first` up to the next run, entries were issued in this view. */
export type ViewRun = { readonly viewId: ViewId; readonly first: GlobalSequence }

/** A log without gaps from firstRetained to receivedUpTo; empty when that is one less. */
export type LogExtent = {
  readonly firstRetained: GlobalSequence
  readonly receivedUpTo: GlobalSequence
  /** Ascending. Of what is before the first of them, the view is not known any more. */
  readonly runs: readonly ViewRun[]
}

/** What a member answers to a proposal: durable at that moment. */
export type LogAnswer = {
  readonly installed: View | undefined
  readonly log: LogExtent
}

/** An entry's place in the one true log, as far as a member can know it, and who has it. */
export type RecoveredLog = {
  readonly end: GlobalSequence
  readonly runs: readonly ViewRun[]
  readonly holders: readonly Holder[]
}

export type Holder = {
  readonly id: MemberId
  readonly firstRetained: GlobalSequence
  readonly receivedUpTo: GlobalSequence
}

/** What a member does to have the recovered log. */
export type RecoveryPlan =
  /** Drop what is above, and get what is missing up to the end. */
  | { readonly kind: 'fetch'; readonly departure: GlobalSequence }
  /** Too much of it is retained by nobody: another member's state, of at least this entry. */
  | { readonly kind: 'transfer'; readonly atLeast: GlobalSequence }

export type BaseRule = 'highestInstalled' | 'longest'

/** Undefined: nobody has installed a view. */
export function recoverLog(
  answers: ReadonlyMap<MemberId, LogAnswer>,
  rule: BaseRule = 'highestInstalled',
): RecoveredLog | undefined {
  let highest: View | undefined
  for (const { installed } of answers.values()) {
    if (compareViewIds(installed?.id, highest?.id) > 0) highest = installed
  }
  if (highest === undefined) return undefined
  const isBase = ({ installed }: LogAnswer): boolean =>
    rule === 'longest' || compareViewIds(installed?.id, highest.id) === 0
  const base = [...answers].filter(([, answer]) => isBase(answer)).map(([id, a]) => ({ id, ...a }))
  base.sort((a, b) => b.log.receivedUpTo - a.log.receivedUpTo || a.id - b.id)
  const [longest] = base
  if (longest === undefined) return undefined
  return {
    end: longest.log.receivedUpTo,
    runs: longest.log.runs,
    holders: base.map(({ id, log: { firstRetained, receivedUpTo } }) => ({
      id,
      firstRetained,
      receivedUpTo,
    })),
  }
}

/** The view that issued k, where that is known. */
export function viewAt(runs: readonly ViewRun[], k: GlobalSequence): ViewId | undefined {
  for (let place = runs.length - 1; place >= 0; place -= 1) {
    const run = runs[place]
    if (run !== undefined && run.first <= k) return run.viewId
  }
  return undefined
}

/**
 * Up to where the logs are the same: two that hold the same ⟨view, k⟩ are so up to k. Undefined:
 * what both know of has nothing in common.
 */
export function lastCommon(
  own: LogExtent,
  recovered: Pick<RecoveredLog, 'end' | 'runs'>,
): GlobalSequence | undefined {
  const end = Math.min(own.receivedUpTo, recovered.end)
  let last: GlobalSequence | undefined
  own.runs.forEach((run, place) => {
    const runEnd = (own.runs[place + 1]?.first ?? Number.MAX_SAFE_INTEGER) - 1
    recovered.runs.forEach((other, otherPlace) => {
      if (!sameViewId(run.viewId, other.viewId)) return
      const otherEnd = (recovered.runs[otherPlace + 1]?.first ?? Number.MAX_SAFE_INTEGER) - 1
      const common = Math.min(runEnd, otherEnd, end)
      const begins = Math.max(run.first, other.first)
      if (common >= begins && (last === undefined || common > last)) last = common as GlobalSequence
    })
  })
  return last
}

/** `deliveredUpTo`: part of every recovered log, whether or not anything tells it here. */
export function planRecovery(
  own: LogExtent & { readonly deliveredUpTo: GlobalSequence },
  recovered: RecoveredLog,
): RecoveryPlan {
  const common = lastCommon(own, recovered)
  const departure = Math.max(common ?? -1, own.deliveredUpTo) as GlobalSequence
  if (departure >= recovered.end) return { kind: 'fetch', departure }
  const firstKnown = recovered.runs[0]?.first ?? step(recovered.end, 1)
  const firstHeld = Math.min(...recovered.holders.map(({ firstRetained }) => firstRetained))
  const needed = step(departure, 1)
  if (needed >= firstKnown && needed >= firstHeld) return { kind: 'fetch', departure }
  return { kind: 'transfer', atLeast: step(Math.max(firstKnown, firstHeld) as GlobalSequence, -1) }
}
