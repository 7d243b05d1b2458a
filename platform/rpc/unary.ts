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
    const answered = logging(call, deadline.requestId, logger)
    // Promise.resolve().then: what `work` throws at once is a rejection like any other.
    Promise.resolve()
      .then(() => work(call.request, { deadline }))
      .then(
        (reply) => {
          answered?.('OK')
          callback(null, reply)
        },
        (thrown: unknown) => {
          const error = toAppError(thrown)
          answered?.(error.code)
          callback(statusOf(error))
        },
      )
  }
}

/** A line for each call, for who follows a request through the processes; nothing above `debug`. */
function logging(
  call: ServerUnaryCall<unknown, unknown>,
  requestId: string | undefined,
  logger: Logger,
): ((code: string) => void) | undefined {
  if (!logger.isLevelEnabled('debug')) return undefined
  const startedAtMs = performance.now()
  return (code) => {
    const durationMs = Math.round(performance.now() - startedAtMs)
    logger.debug({ requestId, method: call.getPath(), code, durationMs }, 'call')
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
