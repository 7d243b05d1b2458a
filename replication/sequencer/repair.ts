/**
 * Negative acknowledgements: when to ask for what is missing, and when again. Whom to ask stands in
 * owed.ts, what is missing in gaps.ts.
 *
 * Rule: a member that sees a gap asks the one who owes it; after a timeout anyone whose metadata
 * shows that they have it. Backoff with jitter, several ids in one datagram. Times follow measured
 * round trips; they know nothing of failure timers, which is what makes a lossy network bearable.
 *
 * The first ask follows the evidence. Where the owner itself has told, in a datagram that came,
 * that it has sent the thing, then the thing was lost, or overtaken: it is asked for at once, or
 * after the grace that this owner's datagrams have needed so far. On the word of others alone it
 * may still be on its way from the owner: it is given the owner's timeout.
 *
 * Two mistakes are recognized by what they bring, a thing that comes twice: a first ask too soon
 * lengthens the grace, a repetition too soon the timeout. So repair never asks itself into a storm.
 */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import { AskGroup } from './ask-group.ts'
import type { SequencerConfig } from './config.ts'
import type { RequestId, RetransmitRequestPart } from './message.ts'
import { requestKey } from './message.ts'
import type { RepairCounters } from './repair-counters.ts'
import { RoundTrip } from './round-trip.ts'
import type { GlobalSequence } from './view.ts'

/** `isSent`: its owner has told that it has sent it. */
export type Missing = { readonly isSent: boolean } & (
  | { readonly kind: 'sequence'; readonly k: GlobalSequence }
  /** Named by k: whoever has received k has it. */
  | { readonly kind: 'namedRequest'; readonly id: RequestId; readonly k: GlobalSequence }
  /** Its sender says that it has sent it. */
  | { readonly kind: 'request'; readonly id: RequestId }
)

export type Ask = { readonly to: MemberId; readonly part: RetransmitRequestPart }

type Want = {
  readonly sinceMs: number
  readonly attempts: number
  /** Who was asked first, and when. */
  readonly first: { readonly to: MemberId; readonly atMs: number } | undefined
  /** Not asked for (again) before. */
  readonly dueMs: number
}

/** It was asked for, and has come. */
type Filled = { readonly to: MemberId; readonly attempts: number; readonly tookMs: number }

type Timing = Pick<SequencerConfig, 'repairMinMs' | 'repairMaxMs' | 'repairBackoffMaxMs'>

/** Whom to ask for it at this attempt (0: the first); undefined: nobody has it now. */
export type TargetOf = (missing: Missing, attempts: number) => MemberId | undefined

export type RepairOptions = {
  readonly targetOf: TargetOf
  readonly random: Random
  readonly timing: Timing
  readonly counters: RepairCounters
}

/** What has come lately is remembered, to notice that it comes again. */
const filledMax = 1_024
const jitterShare = 0.25

export class Repair {
  readonly #options: RepairOptions
  readonly #roundTrips = new Map<MemberId, RoundTrip>()
  readonly #filled = new Map<string, Filled>()
  #wants = new Map<string, Want>()
  #dueAtMs = Infinity

  constructor(options: RepairOptions) {
    this.#options = options
  }

  /** When there is something to ask for, even if nothing comes in; undefined: nothing is missing. */
  get dueAtMs(): number | undefined {
    return this.#dueAtMs === Infinity ? undefined : this.#dueAtMs
  }

  /** Called with all that is missing (bounded by the caller); says what to ask now. */
  asks(missing: readonly Missing[], nowMs: number): Ask[] {
    if (missing.length === 0 && this.#wants.size === 0) return []
    const wants = new Map<string, Want>()
    const groups = new Map<MemberId, AskGroup>()
    this.#dueAtMs = Infinity
    for (const one of missing) {
      const key = keyOf(one)
      const want = this.#ask(one, this.#wants.get(key) ?? newWant(nowMs), groups, nowMs)
      wants.set(key, want)
      this.#dueAtMs = Math.min(this.#dueAtMs, this.#dueMs(one, want))
    }
    for (const [key, want] of this.#wants) if (!wants.has(key)) this.#noteFilled(key, want, nowMs)
    this.#wants = wants
    return [...groups].map(([to, group]) => ({ to, part: group.part() }))
  }

  sequenceRepeated(k: GlobalSequence): void {
    this.#repeated(sequenceKey(k))
  }

  requestRepeated(id: RequestId): void {
    if (this.#filled.size > 0) this.#repeated(requestKey(id))
  }

  #ask(missing: Missing, want: Want, groups: Map<MemberId, AskGroup>, nowMs: number): Want {
    if (this.#dueMs(missing, want) > nowMs) return want
    const target = this.#options.targetOf(missing, want.attempts)
    if (target === undefined) return { ...want, dueMs: nowMs + this.#options.timing.repairMinMs }
    const group = groups.get(target) ?? new AskGroup()
    groups.set(target, group)
    if (!group.add(missing)) return want
    this.#options.counters.asked += 1
    const attempts = want.attempts + 1
    const first = want.first ?? { to: target, atMs: nowMs }
    return { ...want, attempts, first, dueMs: nowMs + this.#waitMs(target, attempts) }
  }

  #dueMs(missing: Missing, { attempts, sinceMs, dueMs }: Want): number {
    if (attempts > 0) return dueMs
    const owner = this.#options.targetOf(missing, 0)
    if (owner === undefined) return Math.max(sinceMs, dueMs)
    const { graceMs } = this.#roundTrip(owner)
    return Math.max(dueMs, sinceMs + (missing.isSent ? graceMs : graceMs + this.#timeoutMs(owner)))
  }

  #timeoutMs(to: MemberId): number {
    const { repairMinMs, repairMaxMs } = this.#options.timing
    return Math.min(repairMaxMs, Math.max(repairMinMs, this.#roundTrip(to).timeoutMs))
  }

  #waitMs(to: MemberId, attempts: number): number {
    const { timing, random } = this.#options
    const doubledMs = this.#timeoutMs(to) * 2 ** Math.min(Math.max(0, attempts - 3), 10)
    return Math.min(doubledMs, timing.repairBackoffMaxMs) * (1 + random.next() * jitterShare)
  }

  #noteFilled(key: string, { attempts, first }: Want, nowMs: number): void {
    if (first === undefined) return
    const filled = { to: first.to, attempts, tookMs: nowMs - first.atMs }
    const roundTrip = this.#roundTrip(first.to)
    // After a repetition nobody can tell which of the two was answered (Karn).
    if (attempts === 1) roundTrip.sample(filled.tookMs)
    roundTrip.answerNeeded()
    this.#filled.set(key, filled)
    if (this.#filled.size <= filledMax) return
    for (const oldest of this.#filled.keys()) {
      this.#filled.delete(oldest)
      break
    }
  }

  #repeated(key: string): void {
    const filled = this.#filled.get(key)
    if (filled === undefined) return
    this.#filled.delete(key)
    this.#options.counters.unneeded += 1
    const roundTrip = this.#roundTrip(filled.to)
    if (filled.attempts === 1) roundTrip.askedTooSoon()
    // One of the earlier asks had been answered after all: an answer takes longer than was waited,
    // by how much nobody can tell. So it counts up to a limit.
    else roundTrip.sample(Math.min(filled.tookMs, 2 * roundTrip.timeoutMs))
  }

  #roundTrip(to: MemberId): RoundTrip {
    const known = this.#roundTrips.get(to) ?? new RoundTrip()
    this.#roundTrips.set(to, known)
    return known
  }
}

function newWant(nowMs: number): Want {
  return { sinceMs: nowMs, attempts: 0, first: undefined, dueMs: 0 }
}

function keyOf(missing: Missing): string {
  return missing.kind === 'sequence' ? sequenceKey(missing.k) : requestKey(missing.id)
}

function sequenceKey(k: GlobalSequence): string {
  return `k${k}`
}
