/**
 * Errors as clients of the REST interfaces see them: problem documents (RFC 9457).
 */
import type { Response } from 'express'
import { AppError, type ErrorCode, errorTable, type FieldProblem } from '../../common/errors.ts'

export type Problem = {
  /** Stable, one per code: `urn:agora:problem:out-of-stock`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  /** Also in the X-Request-Id header and in the servers' logs. */
  readonly requestId: string
  /** One for each bad field of the request. */
  readonly errors?: readonly FieldProblem[]
  /** True: the same request, with the same Idempotency-Key, may succeed later. */
  readonly retryable: boolean
  /** The error's details, as in `lines` or `purchaseId`. */
  readonly [extension: string]: unknown
}

const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'PAYMENT_UNAVAILABLE',
])

export function problemFromError(error: AppError, requestId: string): Problem {
  const { http: status, title } = errorTable[error.code]
  // A repeat is told what the first one was told; that it is one stands in a header.
  const { replayed: _, ...details } = error.details
  return {
    ...details,
    type: `urn:agora:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    // What went wrong inside is for the log.
    detail:
      error.code === 'INTERNAL' ? `${title}. The request id helps to find it.` : error.message,
    code: error.code,
    requestId,
    ...(error.fields.length > 0 ? { errors: error.fields } : {}),
    retryable: retryableCodes.has(error.code) || !error.definite,
  }
}

/** Answers with the problem, and with the headers that its status calls for. */
export function sendProblem(response: Response, error: AppError, requestId: string): void {
  const problem = problemFromError(error, requestId)
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer')
  if (error.details.replayed === true) response.setHeader('Idempotent-Replayed', 'true')
  if (problem.status === 429 || problem.status === 503) {
    response.setHeader('Retry-After', String(retryAfterSeconds(error)))
  }
  response.setHeader('Cache-Control', 'no-store')
  response.status(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

function retryAfterSeconds(error: AppError): number {
  const afterMs = error.details.retryAfterMs
  return typeof afterMs === 'number' ? Math.max(1, Math.ceil(afterMs / 1_000)) : 1
}

/** The AppError for whatever Express, its body parser or a route threw; undefined: a bug. */
export function appErrorFrom(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (!(error instanceof Error)) return undefined
  const { type, status } = error as Error & { type?: unknown; status?: unknown }
  switch (type) {
    case 'entity.too.large':
      return new AppError('BODY_TOO_LARGE', { cause: error })
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new AppError('UNSUPPORTED_MEDIA_TYPE', { message: error.message, cause: error })
    case 'entity.parse.failed':
      return new AppError('MALFORMED_BODY', { message: 'The body is not JSON', cause: error })
    default:
      // A path that cannot be decoded, a body that ends early, …
      return status === 400 ? new AppError('MALFORMED_BODY', { cause: error }) : undefined
  }
}
