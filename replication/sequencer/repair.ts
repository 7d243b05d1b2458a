/**
 * Negative acknowledgements: whom to ask for what is missing, and when again.
 *
 * Rule: a member that sees a gap asks the one who owes it: the sender of the request, the sequencer
 * of k; after a timeout anyone whose metadata shows that they have it. Backoff with jitter, several
 * ids in one datagram. Timeouts follow measured round trips; they know nothing of failure timers,
 * which is what makes a lossy network bearable.
 */
import { unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { SequencerConfig } from './config.ts'
import { ticksOf } from './config.ts'
import type { RequestId, RequestRun, RetransmitRequestPart, SequenceRun } from './message.ts'
import {
  appendToRuns,
  maxAskedPerRetransmitRequest,
  maxRunsPerRetransmitRequest,
  requestKey,
} from './message.ts'
import type { Peer, Peers } from './peers.ts'
import type { GlobalSequence, View } from './view.ts'
import { sequencerOf } from './view.ts'

export type Missing =
  | { readonly kind: 'sequence'; readonly k: GlobalSequence }
  /** Named by k: whoever has received k has it. */
  | { readonly kind: 'namedRequest'; readonly id: RequestId; readonly k: GlobalSequence }
  /** Its sender says that it has sent it. */
  | { readonly kind: 'request'; readonly id: RequestId }

export type Ask = { readonly to: MemberId; readonly part: RetransmitRequestPart }

type Want = { attempts: number; dueTick: number; askedTick: number }

type Timing = Pick<SequencerConfig, 'tickMs' | 'repairMinMs' | 'repairMaxMs' | 'repairBackoffMaxMs'>

export type RepairOptions = {
  readonly view: View
  readonly self: MemberId
  readonly peers: Peers
  readonly random: Random
  readonly timing: Timing
  readonly failureTimeoutTicks: number
}

export class Repair {
  readonly #options: RepairOptions
  #wants = new Map<string, Want>()
  /** Smoothed, in ticks, of asks that were answered at the first attempt. */
  #roundTripTicks = 2
  #asked = 0

  constructor(options: RepairOptions) {
    this.#options = options
  }

  /** Ids asked for since the start. */
  get asked(): number {
    return this.#asked
  }

  /** Called once a tick with all that is missing (bounded by the caller); says what to ask now. */
  asks(missing: readonly Missing[], now: number): Ask[] {
    const wants = new Map<string, Want>()
    const groups = new Map<MemberId, AskGroup>()
    for (const one of missing) {
      const key = keyOf(one)
      // A gap is first left alone until the next tick: it may be mere reordering.
      const known = this.#wants.get(key) ?? { attempts: 0, dueTick: now + 1, askedTick: now }
      wants.set(key, known.dueTick <= now ? this.#ask(one, known, groups, now) : known)
    }
    for (const [key, want] of this.#wants) {
      if (want.attempts === 1 && !wants.has(key)) this.#sample(now - want.askedTick)
    }
    this.#wants = wants
    return [...groups].map(([to, group]) => ({ to, part: group.part() }))
  }

  #ask(missing: Missing, want: Want, groups: Map<MemberId, AskGroup>, now: number): Want {
    const target = this.#targetOf(missing, want.attempts, now)
    if (target === undefined) return want
    const group = groups.get(target) ?? new AskGroup()
    groups.set(target, group)
    if (!group.add(missing)) return want
    this.#asked += 1
    const attempts = want.attempts + 1
    return { attempts, askedTick: now, dueTick: now + this.#backoffTicks(attempts) }
  }

  #targetOf(missing: Missing, attempts: number, now: number): MemberId | undefined {
    const owner = this.#ownerOf(missing)
    if (missing.kind === 'request') return owner?.id
    const isOwnerHeard = owner !== undefined && this.#isHeard(owner, now)
    if (attempts === 0 && isOwnerHeard) return owner.id
    const others = this.#options.peers.all.filter(
      (peer) => peer.metadata.receivedUpTo >= missing.k && this.#isHeard(peer, now),
    )
    const chosen = others[this.#options.random.integer(0, Math.max(0, others.length - 1))]
    if (chosen !== undefined) return chosen.id
    return this.#issuerOf(missing.k)?.id ?? owner?.id
  }

  /**
   * Who owes it: the sender, where it is still the incarnation that sent it; else the sequencer.
   */
  #ownerOf(missing: Missing): Peer | undefined {
    switch (missing.kind) {
      case 'sequence':
        return this.#issuerOf(missing.k)
      case 'request':
        return this.#senderOf(missing.id)
      case 'namedRequest':
        return this.#senderOf(missing.id) ?? this.#issuerOf(missing.k)
      default:
        return unreachable(missing)
    }
  }

  #senderOf(id: RequestId): Peer | undefined {
    const { peers } = this.#options
    const peer = peers.has(id.sender) ? peers.get(id.sender) : undefined
    return peer?.incarnation === id.incarnation ? peer : undefined
  }

  #issuerOf(k: GlobalSequence): Peer | undefined {
    const { peers, view } = this.#options
    const issuer = sequencerOf(view, k)
    return peers.has(issuer) ? peers.get(issuer) : undefined
  }

  #isHeard(peer: Peer, now: number): boolean {
    return this.#options.peers.isHeard(peer, now, this.#options.failureTimeoutTicks)
  }

  #backoffTicks(attempts: number): number {
    const { timing, random } = this.#options
    const base = clamp(
      Math.round(this.#roundTripTicks * 2),
      ticksOf(timing.repairMinMs, timing),
      ticksOf(timing.repairMaxMs, timing),
    )
    const doubled = base * 2 ** Math.min(attempts - 1, 10)
    return Math.min(doubled, ticksOf(timing.repairBackoffMaxMs, timing)) + random.integer(0, base)
  }

  #sample(ticks: number): void {
    this.#roundTripTicks += (ticks - this.#roundTripTicks) / 8
  }
}

/** What one member is asked for in one datagram. */
class AskGroup {
  readonly #sequences: SequenceRun[] = []
  readonly #requests: RequestRun[] = []
  #sequenceCount = 0
  #requestCount = 0

  /** False: the datagram is full. */
  add(missing: Missing): boolean {
    if (missing.kind === 'sequence') return this.#addSequence(missing.k)
    const isFull =
      this.#requestCount >= maxAskedPerRetransmitRequest ||
      this.#requests.length >= maxRunsPerRetransmitRequest
    if (isFull) return false
    this.#requestCount += 1
    appendToRuns(this.#requests, missing.id)
    return true
  }

  part(): RetransmitRequestPart {
    return { kind: 'retransmitRequest', sequences: this.#sequences, requests: this.#requests }
  }

  #addSequence(k: GlobalSequence): boolean {
    const isFull =
      this.#sequenceCount >= maxAskedPerRetransmitRequest ||
      this.#sequences.length >= maxRunsPerRetransmitRequest
    if (isFull) return false
    this.#sequenceCount += 1
    const last = this.#sequences.at(-1)
    if (last !== undefined && last.first + last.count === k) {
      this.#sequences[this.#sequences.length - 1] = { ...last, count: last.count + 1 }
    } else this.#sequences.push({ first: k, count: 1 })
    return true
  }
}

function keyOf(missing: Missing): string {
  return missing.kind === 'sequence' ? `k${missing.k}` : requestKey(missing.id)
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}
