/**
 * When a member of a view speaks although nothing is new: the heartbeat of the idle, and the probe
 * of one whose own requests are not numbered, or whose entries do not become stable, because a
 * datagram was lost that nobody misses.
 */
import { ticksOf, type SequencerConfig } from './config.ts'
import type { Duties } from './duties.ts'
import type { Node } from './node.ts'
import { Probe } from './probe.ts'

type Timing = Pick<SequencerConfig, 'heartbeatMs' | 'probeMinMs' | 'repairBackoffMaxMs' | 'tickMs'>

export class Announcer {
  readonly ordering: Probe
  readonly stability: Probe
  readonly #heartbeatTicks: number
  #lastBroadcastTick: number

  constructor(timing: Timing, now: number) {
    const probing = {
      minMs: timing.probeMinMs,
      maxMs: Math.min(timing.heartbeatMs, timing.repairBackoffMaxMs),
    }
    this.ordering = new Probe(probing)
    this.stability = new Probe(probing)
    this.#heartbeatTicks = ticksOf(timing.heartbeatMs, timing)
    this.#lastBroadcastTick = now
  }

  /** When one of the probes is due; undefined: there is nothing to probe for. */
  get dueAtMs(): number | undefined {
    const dueMs = Math.min(this.ordering.dueAtMs ?? Infinity, this.stability.dueAtMs ?? Infinity)
    return dueMs === Infinity ? undefined : dueMs
  }

  broadcast(now: number): void {
    this.#lastBroadcastTick = now
  }

  isHeartbeatDue(now: number): boolean {
    return now - this.#lastBroadcastTick >= this.#heartbeatTicks
  }
}

/** Called before each Ready. */
export function announce(node: Node, { announcer, peers, standing }: Duties): void {
  const { log, now, nowMs, outbox, own, repairCounters, scalars, self, universe } = node
  if (universe.length === 1) return
  const numbered = log.order.next(self, scalars.incarnation) ?? 0
  if (announcer.ordering.isDue({ begun: own.sent + 1, ended: numbered }, nowMs)) {
    repairCounters.probes += 1
    // Its header tells what there is. Not the request itself: one that came twice would look to those
    // who have asked for it as if they had asked too soon.
    outbox.statusToAll()
  }
  const { receivedUpTo } = log
  if (announcer.stability.isDue({ begun: receivedUpTo, ended: standing.stableUpTo }, nowMs)) {
    repairCounters.probes += 1
    // Either they lack something, which our header shows them, or what they told was lost.
    for (const { id, metadata } of peers.all) {
      if (metadata.receivedUpTo >= receivedUpTo) continue
      outbox.tell(id, [{ kind: 'retransmitRequest', sequences: [], requests: [] }])
    }
  }
  if (announcer.isHeartbeatDue(now)) outbox.statusToAll()
}
