/** A group that is led as a table for people. Pure: it must not know how the group was asked. */
import { type Column, formatTable } from '../../platform/terminal/table.ts'
import type { GroupView, MemberView } from '../../replication/operator/view.ts'

export function formatGroup(group: string, view: GroupView, width?: number): string {
  const lines = [`${group}: ${headline(view)}`]
  if (view.changing) lines.push('A change of the members is being agreed upon.')
  if (view.transferring) lines.push('The lead is being handed over.')
  if (!view.writable) lines.push(`No writes are taken: ${view.reason}`)
  return [...lines, '', formatTable(view.members, columns, { width })].join('\n')
}

function headline(view: GroupView): string {
  switch (view.protocol) {
    case undefined:
      return 'no member answers'
    case 'sequencer':
    case 'direct':
      return 'one replica, nothing is ordered'
    case 'raft': {
      if (view.leader === undefined) return 'nobody leads'
      const { term, firstIndex, lastIndex, commitIndex } = view
      const log = `its log is ${firstIndex} to ${lastIndex}, committed to ${commitIndex}`
      return `member ${view.leader} leads in term ${term}; ${log}`
    }
  }
}

const member: Column<MemberView> = { title: 'member', value: ({ id }) => String(id) }
const address: Column<MemberView> = { title: 'address', value: (one) => one.address || '-' }
const applied = numbers('applied', ({ appliedIndex }) => appliedIndex)
const heard: Column<MemberView> = {
  title: 'last heard',
  value: ({ lastHeardMsAgo }) => (lastHeardMsAgo === undefined ? '-' : ago(lastHeardMsAgo)),
  align: 'right',
}
const note: Column<MemberView> = {
  title: '',
  value: (one) => one.outside ?? one.problem,
  mayCut: true,
}

const columns: readonly Column<MemberView>[] = [
  member,
  address,
  { title: 'role', value: ({ role }) => role },
  { title: 'state', value: stateWords, mayCut: true },
  numbers('match index', ({ matchIndex }) => matchIndex),
  numbers('lag', ({ lag }) => lag),
  heard,
  applied,
  note,
]

function stateWords({ role, state, transfer }: MemberView): string {
  if (transfer !== undefined) return transfer
  if (role === 'leader') return '-'
  if (state === 'unknown') return '-'
  return state
}

function numbers(title: string, value: (member: MemberView) => number | undefined) {
  const column: Column<MemberView> = {
    title,
    value: (one) => String(value(one) ?? '-'),
    align: 'right',
  }
  return column
}

export function ago(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.round(durationMs)} ms`
  const seconds = durationMs / 1_000
  return seconds < 100 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`
}
