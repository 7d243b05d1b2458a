/**
 * A disk that was lost: until it is as good as it was, this member counts in nothing, and the mark
 * that says so is durable. Q others that are whole note its new incarnation, durably, so that the
 * old one never counts again; from their answers it takes the highest promise, and the log of those
 * with the highest installed view, undelivered tail included.
 */
import type { MemberId } from '../../../common/member.ts'
import type { NotedPart } from '../message.ts'
import { type Node, ticks } from '../node.ts'
import { type RecoveredLog, recoverLog } from '../recovered-log.ts'
import type { Incarnation, View, ViewId } from '../view.ts'
import { compareViewIds, higherViewId, lower, noneGlobal, seatOf, viewIdText } from '../view.ts'
import { changeScalars, enter } from './enter.ts'
import { startFetching } from './fetching.ts'
import type { Rebuild } from './state.ts'

const askEveryMs = 50

const nothing: RecoveredLog = { end: noneGlobal, runs: [], holders: [] }

export function enterRebuild(node: Node, reason: string): void {
  const rebuild: Rebuild = {
    kind: 'rebuild',
    round: 0,
    answers: new Map(),
    fetching: undefined,
    nextNoteTick: node.now,
    deadlineTick: node.now,
  }
  enter(node, rebuild, reason)
  if (!node.scalars.isRecovering) changeScalars(node, { isRecovering: true })
  node.writes.whenDurable(() => {
    if (node.state === rebuild) beginRound(node, rebuild)
  })
}

function beginRound(node: Node, rebuild: Rebuild): void {
  rebuild.round += 1
  rebuild.answers.clear()
  rebuild.fetching = undefined
  node.wish = undefined
  node.fetched = undefined
  const { log, delivery } = node
  if (log.orderedUpTo > log.persistingUpTo) log.cutTo(log.persistingUpTo, delivery.prefix)
  moved(node, rebuild)
  ask(node, rebuild)
}

function ask(node: Node, rebuild: Rebuild): void {
  const { now, outbox, self, universe } = node
  rebuild.nextNoteTick = now + ticks(node, askEveryMs)
  for (const id of universe) {
    if (id === self || rebuild.answers.has(id)) continue
    outbox.tell(id, [{ kind: 'note', round: rebuild.round }])
  }
}

export function tickRebuild(node: Node, rebuild: Rebuild): void {
  const { now, writes } = node
  if (rebuild.round === 0) return
  const stage = rebuild.fetching?.stage.kind
  // Whoever fetches a whole state is told how it goes by whoever fetches it.
  if (stage === 'transferring') moved(node, rebuild)
  if (now >= rebuild.deadlineTick && writes.isSettled && stage !== 'ended')
    beginRound(node, rebuild)
  else if (rebuild.fetching === undefined && now >= rebuild.nextNoteTick) ask(node, rebuild)
}

/** Something of what was asked for has come. */
export function moved({ config, now }: Node, rebuild: Rebuild): void {
  rebuild.deadlineTick = now + ticks({ config }, config.recoveryTimeoutMs)
}

/** Another member's disk was lost. */
export function receiveNote(node: Node, from: MemberId, asked: Incarnation, round: number): void {
  const { scalars, state, plantedBug } = node
  if (state.kind === 'starting' || scalars.isRecovering) return
  if (scalars.installed === undefined && scalars.promised === undefined) return
  const known = knownIncarnation(node, from)
  if (known <= asked && plantedBug !== 'skipNoting') {
    if (scalars.noted.get(from) !== asked) {
      changeScalars(node, { noted: new Map([...scalars.noted, [from, asked]]) })
    }
    leaveViewOf(node, from, asked)
  }
  tellNoted(node, from, asked, round)
}

/** What it goes on from; or that it must start above the incarnation that is known of it. */
export function tellNoted(node: Node, from: MemberId, asked: Incarnation, round: number): void {
  const { log, outbox, writes } = node
  writes.whenDurable(() => {
    const { installed, promised, isRecovering } = node.scalars
    if (isRecovering) return
    // As it is known now: a later one may have asked while the write was under way.
    const known = Math.max(knownIncarnation(node, from), asked) as Incarnation
    const answer = { incarnation: asked, round, known }
    outbox.tell(from, [{ kind: 'noted', ...answer, promised, installed, log: log.extent() }])
  })
}

/** By its own word, or by what is noted, proposed, installed or ordered here. */
export function knownIncarnation(node: Node, member: MemberId): Incarnation {
  const { log, scalars, table } = node
  const views = [scalars.installed, viewOfState(node)]
  const known = [
    scalars.noted.get(member),
    table.incarnationOf(member),
    log.order.highestIncarnation(member),
    ...views.map((view) => view && seatOf(view, member)?.incarnation),
  ]
  return Math.max(...known.map((one) => one ?? 0)) as Incarnation
}

/**
 * The log names a later start of this member than this one, whose clock was ahead, and whose disk
 * was lost: in this one nothing would be ordered.
 */
export function isSuperseded({ log, plantedBug, scalars, self }: Node): boolean {
  const ordered = log.order.highestIncarnation(self) ?? 0
  return ordered > scalars.incarnation && plantedBug !== 'incarnationByClock'
}

/** What the lost incarnation sent long ago must not complete a quorum now. */
function leaveViewOf(node: Node, member: MemberId, asked: Incarnation): void {
  const view = viewOfState(node)
  const named = view && seatOf(view, member)?.incarnation
  if (named !== undefined && named < asked)
    node.returnToGather(`member ${member} has lost its disk`)
}

function viewOfState({ state }: Node) {
  switch (state.kind) {
    case 'commit':
    case 'recovery':
      return state.view
    case 'operational':
      return state.duties.view
    default:
      return undefined
  }
}

export function receiveNoted(node: Node, from: MemberId, part: NotedPart): void {
  const { quorum, scalars, state } = node
  if (part.incarnation !== scalars.incarnation) return
  if (state.kind !== 'rebuild') return
  if (part.round !== state.round || state.fetching !== undefined) return
  state.answers.set(from, part)
  moved(node, state)
  if (state.answers.size >= quorum) rebuildFrom(node, state)
}

function rebuildFrom(node: Node, rebuild: Rebuild): void {
  const answers = [...rebuild.answers.values()]
  let promised: ViewId | undefined
  let installed: View | undefined
  for (const answer of answers) {
    promised = higherViewId(promised, answer.promised)
    if (compareViewIds(answer.installed?.id, installed?.id) > 0) installed = answer.installed
  }
  node.table.noteViewId(promised)
  if (node.plantedBug === 'forgetRecovering') {
    changeScalars(node, { promised, installed, isRecovering: false })
  }
  const target = recoverLog(rebuild.answers) ?? nothing
  const fetching = startFetching(node, withoutTail(node, target), () => {
    const forgets = node.plantedBug === 'rebuildForgetsPromise'
    const taken = forgets ? installed?.id : higherViewId(promised, installed?.id)
    changeScalars(node, { promised: taken, installed, isRecovering: false })
    node.writes.whenDurable(() => {
      const name = installed === undefined ? 'no view' : `view ${viewIdText(installed.id)}`
      if (node.state === rebuild) node.returnToGather(`the disk is whole again, as of ${name}`)
    })
  })
  rebuild.fetching = fetching
}

/** The planted bug: only what all that answered have. */
function withoutTail({ plantedBug }: Node, target: RecoveredLog): RecoveredLog {
  if (plantedBug !== 'rebuildWithoutTail') return target
  const ends = target.holders.map(({ receivedUpTo }) => receivedUpTo)
  return { ...target, end: ends.reduce(lower, target.end) }
}
