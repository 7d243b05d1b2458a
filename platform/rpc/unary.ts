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

export type Answered<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly error: AppError }

export type UnaryMethod<Request, Reply> = handleUnaryCall<Request, Reply> & {
  /** The same for a call that came another way than as one of gRPC's. Never rejects; `path` is for the log. */
  readonly answer: (request: Request, call: UnaryCall, path: string) => Promise<Answered<Reply>>
}

/** True of what unary() made. */
export function isUnary(method: unknown): method is UnaryMethod<unknown, unknown> {
  return typeof method === 'function' && 'answer' in method
}

/**
 * `work` gets the decoded request and resolves with the reply. An AppError that it throws becomes the status of
 * common/errors.ts's table; anything else is a bug: logged, and an indefinite INTERNAL.
 */
export function unary<Request, Reply>(
  work: (request: Request, call: UnaryCall) => Promise<Reply>,
  { requestLog }: { readonly requestLog: RequestLog },
): UnaryMethod<Request, Reply> {
  const answer: UnaryMethod<Request, Reply>['answer'] = async (request, call, path) => {
    const { requestId } = call.deadline
    const answered = logging(path, requestId, requestLog)
    try {
      const reply = await work(request, call)
      answered?.('OK')
      return { ok: true, reply }
    } catch (thrown) {
      const error = appErrorOf(thrown, () => {
        const line = { err: thrown, method: path }
        requestLog.of(requestId).error(line, 'a bug: a call failed in a way that nobody foresaw')
      })
      answered?.(error.code)
      return { ok: false, error }
    }
  }
  const method: handleUnaryCall<Request, Reply> = (call, callback) => {
    const deadline = { atUnixMs: giveUpAt(call), requestId: requestIdIn(call.metadata) }
    void answer(call.request, { deadline }, call.getPath()).then((answered) => {
      if (answered.ok) callback(null, answered.reply)
      else callback(statusOf(answered.error))
    })
  }
  return Object.assign(method, { answer })
}

function appErrorOf(thrown: unknown, report: () => void): AppError {
  if (thrown instanceof AppError) return thrown
  report()
  return new AppError('INTERNAL', { definite: false })
}

/** A line for each call, for who follows a request through the processes; nothing above `debug`. */
function logging(
  path: string,
  requestId: string,
  requestLog: RequestLog,
): ((code: string) => void) | undefined {
  if (!requestLog.writes('debug')) return undefined
  const startedAtMs = performance.now()
  return (code) => {
    const durationMs = Math.round(performance.now() - startedAtMs)
    requestLog.of(requestId).debug({ method: path, code, durationMs }, 'call')
  }
}

/** The caller's, when it is harmless in a log line; else a new one. */
export function requestIdIn(metadata: Metadata): string {
  return knownRequestId(metadata.get(REQUEST_ID_HEADER)[0])
}

export function knownRequestId(given: unknown): string {
  return typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given) ? given : newRequestId()
}

function giveUpAt(call: ServerUnaryCall<unknown, unknown>): number {
  const given = Number(call.getDeadline())
  return Number.isFinite(given) ? given : Date.now() + DEFAULT_TIMEOUT_MS
}
