/**
 * Gather: who is there, whom does each hear, and whom would each form a view with. Once all of a
 * choice name the same, its lowest id proposes; or once it has waited for that long enough. That
 * all agree only spares proposals that come to nothing: whoever is asked may promise all the same.
 */
import type { MemberId } from '../../../common/member.ts'
import { maskOf } from '../members-mask.ts'
import { isBlank } from '../durable.ts'
import type { JoinRecord, OperationalPart } from '../message.ts'
import { type Node, ticks } from '../node.ts'
import { compareViewIds, type Seat } from '../view.ts'
import { type Candidate, chooseMembers } from './choice.ts'
import { propose } from './commit.ts'
import { enter } from './enter.ts'
import { extendFetching, startFetching } from './fetching.ts'
import { isBehind, joins, noteNearness, ownRecord } from './joins.ts'
import { enterRebuild, isSuperseded, knownIncarnation } from './rebuild.ts'
import { startAbove } from './start.ts'
import type { Gather } from './state.ts'

/** Waits longer after each proposal that came to nothing, and not as long as others do. */
const backoffMs = 20
const backoffMaxMs = 500
/** After so long without a view, joins become rarer. */
const slowAfterMs = 3_000

export function enterGather(node: Node, reason: string): void {
  const { config, failedProposals, now, random } = node
  const limitMs = Math.min(backoffMs * 2 ** failedProposals, backoffMaxMs)
  const waitTicks = failedProposals === 0 ? 0 : random.integer(0, ticks(node, limitMs))
  const gather: Gather = {
    kind: 'gather',
    sinceTick: now,
    nextJoinTick: now,
    told: '',
    proposeFromTick: now + waitTicks,
    choice: undefined,
    choiceTick: now,
    catchUp: undefined,
    caughtUpTo: node.log.receivedUpTo,
    caughtUpTick: now,
  }
  enter(node, gather, reason)
  if (mustRebuild(node)) enterRebuild(node, 'the group exists, and this disk is blank')
  else if (isSuperseded(node)) startAbove(node, knownIncarnation(node, node.self))
  else if (config.joinMs > 0) stepGather(node, gather)
}

export function tickGather(node: Node, gather: Gather): void {
  stepGather(node, gather)
}

/** Whenever something may have changed. */
export function stepGather(node: Node, gather: Gather): void {
  if (mustRebuild(node)) {
    enterRebuild(node, 'the group exists, and this disk is blank')
    return
  }
  noteNearness(node)
  choiceIs(gather, choose(node), node.now)
  tellJoin(node, gather)
  const { choice } = gather
  if (choice?.[0] !== node.self || !mayPropose(node, gather)) return
  if (isAgreed(node, choice) || isOverdue(node, gather)) propose(node, seatsOf(node, choice))
}

function choiceIs(gather: Gather, choice: readonly MemberId[] | undefined, now: number): void {
  if (maskOf(choice ?? []) !== maskOf(gather.choice ?? [])) gather.choiceTick = now
  gather.choice = choice
}

function mustRebuild({ scalars, table, plantedBug }: Node): boolean {
  if (scalars.isRecovering) return true
  return isBlank(scalars) && table.isFounded && plantedBug !== 'countWiped'
}

function choose(node: Node): readonly MemberId[] | undefined {
  const told = [...joins(node), ownRecord(node, 0)]
  const damped = told.reduce((mask, record) => mask | record.damped, 0)
  const candidates = told
    .filter((record) => counts(node, record))
    .map(
      (record): Candidate => ({
        id: record.member,
        hears: new Set(
          record.hears.filter((seat) => isCurrent(node, told, seat)).map(({ id }) => id),
        ),
        isReluctant: record.standing === 'behind' || (damped & (1 << record.member)) !== 0,
      }),
    )
  // A group that is new forms only when all are there: unreachable is not absent.
  return chooseMembers(candidates, isFounded(node) ? node.quorum : node.universe.length)
}

function isFounded({ scalars, table }: Node): boolean {
  return scalars.installed !== undefined || table.isFounded
}

function counts(node: Node, { standing }: JoinRecord): boolean {
  switch (standing) {
    case 'whole':
    case 'behind':
      return true
    case 'blank':
      return !isFounded(node)
    case 'recovering':
      return node.plantedBug === 'countWiped'
    case 'leaving':
      return false
  }
}

function isCurrent({ self, scalars }: Node, told: readonly JoinRecord[], seat: Seat): boolean {
  if (seat.id === self) return seat.incarnation === scalars.incarnation
  return told.some(({ member, incarnation }) => {
    return member === seat.id && incarnation === seat.incarnation
  })
}

/** Everybody chosen names the same choice. */
function isAgreed(node: Node, choice: readonly MemberId[]): boolean {
  const mask = maskOf(choice)
  const told = joins(node)
  return choice.every((id) => {
    return id === node.self || told.some((one) => one.member === id && one.choice === mask)
  })
}

/**
 * All of the choice have been heard all the time, or it would be another one by now; and yet one of
 * them does not name it. It may be broken: nobody waits for it for ever. If it does not answer the
 * proposal, either, it is damped as one whose disk hangs.
 */
function isOverdue(node: Node, { choiceTick }: Gather): boolean {
  return node.now - choiceTick > ticks(node, node.config.failureTimeoutMs)
}

function mayPropose(node: Node, gather: Gather): boolean {
  const { config, now, table } = node
  if (now < gather.proposeFromTick) return false
  if (now - gather.sinceTick >= ticks(node, config.gatherGraceMs)) return true
  // Whoever was heard lately may be about to join.
  const heard = table.heard(now, ticks(node, config.failureTimeoutMs)).map(({ id }) => id)
  return heard.every((id) => gather.choice?.includes(id))
}

function seatsOf({ self, scalars, table }: Node, choice: readonly MemberId[]): Seat[] {
  return choice.map((id) => {
    const incarnation = id === self ? scalars.incarnation : table.record(id)?.incarnation
    return { id, incarnation: incarnation ?? scalars.incarnation }
  })
}

/** At once when it says something new, now and then when not. Others' joins travel along. */
function tellJoin(node: Node, gather: Gather): void {
  const { config, now, outbox, random, universe } = node
  const record = ownRecord(node, maskOf(gather.choice ?? []))
  const news = JSON.stringify([record.standing, record.hears, record.choice, record.damped])
  if (universe.length === 1 || (news === gather.told && now < gather.nextJoinTick)) return
  gather.told = news
  // Each join of one that catches up is answered with how far the others have come.
  const isSlow = now - gather.sinceTick > ticks(node, slowAfterMs) && !isCatchingUp(node, gather)
  const everyTicks = ticks(node, isSlow ? config.joinSlowMs : config.joinMs)
  gather.nextJoinTick = now + everyTicks + random.integer(0, Math.ceil(everyTicks / 4))
  outbox.tellAll([{ kind: 'join', records: [record, ...joins(node)] }])
}

/**
 * There is a view without this member. Far behind, it first gets what is stable there. So it does
 * when it takes itself for near and is not let in: what is near is for the others to say, and theirs
 * may be another configuration.
 */
export function hearOperational(
  node: Node,
  gather: Gather,
  from: MemberId,
  { stable, view }: OperationalPart,
): void {
  if (stable.receivedUpTo > node.stableElsewhere) node.stableElsewhere = stable.receivedUpTo
  const { firstRetained, receivedUpTo, runs } = stable
  // A datagram that was held back tells of an earlier view, or of less than this member has, and
  // has acknowledged: to follow it would be to drop what others may count on.
  const isEarlier = compareViewIds(view.id, node.scalars.installed?.id) < 0
  if (isEarlier || receivedUpTo <= node.log.receivedUpTo) return
  // The others will have it soon, if not yet.
  const others = view.seats.map(({ id }) => id).filter((id) => id !== from && id !== node.self)
  const holders = [from, ...others].map((id) => ({ id, firstRetained, receivedUpTo }))
  const target = { end: receivedUpTo, runs, holders }
  if (gather.catchUp !== undefined && isCatchingUp(node, gather)) {
    extendFetching(node, gather.catchUp, target)
    return
  }
  if (!isBehind(node) && !isLeftOutside(node, gather)) return
  gather.catchUp = startFetching(node, target, undefined)
  gather.caughtUpTo = node.log.receivedUpTo
  gather.caughtUpTick = node.now
}

function isLeftOutside(node: Node, { sinceTick }: Gather): boolean {
  return node.now - sinceTick > ticks(node, node.config.failureTimeoutMs)
}

/** Under way, and moving: what it fetches may have been trimmed meanwhile. */
function isCatchingUp(node: Node, gather: Gather): boolean {
  const { config, log, now } = node
  const kind = gather.catchUp?.stage.kind
  if (kind === undefined || kind === 'ended') return false
  if (log.receivedUpTo > gather.caughtUpTo || kind !== 'fetching') {
    gather.caughtUpTo = log.receivedUpTo
    gather.caughtUpTick = now
  }
  return now - gather.caughtUpTick < ticks(node, config.recoveryTimeoutMs)
}
