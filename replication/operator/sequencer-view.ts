/**
 * One picture of a group with a rotating sequencer from what its members say: pure. Nobody leads, so
 * each is believed about itself alone, and where they disagree about the view, that is shown. It
 * must not know how they were asked.
 */
import { formatHostPort, type Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { Answer } from './client.ts'
import type { Report } from './report.ts'
import { type SequencerReport, seenReport, sequencerReport } from './sequencer-report.ts'
import { ownReport, transferWords } from './view.ts'

export type SequencerView = {
  readonly protocol: 'sequencer'
  /** Whether any member takes writes; if none does, why not. */
  readonly writable: boolean
  readonly reason: string
  readonly configured: number
  /** Members without which nothing is ordered. */
  readonly quorum: number
  /** Some member that answers has been in a view: the group is not new. */
  readonly isFounded: boolean
  /** That members say they are in; first the one of most of them. Several: they disagree. */
  readonly views: readonly SeenView[]
  readonly members: readonly SequencerMember[]
}

export type SeenView = {
  readonly id: string
  /** As it was formed. */
  readonly members: readonly MemberId[]
  /** Those that answer and say that they are in it. */
  readonly entered: readonly MemberId[]
  readonly nextGlobalSequence: number | undefined
  /** Whose turn it is. */
  readonly nextSequencer: MemberId | undefined
}

/** Positions are global sequences: -1 is none. Undefined: it does not answer, or does not say. */
export type SequencerMember = {
  readonly id: MemberId
  readonly address: string
  /** Why it does not answer; empty: it does. */
  readonly problem: string
  readonly state: SequencerReport['state']
  readonly standing: SequencerReport['standing']
  readonly view: string | undefined
  readonly promised: string | undefined
  readonly installed: string | undefined
  readonly incarnation: number | undefined
  readonly receivedUpTo: number | undefined
  readonly stableUpTo: number | undefined
  readonly deliveredUpTo: number | undefined
  /** In its database. */
  readonly appliedUpTo: number | undefined
  /** Why it takes no writes, as it says itself; empty: it does, or does not answer. */
  readonly reason: string
  /** While it takes over another member's state, how far it is. */
  readonly transfer: string | undefined
  /** Others let it in later, because it has come back often. */
  readonly isHeldBack: boolean
  readonly notHeardBy: readonly { readonly id: MemberId; readonly forMs: number | undefined }[]
  /** The latest last. */
  readonly transitions: readonly SequencerTransition[]
}

export type SequencerTransition = {
  readonly number: number
  /** ISO 8601, by the clock of who asked. */
  readonly at: string
  readonly msAgo: number
  readonly from: string
  readonly to: string
  readonly reason: string
}

type Sight = {
  readonly answers: readonly Answer[]
  readonly configured: readonly Member[]
  readonly nowUnixMs: number
}

export function sequencerView({ answers, configured, nowUnixMs }: Sight): SequencerView {
  const reports = answers.flatMap(({ report }) =>
    report?.protocol === 'sequencer' ? [report] : [],
  )
  const said = reports.map(sequencerReport)
  const writable = reports.some((report) => report.writable)
  return {
    protocol: 'sequencer',
    writable,
    reason: writable ? '' : commonReason(reports),
    configured: configured.length,
    quorum: said.find(({ quorum }) => quorum !== undefined)?.quorum ?? quorumOf(configured.length),
    isFounded: said.some(({ installed }) => installed !== undefined),
    views: viewsOf(reports),
    members: configured.map((member) => memberView(member, reports, { answers, nowUnixMs })),
  }
}

/** Of those that look for each other: one that waits for its own disk knows less. */
function commonReason(reports: readonly Report[]): string {
  const gathering = reports.find((report) => sequencerReport(report).state === 'gather')
  return (gathering ?? reports[0])?.reason ?? 'no member answers'
}

function viewsOf(reports: readonly Report[]): SeenView[] {
  const views = new Map<string, SeenView>()
  for (const report of reports) {
    const { viewId, viewMembers, nextGlobalSequence, nextSequencer } = sequencerReport(report)
    if (viewId === undefined) continue
    const known = views.get(viewId)
    const entered = [...(known?.entered ?? []), report.self].sort((a, b) => a - b)
    // Who has come furthest knows whose turn it is.
    const isFurther = (nextGlobalSequence ?? -1) > (known?.nextGlobalSequence ?? -1)
    const next = isFurther || known === undefined ? { nextGlobalSequence, nextSequencer } : known
    views.set(viewId, {
      id: viewId,
      members: viewMembers,
      entered,
      nextGlobalSequence: next.nextGlobalSequence,
      nextSequencer: next.nextSequencer,
    })
  }
  const number = ({ id }: SeenView): number => Number.parseInt(id, 10)
  return [...views.values()].sort(
    (a, b) => b.entered.length - a.entered.length || number(b) - number(a),
  )
}

function memberView(
  member: Member,
  reports: readonly Report[],
  { answers, nowUnixMs }: Pick<Sight, 'answers' | 'nowUnixMs'>,
): SequencerMember {
  const { id } = member
  const own = ownReport(answers, id, member)
  const { report } = own
  const said = report && sequencerReport(report)
  const others = reports.filter(({ self }) => self !== id)
  return {
    id,
    address: formatHostPort(own.at ?? member),
    problem: own.problem,
    state: said?.state,
    standing: said?.standing,
    view: said?.viewId,
    promised: said?.promised,
    installed: said?.installed,
    incarnation: said?.incarnation,
    receivedUpTo: said?.receivedUpTo,
    stableUpTo: said?.stableUpTo,
    deliveredUpTo: said?.deliveredUpTo,
    // The log counts from 1, where 0 means none.
    appliedUpTo: report && report.appliedIndex - 1,
    reason: report?.reason ?? '',
    transfer: transferWords(report?.stateTransfer),
    isHeldBack: others.some((other) => seenReport(other, id)?.damped === true),
    notHeardBy: others.flatMap((other) => {
      if (seenReport(other, id)?.isHeard !== false) return []
      const forMs = other.members.find((one) => one.id === id)?.lastHeardMsAgo
      return [{ id: other.self, forMs }]
    }),
    transitions: (said?.transitions ?? []).map((transition) => {
      const at = new Date(nowUnixMs - transition.msAgo).toISOString()
      return { ...transition, at }
    }),
  }
}
