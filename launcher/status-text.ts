/**
 * The status of a cluster for people: a line for each process that fits a terminal of 80 columns, and
 * what there is to say about a group. Pure.
 */
import { styled } from '../platform/terminal/style.ts'
import { type Column, formatTable } from '../platform/terminal/table.ts'
import { outsideReason } from '../replication/replica/outside.ts'
import type { ReplicaStatus } from '../replication/replica/status.ts'
import { describeCheck } from './check-status.ts'
import type { ProcessStatus } from './status.ts'

type Row = ProcessStatus & { readonly state: string; readonly words: string }

const columns: readonly Column<Row>[] = [
  { title: 'name', value: ({ name }) => name },
  { title: 'address', value: ({ address }) => address },
  { title: 'pid', value: ({ pid }) => String(pid ?? '-') },
  { title: 'state', value: ({ state }) => state },
  { title: '', value: ({ words }) => words },
]

const narrowColumns = columns.filter(({ title }) => title !== 'pid')

/**
 * `width` in terminal cells. Where it is too narrow the process ids are left out; a reason may still be
 * wider, and is never cut.
 */
export function formatStatus(processes: readonly ProcessStatus[], width?: number): string {
  const rows = processes.map((process): Row => {
    const { state, words } = describeProcess(process)
    const { restarts } = process
    const again = restarts === 0 ? [] : [restarts === 1 ? 'restarted' : `${restarts} restarts`]
    return { ...process, state, words: [...words, ...again].join(', ') }
  })
  const whole = formatTable(rows, columns)
  const isWide = width !== undefined && whole.split('\n').some((line) => line.length > width)
  const table = isWide ? formatTable(rows, narrowColumns) : whole
  const isNobodyThere = processes.every(({ probe }) => !probe.answered)
  const notes = isNobodyThere ? [nobodyThere] : checkNotes(processes)
  return notes.length === 0 ? table : `${table}\n\n${notes.join('\n')}`
}

const nobodyThere = 'Nothing answers. Start everything: npm start; a cluster elsewhere: --data-dir.'

/** `ready`, or what it is instead, and what there is to say about it. */
export function describeProcess(process: ProcessStatus): {
  state: string
  words: readonly string[]
} {
  const { probe, replication, heldDownBy } = process
  if (heldDownBy !== undefined) {
    const words = [heldDownBy === 'kill' ? 'killed' : 'paused', howBack(process)]
    return { state: heldDownBy === 'kill' ? 'DOWN' : 'PAUSED', words: [words.join('; ')] }
  }
  const outside = replication === undefined ? undefined : outsideReason(replication)
  if (outside !== undefined) return { state: 'OUTSIDE', words: [outside] }
  if (!probe.ready) {
    return { state: 'NOT READY', words: [process.lastWords ?? replication?.reason ?? probe.reason] }
  }
  return { state: 'ready', words: replication === undefined ? [] : replicationWords(replication) }
}

function howBack({ name, heldDownBy }: ProcessStatus): string {
  return `./agora ${heldDownBy === 'kill' ? 'restart' : 'resume'} ${name}`
}

function replicationWords(status: ReplicaStatus): string[] {
  const { protocolDetails: details, appliedIndex, writable, reason } = status
  const place =
    status.protocol === 'raft' ? [`${details.role} in term ${details.term}`] : [viewWords(details)]
  const refusal = writable ? [] : [`no writes: ${reason ?? 'unknown reason'}`]
  return [...place, `applied ${appliedIndex}`, ...refusal]
}

function viewWords(details: ReplicaStatus['protocolDetails']): string {
  if (details.viewId === undefined) return `no view (${details.state})`
  // Number and representative tell views apart, for people.
  const [number, representative] = String(details.viewId).split('.')
  return `view ${number}.${representative}, turn of ${details.nextSequencer}`
}

/** What the replicas found when they compared themselves: mostly the same from each. */
function checkNotes(processes: readonly ProcessStatus[]): string[] {
  const notes = processes.flatMap(({ group, replication }) => {
    const text = describeCheck(group, replication?.lastCheck)
    if (text === '') return []
    return [`${group}: ${text.startsWith('rows equal') ? text : styled('stdout', 'red', text)}`]
  })
  return [...new Set(notes)]
}
