/**
 * Answers to retransmit requests. Duplicates of an answer just sent are suppressed, and what one
 * member gets in one tick is bounded: repair never grows into a storm.
 */
import type { MemberId } from '../../common/member.ts'
import type { Part, RequestPart, RetransmitRequestPart, SequenceMessage } from './message.ts'
import { idsOf, requestKey, requestParts } from './message.ts'
import type { RequestPool } from './request-pool.ts'
import { type GlobalSequence, step } from './view.ts'

/** Long enough for two asks that crossed, shorter than the soonest repetition of a lost one. */
const suppressTicks = 1
const maxRemembered = 20_000

export type AnswersOptions = {
  readonly pool: RequestPool
  /** A sequence message that may be sent: held, and durable where this member issued it. */
  readonly servable: (k: GlobalSequence) => SequenceMessage | undefined
  readonly answersMaxBytes: number
}

export class Answers {
  readonly #options: AnswersOptions
  /** When each thing was last sent to each member; forgotten once it suppresses nothing. */
  readonly #recent = new Map<string, number>()
  readonly #sentBytes = new Map<MemberId, number>()
  #answered = 0

  constructor(options: AnswersOptions) {
    this.#options = options
  }

  /** Parts sent in answer since the start. */
  get answered(): number {
    return this.#answered
  }

  tick(now: number): void {
    this.#sentBytes.clear()
    for (const [key, sentTick] of this.#recent) {
      if (now - sentTick > suppressTicks) this.#recent.delete(key)
    }
  }

  /** What to send to the asker. Nothing of what it asked for, perhaps: it will ask again. */
  answer(from: MemberId, asked: RetransmitRequestPart, now: number): Part[] {
    const parts: Part[] = []
    for (const run of asked.sequences) {
      for (let offset = 0; offset < run.count; offset += 1) {
        const sequence = this.#options.servable(step(run.first, offset))
        if (sequence === undefined) continue
        const key = `${from}:k${sequence.globalSequence}`
        // Small; a sequence message counts for little.
        if (this.#mayAnswer(from, key, 64, now)) parts.push({ kind: 'sequence', sequence })
      }
    }
    for (const id of idsOf(asked.requests)) {
      const payload = this.#options.pool.payload(id)
      if (payload === undefined) continue
      const key = `${from}:${requestKey(id)}`
      if (!this.#mayAnswer(from, key, payload.length, now)) continue
      parts.push(...requestParts(id, payload))
    }
    this.#answered += parts.length
    return requestsFirst(parts)
  }

  #mayAnswer(to: MemberId, key: string, sizeBytes: number, now: number): boolean {
    const sentBytes = this.#sentBytes.get(to) ?? 0
    const hasRoom = sentBytes === 0 || sentBytes + sizeBytes <= this.#options.answersMaxBytes
    if (this.#recent.has(key) || this.#recent.size >= maxRemembered || !hasRoom) return false
    this.#recent.set(key, now)
    this.#sentBytes.set(to, sentBytes + sizeBytes)
    return true
  }
}

/** So that a sequence message finds the requests it names already held. */
function requestsFirst(parts: readonly Part[]): Part[] {
  const isRequest = (part: Part): part is RequestPart => part.kind === 'request'
  return [...parts.filter(isRequest), ...parts.filter((part) => !isRequest(part))]
}
