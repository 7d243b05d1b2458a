/**
 * How a group begins, and how a member finds out where it belongs.
 *
 * A group is formed once: when all configured members have said, to the one with the lowest id and
 * since it was started, that their disks are blank. Each of those that have not lost their disk
 * since then counts in any quorum of any group formed so, and they have promised nothing before: so
 * two quorums always have one of them in common, even if the founder forms it, loses its disk and
 * forms it again. A member with a blank disk that finds others whose disks are not is an outsider
 * until an operator gives it a seat.
 */
import { configurationFrom, hasSeat } from './configuration.ts'
import { isOutsider, refreshMembers, speaksForSeat } from './seats.ts'
import { configurationOf, type Raft } from './state.ts'
import type { Answer, Ask, Found, Seat, Speaker } from './types.ts'

/**
 * A tick of any member. Question and answers leave when the disk's name is durable: nobody shall
 * learn of a disk that is forgotten again.
 */
export function tickFormation(raft: Raft): void {
  if (!isLost(raft)) return
  tryToFound(raft)
  if (raft.now < raft.nextAskTick || !isLost(raft) || isInstalling(raft)) return
  raft.nextAskTick = raft.now + raft.options.askTicks
  const { incarnation } = raft
  if (raft.peers.length > 0) {
    raft.outbox.promises.push({ to: 'others', message: { kind: 'ask', incarnation } })
  }
}

/**
 * It has no seat, or one of which nobody else may know: the entry that gave it may have been
 * replaced, the one that took it may never have come here. Then no leader ever sends to it again,
 * and an operator can only give it a seat if it is heard.
 */
function isLost(raft: Raft): boolean {
  if (isOutsider(raft)) return true
  const { leader, now, leaderlessSince, votes, unseatedTick, options } = raft
  if (leader !== undefined || now - leaderlessSince < options.electionMaxTicks) return false
  return !votes || (unseatedTick !== undefined && now - unseatedTick < options.electionMaxTicks * 4)
}

/** Questions and answers would gather until it is done, perhaps for minutes. They are repeated. */
function isInstalling({ restoring }: Raft): boolean {
  return restoring?.kind === 'installing'
}

/** Nothing was ever promised on this disk. */
export function isBlank(raft: Raft): boolean {
  return configurationOf(raft) === undefined && raft.term === 0 && raft.log.lastIndex === 0
}

export function receiveAsk(raft: Raft, from: Speaker, { incarnation }: Ask): void {
  if (isInstalling(raft)) return
  const { id } = from
  const { latest } = raft.configurations
  if (latest !== undefined && hasSeat(latest.configuration, from)) {
    raft.outsiders.delete(id)
    // What is not committed may be taken back; who has adopted it would not hear of that.
    if (latest.index > raft.commitIndex) return
    // A promise: what it is told must not be forgotten here.
    const found: Found = { kind: 'found', configuration: latest.configuration }
    raft.outbox.promises.push({ to: id, message: found })
    return
  }
  if (latest !== undefined) noteOutsider(raft, from)
  const answer: Answer = { kind: 'answer', incarnation, blank: isBlank(raft) }
  raft.outbox.promises.push({ to: id, message: answer })
}

const outsidersMax = 32

/** The latest last; who has asked least lately makes room. */
export function noteOutsider({ outsiders, now }: Raft, { id, disk }: Speaker): void {
  outsiders.delete(id)
  outsiders.set(id, { disk, heardTick: now })
  const [first] = outsiders.keys()
  if (outsiders.size > outsidersMax && first !== undefined) outsiders.delete(first)
}

export function receiveAnswer(raft: Raft, from: Speaker, message: Answer): void {
  // To a question of an earlier life: its disk may have been lost since.
  if (message.incarnation !== raft.incarnation) return
  raft.answers.set(from.id, { disk: from.disk, blank: message.blank })
  // Who has a seat and knows one of this member would have said `found`, or nothing.
  if (!message.blank && speaksForSeat(raft, from.id, from.disk)) raft.unseatedTick = raft.now
  tryToFound(raft)
}

function tryToFound(raft: Raft): void {
  const { self, configured, answers, plantedBug } = raft
  if (!isBlank(raft) || configured.some(({ id }) => id < self)) return
  const seats: Seat[] = []
  for (const member of configured) {
    const answer = member.id === self ? { disk: raft.disk, blank: true } : answers.get(member.id)
    if (answer?.blank === true) seats.push({ ...member, disk: answer.disk, role: 'voter' })
  }
  const enough = plantedBug === 'foundWithoutAll' ? configured.length / 2 : configured.length - 1
  if (seats.length > enough) adopt(raft, configurationFrom(seats))
}

/** This member has a seat, as one says who has, too. Its own log will tell more. */
export function receiveFound(raft: Raft, { configuration }: Found): void {
  if (configurationOf(raft) !== undefined || raft.log.lastIndex > 0) return
  if (hasSeat(configuration, { id: raft.self, disk: raft.disk })) adopt(raft, configuration)
}

function adopt(raft: Raft, configuration: Found['configuration']): void {
  raft.founding = configuration
  raft.metaChanged = true
  raft.configurations.reset({ index: raft.log.baseIndex, configuration })
  refreshMembers(raft)
}
