/**
 * What a message that has come in does. Here it is decided whether it counts at all: of which
 * cluster, incarnation and view its sender speaks.
 */
import type { MemberId } from '../../common/member.ts'
import type { Duties } from './duties.ts'
import { isMembershipPart } from './membership-codec.ts'
import { isDead } from './membership/commit.ts'
import { receiveFetched } from './membership/fetching.ts'
import { stepGather } from './membership/gather.ts'
import { enterOperational } from './membership/operational.ts'
import { receiveMembership, tellOperational } from './membership/receive.ts'
import { knownIncarnation, moved, tellNoted } from './membership/rebuild.ts'
import type { Header, Part, RequestPart, SequenceMessage, SequencerMessage } from './message.ts'
import type { Node } from './node.ts'
import { compareViewIds, sameViewId, seatOf, viewIdText } from './view.ts'

/** False: the message counts for nothing. */
export function receiveMessage(
  node: Node,
  from: MemberId,
  { header, parts }: SequencerMessage,
): boolean {
  const isMeant = header.cluster === node.cluster && header.sender === from && from !== node.self
  if (!isMeant || !node.universe.includes(from) || node.state.kind === 'starting') return false
  if (!isCurrent(node, header)) {
    // Unless it is merely late, its sender cannot know that it must start anew.
    if (header.viewId === undefined) tellSuperseded(node, header, parts)
    return false
  }
  node.table.hear(from, header.incarnation, node.now)
  const isInView = hearView(node, header)
  for (const part of parts) receivePart(node, header, isInView, part)
  if (node.state.kind === 'operational') node.state.duties.standing.moved()
  if (node.state.kind === 'gather') stepGather(node, node.state)
  return true
}

/** Of a superseded incarnation nothing counts. Of a new one of a member of our view, we leave it. */
function isCurrent(node: Node, { sender, incarnation }: Header): boolean {
  const { plantedBug, scalars, table } = node
  const noted = plantedBug === 'skipNoting' ? 0 : (scalars.noted.get(sender) ?? 0)
  const known = table.incarnationOf(sender) ?? 0
  if (incarnation < noted || incarnation < known) return false
  if (known > 0 && incarnation > known) node.damping.returned(sender, node.now)
  return true
}

function tellSuperseded(node: Node, { sender, incarnation }: Header, parts: readonly Part[]): void {
  const known = knownIncarnation(node, sender)
  const isAsking = parts.some(({ kind }) => kind === 'join' || kind === 'note')
  if (isAsking && known > incarnation) tellNoted(node, sender, incarnation, 0)
}

/** A datagram of a view. True: of the one that this member is in. */
function hearView(node: Node, header: Header): boolean {
  const { state, table } = node
  const { viewId, sender } = header
  if (viewId === undefined) {
    if (node.plantedBug === 'countOutsiders') countAnyway(node, header)
    return false
  }
  table.noteFounded()
  table.noteViewId(viewId)
  if (state.kind === 'recovery' && state.installed !== undefined) {
    // Who is operational in the view that we wait for announces it with all it says.
    if (sameViewId(viewId, state.installed.id) && !isDead(node, state.installed)) {
      enterOperational(node, state.installed, `member ${sender} is in it`)
    }
  }
  if (node.state.kind !== 'operational') return false
  const { duties } = node.state
  const order = compareViewIds(viewId, duties.view.id)
  if (order !== 0 && node.plantedBug === 'countOutsiders') {
    countAnyway(node, header)
    return false
  }
  if (order > 0) {
    node.returnToGather(`member ${sender} is in view ${viewIdText(viewId)}`)
    return false
  }
  if (order < 0) {
    // It does not know how far things have gone.
    tellOperational(node, duties, sender)
    return false
  }
  if (seatOf(duties.view, sender)?.incarnation !== header.incarnation) return false
  duties.peers.hear(header, node.now)
  return true
}

/** The planted bug. */
function countAnyway({ state, now }: Node, header: Header): void {
  if (state.kind !== 'operational' || !state.duties.peers.has(header.sender)) return
  state.duties.peers.hear(header, now)
}

function receivePart(node: Node, header: Header, isInView: boolean, part: Part): void {
  const { answers, state } = node
  const from = header.sender
  if (isMembershipPart(part)) receiveMembership(node, from, header.incarnation, part)
  else if (part.kind === 'retransmitRequest') {
    answers.asked(from, part)
  } else if (isInView && state.kind === 'operational') {
    receiveInView(node, state.duties, header, part)
  } else {
    // An answer to somebody who fetches may come from somebody who is in a view.
    receiveFetched(node, part)
    if (state.kind === 'rebuild') moved(node, state)
    const isBug = node.plantedBug === 'barrierFromOldView'
    if (isBug && part.kind === 'barrierAsk') answerBarrierAsBefore(node, header, part.round)
  }
}

function receiveInView(node: Node, duties: Duties, header: Header, part: Part): void {
  switch (part.kind) {
    case 'request':
      receiveRequest(node, duties, part)
      break
    case 'sequence':
      receiveSequence(node, duties, part.sequence)
      break
    case 'barrierAsk':
      answerBarrier(node, header, part.round)
      break
    case 'barrierAnswer':
      node.barriers.answer(header.sender, part)
      break
    default:
      break
  }
}

/** Only an operational member answers; what it has is at least the recovered log of its view. */
function answerBarrier(node: Node, { sender, incarnation }: Header, round: number): void {
  const highest = barrierHighest(node)
  node.outbox.tell(sender, [{ kind: 'barrierAnswer', incarnation, round, highest }])
}

/** The planted bug `barrierFromOldView`. */
function answerBarrierAsBefore(node: Node, asked: Header, round: number): void {
  const { left, outbox, scalars, self } = node
  if (left === undefined || asked.viewId === undefined) return
  if (!sameViewId(left.viewId, asked.viewId)) return
  const highest = left.receivedUpTo
  const metadata = { ...asked.metadata, receivedUpTo: highest, ownHighest: -1 as never }
  const header = { ...asked, sender: self, incarnation: scalars.incarnation, metadata }
  const { incarnation } = asked
  const part = { kind: 'barrierAnswer', incarnation, round, highest } as const
  outbox.tellUnder({ to: asked.sender, message: { header, parts: [part] } })
}

export function barrierHighest({ log, state, plantedBug }: Node) {
  const isBug = plantedBug === 'barrierBelowFirstGlobal' && state.kind === 'operational'
  if (!isBug) return log.receivedUpTo
  const { firstGlobal } = state.duties.view
  return log.receivedUpTo >= firstGlobal ? log.receivedUpTo : (-1 as typeof log.receivedUpTo)
}

function receiveSequence({ log }: Node, duties: Duties, sequence: SequenceMessage) {
  const { repair, standing, view } = duties
  if (!sameViewId(sequence.viewId, view.id)) return
  if (log.offer(sequence)) standing.saw(sequence.globalSequence)
  else repair.sequenceRepeated(sequence.globalSequence)
}

/** Taken: what a held message names, and what a member of the view goes on with. */
function receiveRequest({ self, log, pool }: Node, duties: Duties, part: RequestPart): void {
  const { repair, view } = duties
  const { id } = part
  const isMembers = id.sender !== self && seatOf(view, id.sender)?.incarnation === id.incarnation
  const isWanted = log.isMissing(id) || (isMembers && pool.admits(part))
  if (isWanted && pool.add(part)) log.requestHeld(id)
  else if (part.chunks === 1) repair.requestRepeated(id)
}
