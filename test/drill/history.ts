/**
 * What every client of a drill did, with the times of asking and of being answered. Each call is repeated
 * under its own key until it has an outcome: what may have happened is found out, not guessed.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiProblem } from '../../shop/api-problem.ts'

export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  /** A refusal that was decided: it changed nothing. */
  | { readonly ok: false; readonly code: string; readonly purchaseId?: string | undefined }

/** A call between its two times, on the clock of performance.now(). */
export type Span = { readonly invokedAtMs: number; readonly returnedAtMs: number }

export type Called<Value> = Span & { readonly outcome: Outcome<Value> }

/** Answers that leave open whether it happened. */
const indefinite: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])
const pauseMs = 200

export class History {
  readonly #outcomeWithinMs: number
  calls = 0
  refusals = 0
  /** Calls that one round of a client's own retries did not settle. */
  repeated = 0
  longestMs = 0

  constructor(outcomeWithinMs: number) {
    this.#outcomeWithinMs = outcomeWithinMs
  }

  /** Rejects when there is no outcome in time: with all processes back, that is a fault of theirs. */
  async call<Value>(
    what: string,
    attempt: (key: { readonly idempotencyKey: string }) => Promise<Value>,
  ): Promise<Called<Value>> {
    const key = { idempotencyKey: randomUUID() }
    const invokedAtMs = performance.now()
    for (;;) {
      const outcome = await outcomeOf(attempt(key))
      const returnedAtMs = performance.now()
      if (!(outcome instanceof ApiProblem)) {
        this.calls += 1
        if (!outcome.ok) this.refusals += 1
        this.longestMs = Math.max(this.longestMs, returnedAtMs - invokedAtMs)
        return { invokedAtMs, returnedAtMs, outcome }
      }
      if (returnedAtMs - invokedAtMs > this.#outcomeWithinMs) {
        throw new Error(`${what} has had no outcome for ${this.#outcomeWithinMs} ms: ${outcome}`)
      }
      this.repeated += 1
      await sleep(pauseMs)
    }
  }
}

/** The problem itself, when it decides nothing. */
async function outcomeOf<Value>(attempt: Promise<Value>): Promise<Outcome<Value> | ApiProblem> {
  try {
    return { ok: true, value: await attempt }
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error
    if (indefinite.has(error.status)) return error
    return { ok: false, code: error.code, purchaseId: error.body.purchaseId }
  }
}
