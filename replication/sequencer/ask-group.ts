/** What one member is asked for in one datagram: ids that follow each other as runs. */
import type { RequestId, RequestRun, RetransmitRequestPart, SequenceRun } from './message.ts'
import {
  appendToRuns,
  maxAskedPerRetransmitRequest,
  maxRunsPerRetransmitRequest,
} from './message.ts'
import type { GlobalSequence } from './view.ts'

type Askable =
  | { readonly kind: 'sequence'; readonly k: GlobalSequence }
  | { readonly kind: 'request' | 'namedRequest'; readonly id: RequestId }

export class AskGroup {
  readonly #sequences: SequenceRun[] = []
  readonly #requests: RequestRun[] = []
  #sequenceCount = 0
  #requestCount = 0

  /** False: the datagram is full. */
  add(missing: Askable): boolean {
    return missing.kind === 'sequence' ? this.#addSequence(missing.k) : this.#addRequest(missing.id)
  }

  part(): RetransmitRequestPart {
    return { kind: 'retransmitRequest', sequences: this.#sequences, requests: this.#requests }
  }

  #addRequest(id: RequestId): boolean {
    if (isFull(this.#requestCount, this.#requests)) return false
    this.#requestCount += 1
    appendToRuns(this.#requests, id)
    return true
  }

  #addSequence(k: GlobalSequence): boolean {
    if (isFull(this.#sequenceCount, this.#sequences)) return false
    this.#sequenceCount += 1
    const last = this.#sequences.at(-1)
    if (last !== undefined && last.first + last.count === k) {
      this.#sequences[this.#sequences.length - 1] = { ...last, count: last.count + 1 }
    } else this.#sequences.push({ first: k, count: 1 })
    return true
  }
}

function isFull(count: number, runs: readonly unknown[]): boolean {
  return count >= maxAskedPerRetransmitRequest || runs.length >= maxRunsPerRetransmitRequest
}
