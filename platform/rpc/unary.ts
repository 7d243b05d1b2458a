/**
 * From an async function to a gRPC method: deadline, request id and errors are translated here, so
 * that a service only knows requests, replies and AppErrors.
 */
import type { handleUnaryCall, ServerUnaryCall } from '@grpc/grpc-js'
import type { Logger } from 'pino'
import type { Deadline } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { statusOf } from './errors.ts'

export const REQUEST_ID_HEADER = 'x-request-id'

/** For calls that set no deadline. */
const DEFAULT_TIMEOUT_MS = 10_000

export type UnaryCall = {
  /** The caller's, or 10 s from the arrival; with the id of the HTTP request that led here. */
  readonly deadline: Deadline
}

/**
 * `work` gets the decoded request and resolves with the reply. An AppError that it throws becomes the status of
 * common/errors.ts's table; anything else is a bug: logged, and an indefinite INTERNAL.
 */
export function unary<Request, Reply>(
  work: (request: Request, call: UnaryCall) => Promise<Reply>,
  { logger }: { readonly logger: Logger },
): handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    const deadline = deadlineOf(call)
    const toAppError = (error: unknown): AppError => {
      if (error instanceof AppError) return error
      const about = { requestId: deadline.requestId, method: call.getPath() }
      logger.error({ err: error, ...about }, 'a bug: a call failed in a way that nobody foresaw')
      return new AppError('INTERNAL', { definite: false })
    }
    // Promise.resolve().then: what `work` throws at once is a rejection like any other.
    Promise.resolve()
      .then(() => work(call.request, { deadline }))
      .then(
        (reply) => callback(null, reply),
        (error: unknown) => callback(statusOf(toAppError(error))),
      )
  }
}

function requestIdOf(call: ServerUnaryCall<unknown, unknown>): string | undefined {
  const value = call.metadata.get(REQUEST_ID_HEADER)[0]
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value) ? value : undefined
}

function deadlineOf(call: ServerUnaryCall<unknown, unknown>): Deadline {
  const given = Number(call.getDeadline())
  const atUnixMs = Number.isFinite(given) ? given : Date.now() + DEFAULT_TIMEOUT_MS
  const requestId = requestIdOf(call)
  return requestId === undefined ? { atUnixMs } : { atUnixMs, requestId }
}
