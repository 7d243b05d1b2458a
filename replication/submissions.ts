/**
 * The callers of submit() that wait for their result, each bounded by its deadline.
 * It must not know how a command gets its place in the order.
 */
import type { AppError } from '../common/errors.ts'
import type { DeadlineWheel, Expiring } from './deadline-wheel.ts'
import type { DriverHooks, DriverLimits } from './driver-options.ts'
import type { Clock } from './ports.ts'
import type { ProposalId } from './protocol.ts'

type SubmissionsOptions = {
  readonly wheel: DeadlineWheel
  readonly clock: Clock
  readonly hooks: DriverHooks
  readonly limits: DriverLimits
  /** The caller no longer waits; makes the error that it gets. */
  readonly onExpired: (id: ProposalId, waited: Waited) => AppError
}

export type Waited = { readonly waitedMs: number; readonly delivered: boolean }

export class Submissions<R> {
  readonly #options: SubmissionsOptions
  readonly #waiting = new Map<ProposalId, Submission<R>>()
  #lastId = 0
  #sizeBytes = 0

  constructor(options: SubmissionsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#waiting.size
  }

  isFull(): boolean {
    const { limits } = this.#options
    return (
      this.#waiting.size >= limits.pendingSubmits || this.#sizeBytes >= limits.pendingSubmitMaxBytes
    )
  }

  /** `waitMs` > 0. The promise is settled by this class alone, exactly once. */
  add(sizeBytes: number, waitMs: number): { readonly id: ProposalId; readonly result: Promise<R> } {
    this.#lastId += 1
    const id = this.#lastId as ProposalId
    const result = new Promise<R>((resolve, reject) => {
      const startedAtMs = this.#options.clock.nowMs()
      const submission = new Submission<R>({
        owner: this,
        id,
        sizeBytes,
        startedAtMs,
        expiresAtMs: startedAtMs + waitMs,
        resolve,
        reject,
      })
      this.#waiting.set(id, submission)
      this.#sizeBytes += sizeBytes
      this.#options.wheel.add(submission)
    })
    return { id, result }
  }

  /** Remembers, for the message at the deadline, that only applying was left. */
  markDelivered(id: ProposalId): void {
    const submission = this.#waiting.get(id)
    if (submission !== undefined) submission.delivered = true
  }

  resolve(id: ProposalId, result: R): void {
    const submission = this.#take(id)
    if (submission === undefined) return
    submission.resolve(result)
    this.#reportEnd(submission, 'OK')
  }

  reject(id: ProposalId, error: AppError): void {
    const submission = this.#take(id)
    if (submission === undefined) return
    submission.reject(error)
    this.#reportEnd(submission, error.code)
  }

  rejectAll(error: AppError): void {
    for (const id of [...this.#waiting.keys()]) this.reject(id, error)
  }

  expire(submission: Submission<R>): void {
    const waitedMs = this.#options.clock.nowMs() - submission.startedAtMs
    const waited = { waitedMs, delivered: submission.delivered }
    this.reject(submission.id, this.#options.onExpired(submission.id, waited))
  }

  #take(id: ProposalId): Submission<R> | undefined {
    const submission = this.#waiting.get(id)
    if (submission === undefined) return undefined
    this.#waiting.delete(id)
    this.#sizeBytes -= submission.sizeBytes
    this.#options.wheel.remove(submission)
    return submission
  }

  #reportEnd(submission: Submission<R>, code: string): void {
    const { clock, hooks } = this.#options
    hooks.requestEnded({
      kind: 'submit',
      code,
      durationMs: clock.nowMs() - submission.startedAtMs,
    })
  }
}

type SubmissionFields<R> = {
  readonly owner: Submissions<R>
  readonly id: ProposalId
  readonly sizeBytes: number
  readonly startedAtMs: number
  readonly expiresAtMs: number
  readonly resolve: (result: R) => void
  readonly reject: (error: AppError) => void
}

/** A class only so that an expiry costs no closure of its own. */
class Submission<R> implements Expiring {
  readonly id: ProposalId
  readonly sizeBytes: number
  readonly startedAtMs: number
  readonly expiresAtMs: number
  readonly resolve: (result: R) => void
  readonly reject: (error: AppError) => void
  delivered = false
  readonly #owner: Submissions<R>

  constructor(fields: SubmissionFields<R>) {
    this.#owner = fields.owner
    this.id = fields.id
    this.sizeBytes = fields.sizeBytes
    this.startedAtMs = fields.startedAtMs
    this.expiresAtMs = fields.expiresAtMs
    this.resolve = fields.resolve
    this.reject = fields.reject
  }

  expire(): void {
    this.#owner.expire(this)
  }
}
