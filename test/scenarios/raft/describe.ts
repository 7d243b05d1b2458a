/**
 * Members, messages and events as a trace shows them: one line each. A member that speaks from, or
 * is meant by, a disk that is not its first has a prime for each disk lost: 2'.
 */
import { unreachable } from '../../../common/assert.ts'
import type { MemberId } from '../../../common/member.ts'
import type { RaftCore } from '../../../replication/raft/core.ts'
import { decodeScalars } from '../../../replication/raft/durable.ts'
import { decodeEntry } from '../../../replication/raft/entry.ts'
import { configurationOf } from '../../../replication/raft/state.ts'
import type { Configuration, DiskId, Entry, RaftMessage } from '../../../replication/raft/types.ts'
import type { Envelope, GroupEvent } from './group-event.ts'
import { diskOf, type GroupMember } from './group-member.ts'

export function describeMessage({ from, to, message }: Envelope): string {
  return `${nameOf(from, message.disk)}>${to} ${message.kind} ${fields(message)}`.trimEnd()
}

/** Undefined: not worth a line. */
export function describeEvent(event: GroupEvent): string | undefined {
  const { kind } = event
  switch (kind) {
    case 'sent':
      return undefined
    case 'lost':
      return 'does not arrive'
    case 'delivered':
      return `${event.member} delivers ${event.index} ${event.text}`.trimEnd()
    case 'answered':
      return `${event.member} answers the caller`
    case 'passed':
      return `${event.member} serves the read at ${event.index}`
    case 'rejected':
      return `${event.member} rejects: ${event.rejected.message}`
    case 'administered':
      return `${event.member} tells the operator: ${event.refusal ?? 'done'}`
    case 'fetching': {
      const { from, atLeast } = event.wanted
      return `${event.member} wants the state at ${atLeast} at least, from ${from.join(' or ')}`
    }
    case 'installed':
      return `${event.member} has installed the state at ${event.index}`
    default:
      return unreachable(kind)
  }
}

export function describeStanding({ state }: RaftCore): string {
  const { role, term, leader, commitIndex } = state
  const follows = role.kind === 'follower' && leader !== undefined ? ` of ${leader}` : ''
  return `${role.kind}${follows} in term ${term}, commit ${commitIndex}`
}

/** The configuration in force at a member. */
export function describeSeats({ state }: RaftCore): string {
  return seats(configurationOf(state))
}

/** The log in memory: the term of each entry. In front, in brackets, where it begins. */
export function describeLog({ state: { log } }: RaftCore): string {
  const words = log.baseIndex === 0 ? [] : [`(${log.baseIndex}/${log.termAt(log.baseIndex)})`]
  const entries = log.batchFrom((log.baseIndex + 1) as typeof log.baseIndex, 1_000, 1_000_000)
  return ['log', ...words, ...entries.map(({ term }) => term)].join(' ')
}

/** What would be left after a crash. */
export function describeDisk({ disk, applied, secured }: GroupMember): string {
  const scalars = disk.meta === undefined ? undefined : decodeScalars(disk.meta)
  const first = disk.entries[0]?.index ?? 1
  const terms = disk.entries.map(({ index, bytes }) => decodeEntry(index, bytes).term)
  const log = ['log', ...(first > 1 ? [`from ${first}`] : []), ...terms].join(' ')
  const vote = scalars?.votedFor === undefined ? '' : ` vote ${scalars.votedFor}`
  const last = secured === undefined ? applied.at(-1) : applied[secured.count - 1]
  if (scalars === undefined) return 'nothing'
  return `term ${scalars.term}${vote}, ${log}, applied ${last?.index ?? 0}`
}

/** 0 1 2' 3 joining */
function seats(configuration: Configuration | undefined): string {
  const words = configuration?.seats.map(({ id, disk, role }) => {
    const name = nameOf(id, disk)
    return role === 'voter' ? name : `${name} ${role}`
  })
  return words === undefined ? 'no group' : words.join(', ')
}

function nameOf(id: MemberId, disk: DiskId): string {
  return `${id}${"'".repeat(Math.max(0, disk - diskOf(id, 0)))}`
}

/** Not worth a word. */
const usual: Readonly<Record<string, unknown>> = { forced: false, seated: true }

function fields(message: RaftMessage): string {
  switch (message.kind) {
    case 'append': {
      const { term, prevIndex, prevTerm, commitIndex, entries } = message
      const list = entries.map(describeEntry).join(' ')
      return `term ${term} after ${prevIndex}/${prevTerm} [${list}] commit ${commitIndex}`
    }
    case 'forward':
      return `${message.proposals.length}`
    case 'ask':
      return ''
    case 'answer':
      return message.blank ? 'blank' : 'not blank'
    case 'readRequest':
      return `token ${message.token}`
    case 'readReply':
      return `token ${message.token} readIndex ${message.readIndex}`
    case 'found':
      return seats(message.configuration)
    default: {
      const { kind: _, disk: __, ...rest } = message
      return Object.entries(rest)
        .filter(([name, value]) => usual[name] !== value)
        .map(([name, value]) => `${name} ${value}`)
        .join(' ')
    }
  }
}

function describeEntry(entry: Entry): string {
  const place = `${entry.index}/${entry.term}`
  return entry.kind === 'configuration' ? `${place} {${seats(entry.configuration)}}` : place
}
