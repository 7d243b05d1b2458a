/**
 * What the members' hashes of one position say about them. Pure; it must not know where reports come
 * from, nor what is done about a member that differs.
 *
 * Only a majority of all members settles who is right: two majorities share a member, so there is
 * never more than one, and every replica that hears enough comes to the same result.
 */
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { StateReport } from '../state-machine/state-hash.ts'

export type Differing = { readonly member: MemberId; readonly tables: readonly string[] }

export type Comparison = {
  /**
   * open      too few have told yet
   * settled   a majority has the same rows
   * split     there will be no majority, and these tables are why
   * unlike    there will be no majority, because members run versions with different tables
   */
  readonly outcome: 'open' | 'settled' | 'split' | 'unlike'
  /** Of the majority; as long as there is none, those that have told. */
  readonly equal: readonly MemberId[]
  /** From the majority, and in which tables. */
  readonly differing: readonly Differing[]
  /** Told, but of other tables or columns: nothing can be said of them. */
  readonly unlike: readonly MemberId[]
  readonly missing: readonly MemberId[]
  /** Where those that have told are not all the same, shapes apart. */
  readonly tables: readonly string[]
}

export type Reports = ReadonlyMap<MemberId, StateReport>

/** Reports of those that are not among `members` count for nothing. */
export function compareReports(members: readonly MemberId[], all: Reports): Comparison {
  const told = members.flatMap((member) => {
    const report = all.get(member)
    return report === undefined ? [] : [{ member, report }]
  })
  const missing = members.filter((member) => !all.has(member))
  const tables = differingTables(told.map(({ report }) => report))
  const camp = largestCamp(told)
  const quorum = quorumOf(members.length)
  if (camp === undefined || camp.members.length < quorum) {
    const hopeless = (camp?.members.length ?? 0) + missing.length < quorum
    const outcome = hopeless ? (tables.length > 0 ? 'split' : 'unlike') : 'open'
    const equal = told.map(({ member }) => member)
    return { outcome, equal, differing: [], unlike: [], missing, tables }
  }
  const others = told.filter(({ member }) => !camp.members.includes(member))
  const comparable = others.filter(({ report }) => report.shape === camp.report.shape)
  return {
    outcome: 'settled',
    equal: camp.members,
    differing: comparable.map(({ member, report }) => ({
      member,
      tables: differingTables([camp.report, report]),
    })),
    unlike: others.filter((one) => !comparable.includes(one)).map(({ member }) => member),
    missing,
    tables,
  }
}

type Told = { readonly member: MemberId; readonly report: StateReport }
type Camp = { readonly report: StateReport; readonly members: readonly MemberId[] }

function largestCamp(told: readonly Told[]): Camp | undefined {
  const camps: { report: StateReport; members: MemberId[] }[] = []
  for (const { member, report } of told) {
    const camp = camps.find((other) => isSame(other.report, report))
    if (camp === undefined) camps.push({ report, members: [member] })
    else camp.members.push(member)
  }
  return camps.sort((a, b) => b.members.length - a.members.length)[0]
}

function isSame(a: StateReport, b: StateReport): boolean {
  return a.shape === b.shape && differingTables([a, b]).length === 0
}

/** Tables that are not the same in all reports of one shape. */
function differingTables(reports: readonly StateReport[]): string[] {
  const differing = new Set<string>()
  const firstOf = new Map<string, StateReport>()
  for (const report of reports) {
    const first = firstOf.get(report.shape) ?? report
    firstOf.set(report.shape, first)
    for (const table of Object.keys({ ...first.hashes, ...report.hashes })) {
      if (first.hashes[table] !== report.hashes[table]) differing.add(table)
    }
  }
  return [...differing].sort()
}
