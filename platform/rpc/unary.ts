/**
 * From an async function to a gRPC method: deadline, request id and errors are translated here, so
 * that a service only knows requests, replies and AppErrors.
 */
import type { handleUnaryCall, Metadata, ServerUnaryCall } from '@grpc/grpc-js'
import type { RequestDeadline } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { newRequestId, type RequestLog } from '../request-log.ts'
import { statusOf } from './errors.ts'

export const REQUEST_ID_HEADER = 'x-request-id'

/** For calls that set no deadline. */
const DEFAULT_TIMEOUT_MS = 10_000

export type UnaryCall = {
  /**
   * The caller's, or 10 s from the arrival; with the id of the HTTP request that led here, a new one
   * where the caller gave none.
   */
  readonly deadline: RequestDeadline
}

/**
 * `work` gets the decoded request and resolves with the reply. An AppError that it throws becomes the status of
 * common/errors.ts's table; anything else is a bug: logged, and an indefinite INTERNAL.
 */
export function unary<Request, Reply>(
  work: (request: Request, call: UnaryCall) => Promise<Reply>,
  { requestLog }: { readonly requestLog: RequestLog },
): handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    const requestId = requestIdIn(call.metadata)
    const deadline = { atUnixMs: giveUpAt(call), requestId }
    const toAppError = (error: unknown): AppError => {
      if (error instanceof AppError) return error
      const line = { err: error, method: call.getPath() }
      requestLog.of(requestId).error(line, 'a bug: a call failed in a way that nobody foresaw')
      return new AppError('INTERNAL', { definite: false })
    }
    const answered = logging(call, requestId, requestLog)
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
  requestId: string,
  requestLog: RequestLog,
): ((code: string) => void) | undefined {
  if (!requestLog.writes('debug')) return undefined
  const startedAtMs = performance.now()
  return (code) => {
    const durationMs = Math.round(performance.now() - startedAtMs)
    requestLog.of(requestId).debug({ method: call.getPath(), code, durationMs }, 'call')
  }
}

/** The caller's, when it is harmless in a log line; else a new one. */
export function requestIdIn(metadata: Metadata): string {
  const value = metadata.get(REQUEST_ID_HEADER)[0]
  return typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value) ? value : newRequestId()
}

function giveUpAt(call: ServerUnaryCall<unknown, unknown>): number {
  const given = Number(call.getDeadline())
  return Number.isFinite(given) ? given : Date.now() + DEFAULT_TIMEOUT_MS
}
