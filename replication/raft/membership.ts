/**
 * Operators' changes of who belongs to the group: one voter at a time, each an entry of the log that
 * takes effect when it is appended (dissertation, chapter 4). What a change makes of the present
 * configuration is decided here; that all others follow is the log's business.
 */
import { assert, unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { ActionId } from '../protocol.ts'
import type { GroupAction } from '../replicated-log.ts'
import { changedVoters, seatOf, seatsMax, withoutSeat, withSeat } from './configuration.ts'
import { configurationEntry } from './entry.ts'
import { isActive, newProgress, type Progress } from './progress.ts'
import { becomeFollower } from './roles.ts'
import { refreshMembers } from './seats.ts'
import { configurationOf, type Leader, nextIndexAfter, type Raft } from './state.ts'
import { beginTransfer, bestSuccessor } from './transfer.ts'
import type { Configuration, Seat } from './types.ts'

/** Why it cannot be, for a person; or what it makes of the configuration. */
type Change = string | Configuration

export function administer(raft: Raft, id: ActionId, action: GroupAction): void {
  const { role } = raft
  if (role.kind !== 'leader') {
    const who =
      raft.leader === undefined
        ? 'The group has no leader now'
        : `Ask member ${raft.leader}, which leads`
    end(raft, id, 'UNAVAILABLE', `${who}.`)
    return
  }
  if (action.kind === 'transfer') {
    transfer(raft, role, id, action.to)
    return
  }
  const refusal = changeObstacle(raft, role)
  const change = refusal ?? changed(raft, role, action)
  if (typeof change === 'string') end(raft, id, 'MEMBERSHIP_REFUSED', change)
  else if (change === configurationOf(raft)) raft.outbox.administered.push({ id, error: undefined })
  else {
    role.change = id
    propose(raft, role, change)
  }
}

/** One change at a time, and none before an entry of the term is committed. */
function changeObstacle(raft: Raft, leader: Leader): string | undefined {
  const { plantedBug } = raft
  if (raft.commitIndex < leader.termStartIndex && plantedBug !== 'changeBeforeTermCommit') {
    return 'This leader has just been elected; try again in a moment.'
  }
  const pending = isChanging(raft) || leader.change !== undefined
  if (pending && plantedBug !== 'changeTwiceAtOnce') {
    return 'Another change has not been agreed yet; try again in a moment.'
  }
  if (leader.transfer !== undefined) return 'The lead is being handed over; try again in a moment.'
  return undefined
}

/** The configuration in force is not committed. */
export function isChanging(raft: Raft): boolean {
  return (raft.configurations.latest?.index ?? 0) > raft.commitIndex
}

type SeatAction = Exclude<GroupAction, { readonly kind: 'transfer' }>

function changed(raft: Raft, leader: Leader, action: SeatAction): Change {
  const configuration = configurationOf(raft)
  assert(configuration !== undefined, 'a leader has a seat')
  const id = action.kind === 'add' ? action.member.id : action.id
  const seat = seatOf(configuration, id)
  if (action.kind === 'add') return added(raft, configuration, action)
  if (seat === undefined) return `There is no member ${id} in this group.`
  switch (action.kind) {
    case 'promote':
      return seat.role === 'learner'
        ? withSeat(configuration, { ...seat, role: 'joining' })
        : configuration
    case 'remove': {
      const last = seat.role === 'voter' && raft.voters.length === 1
      if (last) return `Member ${id} is the only one that votes.`
      return quorumObstacle(raft, leader, id) ?? withoutSeat(configuration, id)
    }
    case 'replace':
      return replaced(raft, leader, { configuration, seat, action })
    default:
      return unreachable(action)
  }
}

function added(
  raft: Raft,
  configuration: Configuration,
  { member, learner }: Extract<GroupAction, { readonly kind: 'add' }>,
): Change {
  const role = learner ? 'learner' : 'joining'
  const seat = seatOf(configuration, member.id)
  const disk = blankDiskOf(raft, member.id)
  if (seat !== undefined) {
    const same = disk === undefined || disk === seat.disk
    return same
      ? `Member ${member.id} belongs to the group already.`
      : `Member ${member.id} belongs to the group, and has lost its disk: replace it.`
  }
  if (configuration.seats.length >= seatsMax) return `A group has ${seatsMax} members at most.`
  if (disk === undefined) return notHeard(member.id)
  return withSeat(configuration, { ...member, disk, role })
}

function replaced(
  raft: Raft,
  leader: Leader,
  given: {
    readonly configuration: Configuration
    readonly seat: Seat
    readonly action: Extract<GroupAction, { readonly kind: 'replace' }>
  },
): Change {
  const { configuration, seat, action } = given
  const { id } = seat
  if (id === raft.self) return `Member ${id} leads the group: its disk is not lost.`
  const disk = blankDiskOf(raft, id)
  if (disk === undefined || disk === seat.disk) return notHeard(id)
  const address = action.address ?? seat
  const role = seat.role === 'learner' ? 'learner' : 'joining'
  const next: Seat = { id, disk, role, host: address.host, port: address.port }
  return quorumObstacle(raft, leader, id) ?? withSeat(configuration, next)
}

/** Without a voter, those that remain must still be able to decide. */
function quorumObstacle(raft: Raft, leader: Leader, without: MemberId): string | undefined {
  if (!raft.voters.includes(without)) return undefined
  const remaining = raft.voters.filter((id) => id !== without)
  const answering = remaining.filter((id) => {
    const progress = leader.progress.get(id)
    if (progress === undefined) return id === raft.self
    // Not merely heard of: only whose log has met this one's can confirm what comes.
    const confirms = progress.state === 'replicate'
    return confirms && isActive(progress, raft.now, raft.options.quorumLossTicks)
  })
  const needed = Math.floor(remaining.length / 2) + 1
  if (answering.length >= needed) return undefined
  return (
    `Without member ${without} the group would need ${needed} of the ${remaining.length} others, ` +
    `and ${answering.length} answer.`
  )
}

function notHeard(id: MemberId): string {
  return (
    `Member ${id} with an empty disk is not heard. Start it first: it must run, with no data of ` +
    `its own, and know the address of this group's members.`
  )
}

/** The disk of a member that has asked lately where it belongs. */
function blankDiskOf(raft: Raft, id: MemberId): Seat['disk'] | undefined {
  const heard = raft.outsiders.get(id)
  if (heard === undefined) return undefined
  const recent = raft.now - heard.heardTick <= raft.options.askTicks * 20
  return recent ? heard.disk : undefined
}

function transfer(raft: Raft, leader: Leader, id: ActionId, wished: MemberId | undefined): void {
  const to = wished ?? bestSuccessor(raft, leader)
  if (to === raft.self) raft.outbox.administered.push({ id, error: undefined })
  else if (to === undefined) end(raft, id, 'MEMBERSHIP_REFUSED', 'No other voter answers.')
  else if (!raft.voters.includes(to)) {
    end(raft, id, 'MEMBERSHIP_REFUSED', `Member ${to} does not vote in this group.`)
  } else if (leader.transfer !== undefined) {
    end(raft, id, 'MEMBERSHIP_REFUSED', `The lead is on its way to member ${leader.transfer.to}.`)
  } else beginTransfer(raft, leader, { to, action: id })
}

function end(
  raft: Raft,
  id: ActionId,
  code: 'UNAVAILABLE' | 'MEMBERSHIP_REFUSED',
  message: string,
): void {
  raft.outbox.administered.push({ id, error: { code, definite: true, message } })
}

function propose(raft: Raft, leader: Leader, configuration: Configuration): void {
  const before = configurationOf(raft)
  const steps = before === undefined ? 0 : changedVoters(before, configuration)
  assert(steps <= 1, 'a change concerns one voter at most')
  const index = nextIndexAfter(raft.log.lastIndex)
  const entry = configurationEntry({ index, term: raft.term, configuration })
  raft.log.append(entry)
  raft.uncommittedBytes += entry.bytes.length
  raft.configurations.append({ index, configuration })
  const gone = before?.seats.filter(({ id }) => seatOf(configuration, id) === undefined) ?? []
  const leaving = gone.filter(({ id }) => id !== raft.self)
  leader.leaving = [
    ...leader.leaving.filter(({ seat }) => seatOf(configuration, seat.id) === undefined),
    ...leaving.map((seat) => ({ seat, index, sinceTick: raft.now })),
  ]
  syncProgress(raft, leader)
}

/** The leader sends to every seat, and to those who still have to hear that they have none. */
export function syncProgress(raft: Raft, leader: Leader): void {
  const seats = [
    ...(configurationOf(raft)?.seats ?? []),
    ...leader.leaving.map(({ seat }) => seat),
  ].filter(({ id }) => id !== raft.self)
  for (const [id, { disk }] of leader.progress) {
    const stays = seats.some((seat) => seat.id === id && seat.disk === disk)
    if (!stays) leader.progress.delete(id)
  }
  for (const seat of seats) {
    if (leader.progress.has(seat.id)) continue
    const nextIndex = nextIndexAfter(raft.log.lastIndex)
    leader.progress.set(seat.id, newProgress(seat, nextIndex, raft.now))
  }
  refreshMembers(raft)
}

/** For each Ready: what follows once the latest configuration is committed. */
export function settleConfiguration(raft: Raft): void {
  const { role } = raft
  if (role.kind !== 'leader' || isChanging(raft)) return
  if (role.change !== undefined) {
    raft.outbox.administered.push({ id: role.change, error: undefined })
    role.change = undefined
  }
  forgetLeaving(raft, role)
  if (seatOf(configurationOf(raft), raft.self) === undefined) leave(raft, role)
}

function forgetLeaving(raft: Raft, leader: Leader): void {
  if (leader.leaving.length === 0) return
  const still = leader.leaving.filter(({ seat, index, sinceTick }) => {
    const progress = leader.progress.get(seat.id)
    const knows =
      progress !== undefined && progress.matchIndex >= index && progress.toldCommit >= index
    return !knows && raft.now - sinceTick <= raft.options.electionMaxTicks * 4
  })
  if (still.length === leader.leaving.length) return
  leader.leaving = still
  syncProgress(raft, leader)
}

/** "A leader that is removed steps down once C_new is committed" (section 4.2.2); and names an heir. */
function leave(raft: Raft, leader: Leader): void {
  const heir = bestSuccessor(raft, leader)
  if (heir !== undefined) {
    raft.outbox.send.push({ to: heir, message: { kind: 'timeoutNow', term: raft.term } })
  }
  becomeFollower(raft, raft.term, undefined)
}

/**
 * It lacks little; or, where much is written all the time, it takes less than an election timeout to
 * get what the leader had when it began (the rounds of section 4.2.1).
 */
function hasCaughtUp(raft: Raft, progress: Progress): boolean {
  const { log, now, options } = raft
  const { matchIndex, state, round } = progress
  if (state !== 'replicate' || !isActive(progress, now, options.heartbeatTicks * 3)) return false
  if (matchIndex > 0 && matchIndex + options.promoteLagEntries >= log.lastIndex) return true
  if (matchIndex < round.upTo) return false
  progress.round = { upTo: log.lastIndex, sinceTick: now }
  return now - round.sinceTick < options.electionMinTicks
}

/** A tick of a leader: who has caught up gets the vote that it was to have. */
export function tickMembership(raft: Raft, leader: Leader): void {
  const configuration = configurationOf(raft)
  if (configuration === undefined || changeObstacle(raft, leader) !== undefined) return
  for (const seat of configuration.seats) {
    if (seat.role !== 'joining') continue
    const progress = leader.progress.get(seat.id)
    if (progress === undefined || !hasCaughtUp(raft, progress)) continue
    propose(raft, leader, withSeat(configuration, { ...seat, role: 'voter' }))
    return
  }
}
