/**
 * Leadership on request: the leader takes nothing new, brings its successor up to date, and tells it
 * to campaign at once (dissertation, section 3.10). If that does not happen within an election
 * timeout it goes on as before.
 */
import type { MemberId } from '../../common/member.ts'
import type { ActionId } from '../protocol.ts'
import { isActive } from './progress.ts'
import type { Leader, Raft } from './state.ts'

/** Undefined: nobody votes that answers. */
export function bestSuccessor(raft: Raft, leader: Leader): MemberId | undefined {
  const fit = [...leader.progress.values()].filter(
    (progress) =>
      raft.voters.includes(progress.member) &&
      isActive(progress, raft.now, raft.options.quorumLossTicks),
  )
  fit.sort((a, b) => b.matchIndex - a.matchIndex || b.activeTick - a.activeTick)
  return fit[0]?.member
}

export function beginTransfer(
  raft: Raft,
  leader: Leader,
  wish: { readonly to: MemberId; readonly action: ActionId | undefined },
): void {
  leader.transfer = { ...wish, sinceTick: raft.now, told: false }
}

/** For each Ready: the successor is told once it holds the whole log. */
export function driveTransfer(raft: Raft, leader: Leader): void {
  const { transfer } = leader
  if (transfer === undefined || transfer.told) return
  const progress = leader.progress.get(transfer.to)
  if (progress === undefined || progress.matchIndex < raft.log.lastIndex) return
  transfer.told = true
  raft.outbox.send.push({ to: transfer.to, message: { kind: 'timeoutNow', term: raft.term } })
}

/** A tick of a leader. */
export function tickTransfer(raft: Raft, leader: Leader): void {
  const { transfer } = leader
  if (transfer !== undefined) {
    const overdue = raft.now - transfer.sinceTick > raft.options.electionMaxTicks
    if (overdue) giveUp(raft, leader, `Member ${transfer.to} has not taken over in time.`)
    return
  }
  if (raft.leavingSince === undefined) return
  const to = bestSuccessor(raft, leader)
  if (to !== undefined) beginTransfer(raft, leader, { to, action: undefined })
}

export function giveUp(raft: Raft, leader: Leader, message: string): void {
  const { transfer } = leader
  leader.transfer = undefined
  if (transfer?.action === undefined) return
  // What it was told may still arrive.
  const error = { code: 'MEMBERSHIP_REFUSED', definite: !transfer.told, message } as const
  const { action } = transfer
  raft.outbox.administered.push({ id: action, error })
}

/** Somebody leads: a transfer is done when it is the one that was meant. */
export function settleHandover(raft: Raft, leader: MemberId): void {
  const { handover } = raft
  if (handover === undefined) return
  const { to } = handover
  endHandover(raft, leader === to ? undefined : `Member ${leader} leads now, not member ${to}.`)
}

/** A tick of any member. */
export function tickHandover(raft: Raft): void {
  const { handover } = raft
  if (handover === undefined || raft.now < handover.untilTick) return
  endHandover(raft, `Member ${handover.to} was told to take over, and nobody is heard to lead.`)
}

function endHandover(raft: Raft, message: string | undefined): void {
  const { handover } = raft
  raft.handover = undefined
  if (handover === undefined) return
  const error =
    message === undefined ? undefined : ({ code: 'UNAVAILABLE', definite: false, message } as const)
  raft.outbox.administered.push({ id: handover.action, error })
}

/** This process will end. A leader hands over; nobody else would be missed. */
export function stepAside(raft: Raft): void {
  raft.leavingSince = raft.now
  if (raft.role.kind === 'leader') tickTransfer(raft, raft.role)
}

/** Nothing to hand over any more, or nobody to take it. */
export function mayStop(raft: Raft): boolean {
  if (raft.role.kind !== 'leader') return true
  return bestSuccessor(raft, raft.role) === undefined
}
