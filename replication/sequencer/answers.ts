/**
 * Answers to retransmit requests, made before the next Ready. Duplicates of an answer just sent are
 * suppressed, and what one member gets in one tick is bounded: repair never grows into a storm.
 */
import type { MemberId } from '../../common/member.ts'
import type { Part, RequestPart, RetransmitRequestPart, SequenceMessage } from './message.ts'
import { idsOf, requestKey, requestParts } from './message.ts'
import type { RepairCounters } from './repair-counters.ts'
import type { RequestPool } from './request-pool.ts'
import { type GlobalSequence, step } from './view.ts'

const maxRemembered = 20_000
const maxWaitingAsks = 256

export type AnswersOptions = {
  readonly pool: RequestPool
  /** A sequence message that may be sent: held, and durable where this member issued it. */
  readonly servable: (k: GlobalSequence) => SequenceMessage | undefined
  /** Longer than two asks may be apart that crossed, shorter than the soonest repetition of a lost one. */
  readonly suppressMs: number
  readonly answersMaxBytes: number
  readonly counters: RepairCounters
}

type Answer = { readonly to: MemberId; readonly parts: readonly Part[] }

export class Answers {
  readonly #options: AnswersOptions
  readonly #waiting: { readonly from: MemberId; readonly asked: RetransmitRequestPart }[] = []
  /** When each thing was last sent to each member; forgotten once it suppresses nothing. */
  readonly #recent = new Map<string, number>()
  readonly #sentBytes = new Map<MemberId, number>()

  constructor(options: AnswersOptions) {
    this.#options = options
  }

  tick(): void {
    this.#sentBytes.clear()
  }

  /** It gets its answer with the next Ready. Above a limit it does not: it will ask again. */
  asked(from: MemberId, asked: RetransmitRequestPart): void {
    if (this.#waiting.length < maxWaitingAsks) this.#waiting.push({ from, asked })
  }

  /** Without parts: what was asked for is a status alone. */
  take(nowMs: number): Answer[] {
    if (this.#waiting.length === 0) return []
    this.#forget(nowMs)
    const answers: Answer[] = []
    for (const { from, asked } of this.#waiting.splice(0)) {
      const isForStatus = asked.sequences.length === 0 && asked.requests.length === 0
      const parts = this.#answer(from, asked, nowMs)
      if (isForStatus || parts.length > 0) answers.push({ to: from, parts })
    }
    return answers
  }

  #answer(to: MemberId, asked: RetransmitRequestPart, nowMs: number): Part[] {
    const parts: Part[] = []
    for (const run of asked.sequences) {
      for (let offset = 0; offset < run.count; offset += 1) {
        const sequence = this.#options.servable(step(run.first, offset))
        if (sequence === undefined) continue
        const key = `${to}:k${sequence.globalSequence}`
        // Small; a sequence message counts for little.
        if (this.#mayAnswer(to, key, 64, nowMs)) parts.push({ kind: 'sequence', sequence })
      }
    }
    for (const id of idsOf(asked.requests)) {
      const payload = this.#options.pool.payload(id)
      if (payload === undefined) continue
      const key = `${to}:${requestKey(id)}`
      if (!this.#mayAnswer(to, key, payload.length, nowMs)) continue
      parts.push(...requestParts(id, payload))
    }
    this.#options.counters.answered += parts.length
    return requestsFirst(parts)
  }

  #mayAnswer(to: MemberId, key: string, sizeBytes: number, nowMs: number): boolean {
    const sentBytes = this.#sentBytes.get(to) ?? 0
    const hasRoom = sentBytes === 0 || sentBytes + sizeBytes <= this.#options.answersMaxBytes
    if (this.#recent.has(key) || this.#recent.size >= maxRemembered || !hasRoom) {
      this.#options.counters.suppressed += 1
      return false
    }
    this.#recent.set(key, nowMs)
    this.#sentBytes.set(to, sentBytes + sizeBytes)
    return true
  }

  /** The oldest stand first. */
  #forget(nowMs: number): void {
    for (const [key, sentMs] of this.#recent) {
      if (nowMs - sentMs <= this.#options.suppressMs) return
      this.#recent.delete(key)
    }
  }
}

/** So that a sequence message finds the requests it names already held. */
function requestsFirst(parts: readonly Part[]): Part[] {
  const isRequest = (part: Part): part is RequestPart => part.kind === 'request'
  return [...parts.filter(isRequest), ...parts.filter((part) => !isRequest(part))]
}
