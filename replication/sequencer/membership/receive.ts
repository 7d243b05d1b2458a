/** The parts of membership that come in, taken to where they belong in the present state. */
import { unreachable } from '../../../common/assert.ts'
import type { MemberId } from '../../../common/member.ts'
import type { Duties } from '../duties.ts'
import type { JoinPart, JoinRecord, MembershipPart, OperationalPart } from '../message.ts'
import type { Node } from '../node.ts'
import type { Incarnation } from '../view.ts'
import { compareViewIds, type ProposedView, seatOf, viewIdText } from '../view.ts'
import { receivePromise, receivePropose } from './commit.ts'
import { giveUp } from './enter.ts'
import { hearOperational } from './gather.ts'
import { receiveNote, receiveNoted } from './rebuild.ts'
import { receiveRecover, receiveRecovered } from './recovery.ts'
import { startAbove } from './start.ts'

export function receiveMembership(
  node: Node,
  from: MemberId,
  incarnation: Incarnation,
  part: MembershipPart,
): void {
  switch (part.kind) {
    case 'join':
      receiveJoin(node, from, part)
      break
    case 'operational':
      receiveOperational(node, from, part)
      break
    case 'propose':
      receivePropose(node, from, part)
      break
    case 'promise':
      receivePromise(node, from, part)
      break
    case 'recover':
      receiveRecover(node, from, part)
      break
    case 'recovered':
      receiveRecovered(node, from, part)
      break
    case 'note':
      receiveNote(node, from, incarnation, part.round)
      break
    case 'noted':
      // A lost disk had a later start than this process knew of.
      if (part.incarnation === node.scalars.incarnation && part.known > part.incarnation) {
        startAbove(node, part.known)
      } else receiveNoted(node, from, part)
      break
    default:
      unreachable(part)
  }
}

function receiveJoin(node: Node, from: MemberId, { records }: JoinPart): void {
  for (const record of records) {
    const known = node.table.incarnationOf(record.member)
    if (!node.universe.includes(record.member) || !node.table.note(record, node.now)) continue
    if (known !== undefined && record.incarnation > known) {
      node.damping.returned(record.member, node.now)
    }
    meetJoin(node, record)
  }
  if (node.state.kind === 'operational') tellOperational(node, node.state.duties, from)
}

/** What a join means for the view that this member is in, or about to be in. */
function meetJoin(node: Node, record: JoinRecord): void {
  const view = presentView(node)
  const seat = view && seatOf(view, record.member)
  if (view === undefined || seat === undefined) return
  if (record.incarnation > seat.incarnation) {
    node.returnToGather(`member ${record.member} has started anew`)
    return
  }
  // One that was sent before its sender promised the view, and has been under way since, says
  // nothing of it.
  const isEarlier = compareViewIds(record.promised, view.id) < 0
  if (record.incarnation < seat.incarnation || isEarlier) return
  const reason = `member ${record.member} has left view ${viewIdText(view.id)}`
  if (node.state.kind === 'operational') node.returnToGather(reason)
  else giveUp(node, reason)
}

function presentView({ state }: Node): ProposedView | undefined {
  if (state.kind === 'commit' || state.kind === 'recovery') return state.view
  return state.kind === 'operational' ? state.duties.view : undefined
}

function receiveOperational(node: Node, from: MemberId, part: OperationalPart): void {
  const { state, table } = node
  table.noteFounded()
  table.noteViewId(part.view.id)
  if (state.kind === 'gather') hearOperational(node, state, from, part)
  if (state.kind !== 'operational' || node.plantedBug === 'countOutsiders') return
  if (compareViewIds(part.view.id, state.duties.view.id) <= 0) return
  node.returnToGather(`member ${from} is in view ${viewIdText(part.view.id)}`)
}

/** To one outside: so much is stable here. */
export function tellOperational({ log, outbox }: Node, duties: Duties, to: MemberId): void {
  const { standing, view } = duties
  const end = Math.min(standing.stableUpTo, log.receivedUpTo) as typeof log.receivedUpTo
  outbox.tell(to, [{ kind: 'operational', view, stable: log.extent(end) }])
}
