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

/** Whom to ask for it at this attempt (0: the first); undefined: nobody has it now. */
export type TargetOf = (missing: Missing, attempts: number, now: number) => MemberId | undefined

export type RepairOptions = {
  readonly targetOf: TargetOf
  readonly random: Random
  readonly timing: Timing
  /** A gap is first left alone so long: it may be mere reordering. */
  readonly graceTicks: number
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
      const dueTick = now + this.#options.graceTicks
      const known = this.#wants.get(key) ?? { attempts: 0, dueTick, askedTick: now }
      wants.set(key, known.dueTick <= now ? this.#ask(one, known, groups, now) : known)
    }
    for (const [key, want] of this.#wants) {
      if (want.attempts === 1 && !wants.has(key)) this.#sample(now - want.askedTick)
    }
    this.#wants = wants
    return [...groups].map(([to, group]) => ({ to, part: group.part() }))
  }

  #ask(missing: Missing, want: Want, groups: Map<MemberId, AskGroup>, now: number): Want {
    const target = this.#options.targetOf(missing, want.attempts, now)
    if (target === undefined) return want
    const group = groups.get(target) ?? new AskGroup()
    groups.set(target, group)
    if (!group.add(missing)) return want
    this.#asked += 1
    const attempts = want.attempts + 1
    return { attempts, askedTick: now, dueTick: now + this.#backoffTicks(attempts) }
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

export type OwedBy = {
  readonly view: View
  readonly peers: Peers
  readonly random: Random
  readonly failureTimeoutTicks: number
}

/** In a view: the one who owes it, then anyone who has it. */
export function owedInView({ view, peers, random, failureTimeoutTicks }: OwedBy): TargetOf {
  const senderOf = (id: RequestId): Peer | undefined => {
    const peer = peers.has(id.sender) ? peers.get(id.sender) : undefined
    return peer?.incarnation === id.incarnation ? peer : undefined
  }
  const issuerOf = (k: GlobalSequence): Peer | undefined => {
    const issuer = sequencerOf(view, k)
    return peers.has(issuer) ? peers.get(issuer) : undefined
  }
  /** The sender, where it is still the incarnation that sent it; else the sequencer. */
  const ownerOf = (missing: Missing): Peer | undefined => {
    switch (missing.kind) {
      case 'sequence':
        return issuerOf(missing.k)
      case 'request':
        return senderOf(missing.id)
      case 'namedRequest':
        return senderOf(missing.id) ?? issuerOf(missing.k)
      default:
        return unreachable(missing)
    }
  }
  return (missing, attempts, now) => {
    const owner = ownerOf(missing)
    if (missing.kind === 'request') return owner?.id
    const isHeard = (peer: Peer): boolean => peers.isHeard(peer, now, failureTimeoutTicks)
    if (attempts === 0 && owner !== undefined && isHeard(owner)) return owner.id
    const heard = peers.all.filter(isHeard)
    const having = heard.filter(({ metadata }) => metadata.receivedUpTo >= missing.k)
    const seeing = heard.filter(({ metadata }) => metadata.highestSeen >= missing.k)
    const others = having.length > 0 ? having : seeing
    const chosen = others[random.integer(0, Math.max(0, others.length - 1))]
    return (chosen ?? issuerOf(missing.k) ?? owner)?.id
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
