/**
 * Operational: entering a view, and what makes a member leave it. What is done in it stands in the
 * duties.
 */
import { assert } from '../../../common/assert.ts'
import type { MemberId } from '../../../common/member.ts'
import { createDuties, type Duties, reachOf } from '../duties.ts'
import { maskOf } from '../members-mask.ts'
import { type Node, ticks } from '../node.ts'
import type { SenderOrder } from '../sender-order.ts'
import type { GlobalSequence, LocalSequence, View } from '../view.ts'
import { step, viewIdText } from '../view.ts'
import { type Candidate, chooseMembers } from './choice.ts'
import { enter } from './enter.ts'
import { joins } from './joins.ts'
import { isSuperseded } from './rebuild.ts'
import type { Operational } from './state.ts'

/** All its members have its recovered log, which is therefore stable. */
export function enterOperational(node: Node, view: View, reason: string): void {
  const { log, delivery, outbox } = node
  const recoveredUpTo = step(view.firstGlobal, -1)
  const isRecovered = log.receivedUpTo === recoveredUpTo || node.plantedBug === 'resumeOldView'
  assert(isRecovered, 'who enters a view has its recovered log, and no more')
  if (isSuperseded(node)) {
    node.returnToGather('the recovered log names a later incarnation of this member')
    return
  }
  log.cutTo(log.receivedUpTo, delivery.prefix)
  node.earlier = view
  const hadView = node.hasBeenOperational
  const operational: Operational = { kind: 'operational', duties: createDuties(node, view) }
  const names = view.seats.map(({ id }) => id).join(', ')
  enter(node, operational, `view ${viewIdText(view.id)} of ${names}: ${reason}`)
  node.failedProposals = 0
  node.hasBeenOperational = true
  sendAgain(node)
  if (hadView) dampOthers(node, view)
  if (node.universe.length > 1) outbox.statusToAll()
}

/** In order, all own requests that the log does not name. */
function sendAgain(node: Node): void {
  const { log, own, pool, plantedBug } = node
  const next = nextOwn(node, log.order)
  for (const { id, payload } of own.from(next)) if (!pool.has(id)) pool.hold(id, payload)
  own.sendAgainFrom(next)
  if (plantedBug === 'deliverAgain') sendNamedAgain(node, next)
}

/** The planted bug: what the log names and nobody has delivered is taken for lost. */
function sendNamedAgain(node: Node, next: LocalSequence): void {
  const { delivery, own, pool } = node
  for (const { id, proposal, payload } of own.from(nextOwn(node, delivery.prefix.order))) {
    if (id.localSequence < next) pool.hold(own.add(proposal, payload), payload)
  }
}

function nextOwn({ scalars, self }: Node, order: SenderOrder): LocalSequence {
  return order.next(self, scalars.incarnation) ?? (0 as LocalSequence)
}

/** Whoever was there and did not come in has cost a change of view, perhaps. */
function dampOthers(node: Node, view: View): void {
  for (const { member } of joins(node)) {
    const isIn = view.seats.some(({ id }) => id === member)
    if (!isIn && !node.damping.isDamped(member, node.now)) node.damping.returned(member, node.now)
  }
}

export function tickOperational(node: Node, { duties }: Operational): void {
  const { config, now } = node
  const timeoutTicks = ticks(node, config.failureTimeoutMs)
  const silent = duties.peers.all.find((peer) => !duties.peers.isHeard(peer, now, timeoutTicks))
  if (silent !== undefined) {
    node.returnToGather(`member ${silent.id} was not heard for ${config.failureTimeoutMs} ms`)
    return
  }
  const larger = largerChoice(node, duties)
  if (larger !== undefined) node.returnToGather(`a view of ${larger.join(', ')} can be formed`)
}

/**
 * One that was paused takes itself for whole until it has got through what lies before it from long
 * ago; meanwhile it would not agree to anything of today. What it says of itself is as old as its
 * join: hence more than it goes by itself.
 */
function isNear({ config }: Node, { standing }: Duties, receivedUpTo: GlobalSequence): boolean {
  return standing.stableUpTo - receivedUpTo <= 4 * config.nearEntries
}

/**
 * A set larger than the view that gather would choose now, as far as this member can tell. It goes
 * by the same rule: to leave a view for the sake of one whom another member does not let in yet, or
 * for a set that this one's damping has been taken out of, would be to come back to the same view,
 * again and again.
 */
function largerChoice(node: Node, duties: Duties): readonly MemberId[] | undefined {
  const { quorum, self } = node
  const { peers, view } = duties
  const told = joins(node).filter(({ member }) => member !== self && !peers.has(member))
  const outside = told.filter(({ standing, receivedUpTo }) => {
    return standing === 'whole' && isNear(node, duties, receivedUpTo)
  })
  if (outside.length === 0) return undefined
  const reaches = view.seats.map(({ id }) => {
    return { id, ...(id === self ? reachOf(node) : peers.get(id).metadata) }
  })
  const damped = [...reaches, ...told].reduce((mask, one) => mask | one.damped, 0)
  const candidate = (id: MemberId, hears: ReadonlySet<MemberId>): Candidate => {
    return { id, hears, isReluctant: (damped & maskOf([id])) !== 0 }
  }
  const seated = view.seats.map(({ id }) => id)
  const chosen = chooseMembers(
    [
      // Who is in the view hears all of it: else it would leave.
      ...reaches.map(({ id, hears }) =>
        candidate(
          id,
          new Set([...seated, ...node.universe.filter((one) => hears & maskOf([one]))]),
        ),
      ),
      ...outside.map(({ member, hears }) =>
        candidate(member, new Set(hears.map((seat) => seat.id))),
      ),
    ],
    quorum,
  )
  return chosen !== undefined && chosen.length > seated.length ? chosen : undefined
}
