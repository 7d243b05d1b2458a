/** What the passing of time does: repair, barriers that ask again or give up, announcements. */
import type { Rejected } from '../protocol.ts'
import type { AvailabilityInput } from './availability.ts'
import { othersReachable } from './availability.ts'
import { ticksOf } from './config.ts'
import type { Duties } from './duties.ts'
import type { Missing } from './repair.ts'
import { higher } from './view.ts'

/** What of each kind is looked at in one tick's repair. */
const missingMax = { sequences: 64, namedRequests: 256, requestsOfSender: 64 }

/** Asks for what is missing and due. */
export function tickRepair(duties: Duties, now: number): void {
  for (const { to, part } of duties.repair.asks(allMissing(duties), now)) {
    duties.outbox.tell(to, [part])
  }
}

/** Asks again, or gives all barriers up when there are not enough members to answer. */
export function tickBarriers(duties: Duties, now: number): Rejected[] {
  const { barriers, outbox, peers, view } = duties
  if (barriers.size === 0) return []
  const here = othersReachable(availabilityOf(duties, now)) + 1
  if (here < view.quorum) {
    const message =
      `Only ${here} of ${view.members.length} members of the group are there; ` +
      `a read that must be up to date needs ${view.quorum}.`
    const refused = { kind: 'barrier', code: 'UNAVAILABLE', definite: true, message } as const
    return barriers.removeAll().map((id) => ({ ...refused, id }))
  }
  const others = peers.all.map((peer) => peer.id)
  const again = barriers.askAgain(others, now)
  if (again === undefined) return []
  for (const to of again.to) outbox.tell(to, [{ kind: 'barrierAsk', round: again.round }])
  return []
}

/** Heartbeats, and nudges when work does not move on. */
export function tickAnnouncements(duties: Duties, now: number): void {
  const { announcer, log, outbox, own, peers, self, incarnation, standing } = duties
  if (peers.all.length === 0) return
  const numbered = log.order.next(self, incarnation) ?? 0
  const hasUnnumbered = own.sent >= numbered
  const hasUnstable = log.receivedUpTo > standing.stableUpTo
  const situation = {
    isUnsettled: hasUnnumbered || hasUnstable,
    progress: standing.stableUpTo + log.orderedUpTo + numbered,
  }
  const isNudgeDue = announcer.isNudgeDue(situation, now)
  if (isNudgeDue && hasUnstable) askLaggards(duties)
  // The status shows our highest localSequence: whoever lacks a request asks for it.
  const isStatusDue = announcer.isHeartbeatDue(now) || (isNudgeDue && hasUnnumbered)
  if (isStatusDue) outbox.statusToAll()
}

export function availabilityOf({ config, peers }: Duties, now: number): AvailabilityInput {
  const failureTimeoutTicks = ticksOf(config.failureTimeoutMs, config)
  return { peers, now, failureTimeoutTicks, tickMs: config.tickMs }
}

/** Either they lack something, which our header shows them, or what they told was lost. */
function askLaggards({ peers, log, outbox }: Duties): void {
  for (const { id, metadata } of peers.all) {
    if (metadata.receivedUpTo >= log.receivedUpTo) continue
    outbox.tell(id, [{ kind: 'retransmitRequest', sequences: [], requests: [] }])
  }
}

function allMissing({ log, peers, pool, standing }: Duties): Missing[] {
  const { sequences, namedRequests, requestsOfSender } = missingMax
  const highest = higher(standing.highestSeen, peers.highestSeen())
  const missing: Missing[] = log
    .missingSequences(highest, sequences)
    .map((k) => ({ kind: 'sequence', k }))
  for (const { id, k } of log.missingRequests(namedRequests)) {
    missing.push({ kind: 'namedRequest', id, k })
  }
  for (const { id: sender, incarnation, metadata } of peers.all) {
    if (incarnation === undefined) continue
    const from = { sender, incarnation }
    for (const id of pool.gaps(from, metadata.ownHighest, requestsOfSender)) {
      missing.push({ kind: 'request', id })
    }
  }
  return missing
}
