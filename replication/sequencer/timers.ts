/** What the passing of time does. */
import { obstacle } from './availability.ts'
import { ticksOf } from './config.ts'
import type { Duties } from './duties.ts'
import { tickCommit } from './membership/commit.ts'
import { tickGather } from './membership/gather.ts'
import { leave } from './membership/leave.ts'
import { tickOperational } from './membership/operational.ts'
import { tickRebuild } from './membership/rebuild.ts'
import { tickRecovery } from './membership/recovery.ts'
import type { Node } from './node.ts'
import type { Missing } from './repair.ts'
import { higher } from './view.ts'

/** What of each kind is looked at in one tick's repair. */
const missingMax = { sequences: 64, namedRequests: 256, requestsOfSender: 64 }
const idleTrimEveryMs = 1_000

export function tickNode(node: Node): void {
  node.now += 1
  const { state, now, answers } = node
  answers.tick(now)
  switch (state.kind) {
    case 'starting':
      return
    case 'gather':
      tickGather(node, state)
      break
    case 'rebuild':
      tickRebuild(node, state)
      break
    case 'commit':
      tickCommit(node, state)
      break
    case 'recovery':
      tickRecovery(node, state)
      break
    case 'operational':
      tickInView(node, state.duties)
      tickOperational(node, state)
      break
  }
  leave(node)
  refuseWaiting(node)
}

function tickInView(node: Node, duties: Duties): void {
  const { config, now, outbox } = node
  for (const { to, part } of duties.repair.asks(allMissing(node, duties), now)) {
    outbox.tell(to, [part])
  }
  askBarriersAgain(node, duties)
  announce(node, duties)
  if (now % ticksOf(idleTrimEveryMs, config) === 0) node.isTrimDue = true
}

function askBarriersAgain({ barriers, now, outbox }: Node, { peers }: Duties): void {
  const others = peers.all.map((peer) => peer.id)
  const again = barriers.askAgain(others, now)
  for (const to of again?.to ?? []) {
    outbox.tell(to, [{ kind: 'barrierAsk', round: again?.round ?? 0 }])
  }
}

/** Heartbeats, and nudges when work does not move on. */
function announce(node: Node, duties: Duties): void {
  const { log, now, outbox, own, scalars, self, universe } = node
  const { announcer, standing } = duties
  if (universe.length === 1) return
  const numbered = log.order.next(self, scalars.incarnation) ?? 0
  const hasUnnumbered = own.sent >= numbered
  const hasUnstable = log.receivedUpTo > standing.stableUpTo
  const situation = {
    isUnsettled: hasUnnumbered || hasUnstable,
    progress: standing.stableUpTo + log.orderedUpTo + numbered,
  }
  const isNudgeDue = announcer.isNudgeDue(situation, now)
  if (isNudgeDue && hasUnstable) askLaggards(node, duties)
  // The status shows our highest localSequence: whoever lacks a request asks for it.
  const isStatusDue = announcer.isHeartbeatDue(now) || (isNudgeDue && hasUnnumbered)
  if (isStatusDue) outbox.statusToAll()
}

/** Either they lack something, which our header shows them, or what they told was lost. */
function askLaggards({ log, outbox }: Node, { peers }: Duties): void {
  for (const { id, metadata } of peers.all) {
    if (metadata.receivedUpTo >= log.receivedUpTo) continue
    outbox.tell(id, [{ kind: 'retransmitRequest', sequences: [], requests: [] }])
  }
}

function allMissing({ log, pool }: Node, { peers, standing }: Duties): Missing[] {
  const { sequences, namedRequests, requestsOfSender } = missingMax
  const highest = higher(standing.highestSeen, peers.highestSeen())
  const missing: Missing[] = log
    .missingSequences(highest, sequences)
    .map((k) => ({ kind: 'sequence', k }))
  for (const { id, k } of log.missingRequests(namedRequests)) {
    missing.push({ kind: 'namedRequest', id, k })
  }
  for (const { id: sender, incarnation, metadata } of peers.all) {
    const from = { sender, incarnation }
    for (const id of pool.gaps(from, metadata.ownHighest, requestsOfSender)) {
      missing.push({ kind: 'request', id })
    }
  }
  return missing
}

/** Without a view for too long: what nobody has seen is refused, and so are reads. */
function refuseWaiting(node: Node): void {
  const message = obstacle(node)
  if (message === undefined) return
  const refused = { code: 'UNAVAILABLE', definite: true, message } as const
  for (const id of node.own.withdrawUnsent()) {
    node.rejected.push({ kind: 'proposal', id, ...refused })
  }
  for (const id of node.barriers.removeAll()) {
    node.rejected.push({ kind: 'barrier', id, ...refused })
  }
}
