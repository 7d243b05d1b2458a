/**
 * Between a db-* service's messages and the replicated log: what a write request carries besides
 * its body, and what a result becomes. It must not know any particular command.
 */
import { AppError, type FieldProblem } from '../../common/errors.ts'
import { isRequestId, REQUEST_ID_LENGTH_MAX } from '../../common/ids.ts'
import type { AppliedResult, RequestContext } from '../state-machine/application.ts'

/** `WriteContext` of both proto files, as proto-loader hands it over. */
export type WriteContext = {
  readonly requestId: string
  readonly fingerprint: string
  readonly keepForADay: boolean
}

const fingerprintLengthMax = 128

/**
 * The context that travels in the command. `groupTimeMs` is group time as this replica knows it.
 * Throws INVALID_ARGUMENT with fields when the request id is missing or something is too long;
 * UNAVAILABLE (definite) while the group has no time yet: what would be stamped 0 would expire at once.
 */
export function requestContextFrom(
  context: WriteContext | null | undefined,
  groupTimeMs: number,
): RequestContext {
  const fields = contextProblems(context)
  if (!context || fields.length > 0) throw new AppError('INVALID_ARGUMENT', { fields })
  if (groupTimeMs <= 0) {
    throw new AppError('UNAVAILABLE', {
      message: 'The group has not agreed on a time yet; try again in a moment',
    })
  }
  return {
    requestId: context.requestId,
    fingerprint: context.fingerprint,
    retention: context.keepForADay ? 'day' : 'brief',
    submittedAtMs: groupTimeMs,
  }
}

function contextProblems(context: WriteContext | null | undefined): FieldProblem[] {
  const fields: FieldProblem[] = []
  if (!isRequestId(context?.requestId ?? '')) {
    const message = `must be 1 to ${REQUEST_ID_LENGTH_MAX} visible ASCII characters`
    fields.push({ path: 'context.requestId', message })
  }
  if ((context?.fingerprint ?? '').length > fingerprintLengthMax) {
    const message = `must be at most ${fingerprintLengthMax} characters`
    fields.push({ path: 'context.fingerprint', message })
  }
  return fields
}

export type Settled<T> = { readonly value: T; readonly replayed: boolean }

/**
 * What a command came to: its value, or the refusal as a definite AppError. A refusal that is the
 * stored answer of a repeated request says so in its details (`replayed: true`).
 */
export function settle<T>(result: AppliedResult): Settled<T> {
  const { outcome, replayed } = result
  if (outcome.ok) return { value: outcome.value as T, replayed }
  throw new AppError(outcome.code, {
    ...(outcome.message === undefined ? {} : { message: outcome.message }),
    details: replayed ? { ...outcome.details, replayed: true } : { ...outcome.details },
  })
}
