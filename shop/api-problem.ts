/** A request that a server refused, as a client sees it (RFC 9457). */
import type { FieldProblem } from '../common/errors.ts'

export type ProblemBody = {
  readonly title?: string
  readonly status?: number
  readonly detail?: string
  readonly code?: string
  readonly requestId?: string
  readonly errors?: readonly FieldProblem[]
  readonly purchaseId?: string
  readonly [extension: string]: unknown
}

export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  /** HTTP status; 503 when no server could be reached at all. */
  readonly status: number
  /** A code of common/errors.ts. */
  readonly code: string
  readonly detail: string
  readonly errors: readonly FieldProblem[]
  readonly body: ProblemBody
  /** From Retry-After. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, body: ProblemBody, retryAfterSeconds?: number, cause?: unknown) {
    const detail = body.detail ?? body.title ?? `the server answered ${status}`
    super(detail, { cause })
    this.status = status
    this.code = body.code ?? 'INTERNAL'
    this.detail = detail
    this.errors = body.errors ?? []
    this.body = body
    this.retryAfterSeconds = retryAfterSeconds
  }
}
