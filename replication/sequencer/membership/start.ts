/**
 * The start of a process, once its incarnation is durable; and starting anew, in the same process,
 * above an incarnation that others know of it: its disk was lost, and its clock is behind.
 */
import { nextIncarnation } from '../durable.ts'
import type { Node } from '../node.ts'
import { OwnRequests } from '../own-requests.ts'
import { compareViewIds, type Incarnation, seatOf } from '../view.ts'
import { changeScalars, enter } from './enter.ts'
import { enterOperational } from './operational.ts'
import { enterRebuild } from './rebuild.ts'

/** Nothing is said before this incarnation is durable. */
export function start(node: Node): void {
  node.writes.scalarsChanged()
  if (node.plantedBug === 'speakBeforeDurable') begin(node)
  else node.writes.whenDurable(() => begin(node))
}

function begin(node: Node): void {
  if (resumes(node)) return
  if (node.scalars.isRecovering) enterRebuild(node, 'started; the disk is not whole yet')
  else node.returnToGather('started')
}

/** The planted bug: goes on where it was. */
function resumes(node: Node): boolean {
  const { plantedBug, scalars, self } = node
  const { installed, promised } = scalars
  if (plantedBug !== 'resumeOldView' || installed === undefined) return false
  const isIn = seatOf(installed, self)?.incarnation === scalars.incarnation
  if (!isIn || compareViewIds(promised, installed.id) !== 0) return false
  enterOperational(node, installed, 'resumed')
  return true
}

/** Only one that has never been in a view with its incarnation can be behind. */
export function startAbove(node: Node, known: Incarnation): void {
  const { config, outbox, plantedBug, random, self, startedAtUnixMs, state } = node
  if (plantedBug === 'incarnationByClock') return
  if (state.kind !== 'gather' && state.kind !== 'rebuild') return
  const incarnation = nextIncarnation({ known, startedAtUnixMs, random })
  enter(node, { kind: 'starting' }, 'a later incarnation of this member is known')
  outbox.clear()
  changeScalars(node, { incarnation })
  node.own = new OwnRequests(self, incarnation, config)
  start(node)
}
