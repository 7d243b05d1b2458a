/**
 * A group with a rotating sequencer as text for people, within the width of a terminal: who is in
 * the view, how far each says it is, what is the matter with whom, and what happened last. Pure: it
 * must not know how the members were asked.
 */
import type { MemberId } from '../../common/member.ts'
import { type Column, formatTable } from '../../platform/terminal/table.ts'
import type { SequencerMember, SequencerView } from '../../replication/operator/sequencer-view.ts'
import { ago } from './table.ts'

const widthDefault = 80
const transitionsShown = 6

export function formatRotation(group: string, view: SequencerView, width = widthDefault): string {
  const wrapped = (lines: readonly string[]): string[] =>
    lines.flatMap((line) => wrap(shortIds(line), width))
  const table = formatTable(view.members, columnsOf(view), { width })
  const notes = view.members.flatMap((member) => notesOn(member, view))
  const blocks = [wrapped(headlines(group, view)), [table], wrapped(notes), history(view, width)]
  const filled = blocks.filter((lines) => lines.length > 0)
  return filled.map((lines) => lines.join('\n')).join('\n\n')
}

function headlines(group: string, view: SequencerView): string[] {
  const { views, configured, quorum, writable, reason } = view
  const [main, ...others] = views
  const lines: string[] = []
  if (main === undefined) lines.push(`${group}: no view; ${howToForm(view)}`)
  else {
    const { id, members, nextGlobalSequence, nextSequencer } = main
    const size = `${members.length} of ${configured}; ${quorum} are needed`
    lines.push(`${group}: view ${id} of members ${listed(members)} (${size})`)
    if (nextSequencer !== undefined) {
      lines.push(`Number ${nextGlobalSequence} is member ${nextSequencer}’s to give.`)
    }
  }
  if (main !== undefined && others.length > 0) {
    const who = views.map(({ id, entered }) => `${listed(entered)} in ${id}`)
    lines.push(`THE MEMBERS DISAGREE ABOUT THE VIEW: ${who.join('; ')}.`)
  }
  if (!writable) lines.push(`No writes are taken: ${reason}`)
  return lines
}

function howToForm({ configured, isFounded, quorum, members }: SequencerView): string {
  const answers = members.some(({ problem }) => problem === '')
  if (isFounded || !answers) return `${quorum} of ${configured} members make one`
  return `the group is new: all ${configured} members must be there to found it`
}

function columnsOf(view: SequencerView): readonly Column<SequencerMember>[] {
  return [
    { title: 'member', value: ({ id }) => String(id) },
    { title: 'state', value: (member) => stateWords(member, view) },
    sequence('received', ({ receivedUpTo }) => receivedUpTo),
    sequence('stable', ({ stableUpTo }) => stableUpTo),
    sequence('delivered', ({ deliveredUpTo }) => deliveredUpTo),
    sequence('applied', ({ appliedUpTo }) => appliedUpTo),
    { title: 'address', value: ({ address }) => address },
  ]
}

function sequence(title: string, value: (member: SequencerMember) => number | undefined) {
  const column: Column<SequencerMember> = {
    title,
    value: (member) => String(value(member) ?? '-'),
    align: 'right',
  }
  return column
}

/** As it says itself. */
function stateWords({ problem, standing, state, view }: SequencerMember, { views }: SequencerView) {
  if (problem !== '') return 'unreachable'
  switch (state) {
    case 'operational':
      return view === views[0]?.id ? 'in the view' : `in ${shortIds(view ?? 'a view')}`
    case 'rebuild':
      return 'disk lost'
    case 'commit':
    case 'recovery':
    case 'starting':
      return state
    case 'gather':
      if (standing === 'behind') return 'behind'
      if (standing === 'blank') return 'new'
      return standing === 'leaving' ? 'leaving' : 'gather'
    case undefined:
      return '-'
  }
}

function notesOn(member: SequencerMember, view: SequencerView): string[] {
  const { id, problem, notHeardBy, reason, transfer, isHeldBack } = member
  const notes: string[] = []
  if (problem !== '') notes.push(`Member ${id} does not answer: ${problem}.`)
  if (notHeardBy.length > 0) notes.push(`Member ${id} ${unheard(notHeardBy)}.`)
  // What holds for all of them stands above.
  if (reason !== '' && reason !== view.reason) notes.push(`Member ${id}: ${reason}`)
  if (transfer !== undefined) notes.push(`Member ${id} is ${transfer}.`)
  if (isHeldBack) notes.push(`Member ${id} has come back often: the others let it in later.`)
  return notes
}

function unheard(by: SequencerMember['notHeardBy']): string {
  const since = by.flatMap(({ forMs }) => (forMs === undefined ? [] : [forMs]))
  const who = `is not heard by ${listed(by.map(({ id }) => id))}`
  if (since.length === 0) return `${who}, and has not been since they started`
  return `${who}, for ${ago(Math.max(...since))}`
}

/** Of one member of the view, and of all that are not in it. */
function history(view: SequencerView, width: number): string[] {
  const [main] = view.views
  const inside = view.members.find(({ id }) => main?.entered.includes(id))
  const outside = view.members.filter(({ view: its }) => its === undefined || its !== main?.id)
  return [...(inside === undefined ? [] : [inside]), ...outside].flatMap((member) =>
    historyOf(member, width),
  )
}

function historyOf({ id, transitions }: SequencerMember, width: number): string[] {
  if (transitions.length === 0) return []
  const lines = transitions.slice(-transitionsShown).flatMap(({ at, msAgo, from, to, reason }) => {
    const when = `  ${at.slice(11, 19)}  ${ago(msAgo).padStart(7)} ago  `
    return wrap(`${when}${from} → ${to}: ${shortIds(reason)}`, width, when.length + 2)
  })
  return [`What member ${id} went through last (UTC):`, ...lines]
}

/** Number and representative tell views apart, for people. */
function shortIds(text: string): string {
  return text.replaceAll(/\b(\d+\.\d+)\.\d{10,}/g, '$1')
}

export function listed(ids: readonly MemberId[]): string {
  if (ids.length < 2) return ids.join('')
  return `${ids.slice(0, -1).join(', ')} and ${ids.at(-1)}`
}

/** At blanks; what goes on is indented. */
function wrap(text: string, width: number, indent = 2): string[] {
  const lines: string[] = []
  let rest = text
  while (rest.length > width) {
    const cut = rest.lastIndexOf(' ', width)
    if (cut <= indent) break
    lines.push(rest.slice(0, cut))
    rest = `${' '.repeat(indent)}${rest.slice(cut + 1)}`
  }
  return [...lines, rest]
}
