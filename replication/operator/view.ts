/**
 * One picture of a group that is led, from what its replicas say: pure. Who leads is believed about
 * the others; where nobody leads, what each says of itself is all there is. It must not know how it
 * was asked. A group without a leader has a picture of its own, in sequencer-view.ts.
 */
import { unreachable } from '../../common/assert.ts'
import { formatHostPort, type HostPort, type Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import { type Answer, leaderAmong } from './client.ts'
import type { MemberReport, Report, SeatReport, TransferReport } from './report.ts'

/**
 *   joining   gets the log and becomes a voter by itself once it has caught up
 *   outsider  runs, with a disk that the group does not know
 *   removed   is configured here, but not part of the group
 *   member    of a group without a leader
 */
export type Role = 'leader' | 'voter' | 'joining' | 'learner' | 'outsider' | 'removed' | 'member'

export type State =
  | 'replicate'
  | 'probe'
  /** The log no longer reaches back to where it stands. */
  | 'needs the state'
  | 'unreachable'
  /** Heard, but with another disk than the one that belongs to the group. */
  | 'disk lost'
  | 'unknown'

export type MemberView = {
  readonly id: MemberId
  readonly address: string
  readonly role: Role
  readonly state: State
  /** The last entry that it is known to hold. */
  readonly matchIndex: number | undefined
  /** Entries that it does not hold yet, as far as is known. */
  readonly lag: number | undefined
  readonly lastHeardMsAgo: number | undefined
  /** As it says itself; undefined when it does not answer. */
  readonly appliedIndex: number | undefined
  /** While it takes over another member's state, how far it is: `fetching the state, 40 %`. */
  readonly transfer: string | undefined
  /** Why it is not part of the group, and what to do, as it says itself. */
  readonly outside: string | undefined
  /** Why it does not answer. */
  readonly problem: string
}

export type GroupView = {
  readonly protocol: Report['protocol'] | undefined
  /** Whether any member takes writes; if none does, why not. */
  readonly writable: boolean
  readonly reason: string
  readonly leader: MemberId | undefined
  readonly term: number | undefined
  readonly firstIndex: number | undefined
  readonly lastIndex: number | undefined
  readonly commitIndex: number | undefined
  /** A change of the group is under way: agreed upon, but not by enough members yet. */
  readonly changing: boolean
  readonly transferring: boolean
  /** Who has asked, lately and with a disk that has no seat, to be taken in. */
  readonly outsiders: readonly MemberId[]
  readonly members: readonly MemberView[]
}

/** Silence after which a member counts as gone. */
const unreachableAfterMs = 3_000

/** `configured`: the list of this process's configuration. */
export function groupView(answers: readonly Answer[], configured: readonly Member[]): GroupView {
  const reports = answers.flatMap(({ report }) => (report === undefined ? [] : [report]))
  const leading = leaderAmong(answers)?.report
  const main = leading ?? latest(reports)
  const writer = reports.find(({ writable }) => writable)
  const details = main?.protocolDetails
  const raft = main?.protocol === 'raft'
  const members = raft
    ? raftMembers({ main, leading, answers, configured })
    : otherMembers(main, answers, configured)
  return {
    protocol: main?.protocol,
    writable: writer !== undefined,
    reason: writer !== undefined ? '' : (main?.reason ?? 'no member answers'),
    leader: raft ? leading?.self : undefined,
    term: details?.term,
    firstIndex: details?.firstIndex,
    lastIndex: details?.lastIndex,
    commitIndex: details?.commitIndex,
    changing: details?.configurationCommitted === false,
    transferring: details?.transferring !== undefined && details.transferring !== false,
    outsiders: (leading?.protocolDetails.outsiders ?? []).map(({ id }) => id),
    members,
  }
}

export function memberOf(view: GroupView, id: MemberId): MemberView | undefined {
  return view.members.find((member) => member.id === id)
}

/** Whoever knows the most recent configuration. */
function latest(reports: readonly Report[]): Report | undefined {
  const known = (report: Report): number => report.protocolDetails.configurationIndex ?? -1
  return [...reports].sort((a, b) => known(b) - known(a))[0]
}

type RaftSight = {
  readonly main: Report | undefined
  readonly leading: Report | undefined
  readonly answers: readonly Answer[]
  readonly configured: readonly Member[]
}

function raftMembers({ main, leading, answers, configured }: RaftSight): MemberView[] {
  const seats = main?.protocolDetails.configuration ?? []
  const outsiders = main?.protocolDetails.outsiders ?? []
  const ids = new Set([...seats, ...configured, ...outsiders].map(({ id }) => id))
  const views = [...ids].map((id): MemberView => {
    const seat = seats.find((one) => one.id === id)
    const at: HostPort | undefined = seat ?? configured.find((member) => member.id === id)
    const own = ownReport(answers, id, at)
    const seen = leading?.members.find((one) => one.id === id)
    const isLeader = leading?.self === id
    const matchIndex = isLeader ? leading?.protocolDetails.lastIndex : heldBy(seen)
    return {
      id,
      address: own.at === undefined ? '' : formatHostPort(own.at),
      role: isLeader ? 'leader' : (seat?.role ?? unseated(id, own.report, outsiders)),
      state: isLeader ? 'replicate' : stateOf({ id, seat, seen, own, leading }),
      matchIndex,
      lag: lagBehind(leading, matchIndex),
      lastHeardMsAgo: seen?.lastHeardMsAgo,
      appliedIndex: own.report?.appliedIndex,
      transfer: transferWords(own.report?.stateTransfer),
      outside: own.report?.protocolDetails.outside,
      problem: own.problem,
    }
  })
  return views.sort((a, b) => a.id - b.id)
}

export type OwnReport = {
  readonly report: Report | undefined
  readonly problem: string
  /** Where it answers: the group may still have the address at which it joined. */
  readonly at: HostPort | undefined
}

/** What the member itself says; somebody else at its address is not it. */
export function ownReport(
  answers: readonly Answer[],
  id: MemberId,
  at: HostPort | undefined,
): OwnReport {
  const there = answers.find(({ host, port }) => host === at?.host && port === at.port)
  const own = [there, ...answers].find((answer) => answer?.report?.self === id)
  if (own !== undefined) return { report: own.report, problem: '', at: own }
  const stranger = there?.report?.self
  const problem =
    stranger === undefined ? (there?.problem ?? '') : `member ${stranger} answers at its address`
  return { report: undefined, problem, at }
}

/** Who has no seat: one that once had it knows of a configuration, a disk that never had, of none. */
function unseated(
  id: MemberId,
  own: Report | undefined,
  outsiders: readonly { readonly id: MemberId }[],
): Role {
  if (own?.protocolDetails.configuration !== undefined) return 'removed'
  return own !== undefined || outsiders.some((one) => one.id === id) ? 'outsider' : 'removed'
}

function stateOf(about: {
  readonly id: MemberId
  readonly seat: SeatReport | undefined
  readonly seen: MemberReport | undefined
  readonly own: OwnReport
  readonly leading: Report | undefined
}): State {
  const { id, seat, seen, own, leading } = about
  const answers = own.report !== undefined
  const asks = leading?.protocolDetails.outsiders.some((one) => one.id === id) === true
  if (seat === undefined || leading === undefined)
    return answers || asks ? 'unknown' : 'unreachable'
  if (seen?.details.diskLost === true) return 'disk lost'
  const silentForMs = seen?.lastHeardMsAgo ?? Number.POSITIVE_INFINITY
  if (silentForMs > unreachableAfterMs) return 'unreachable'
  switch (seen?.details.state) {
    case 'replicate':
    case 'probe':
      return seen.details.state
    case 'stranded':
      return 'needs the state'
    default:
      return 'unknown'
  }
}

/** What a lost disk held, nobody holds now. */
function heldBy(seen: MemberReport | undefined): number | undefined {
  return seen?.details.diskLost === true ? undefined : seen?.details.matchIndex
}

function lagBehind(leading: Report | undefined, matchIndex: number | undefined) {
  const lastIndex = leading?.protocolDetails.lastIndex
  if (lastIndex === undefined || matchIndex === undefined) return undefined
  return Math.max(0, lastIndex - matchIndex)
}

export function transferWords(transfer: TransferReport | undefined): string | undefined {
  if (transfer === undefined) return undefined
  switch (transfer.kind) {
    case 'preparing':
      return 'waiting for a copy of the state'
    case 'fetching':
      return `fetching the state, ${percent(transfer.receivedBytes, transfer.totalBytes)} %`
    case 'fetched':
      return 'about to install the state'
    case 'installing':
      return `installing the state, ${percent(transfer.installedBytes, transfer.totalBytes)} %`
    default:
      return unreachable(transfer.kind)
  }
}

function percent(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(100, Math.floor((100 * part) / whole))
}

/** Nobody answers, or nothing is ordered: each member is shown as the one that answered sees it. */
function otherMembers(
  main: Report | undefined,
  answers: readonly Answer[],
  configured: readonly Member[],
): MemberView[] {
  return configured.map((member): MemberView => {
    const own = ownReport(answers, member.id, member)
    const seen = main?.members.find(({ id }) => id === member.id)
    return {
      id: member.id,
      address: formatHostPort(member),
      role: 'member',
      state: own.report === undefined ? 'unreachable' : 'unknown',
      matchIndex: undefined,
      lag: undefined,
      lastHeardMsAgo: main?.self === member.id ? undefined : seen?.lastHeardMsAgo,
      appliedIndex: own.report?.appliedIndex,
      transfer: transferWords(own.report?.stateTransfer),
      outside: undefined,
      problem: own.problem,
    }
  })
}
