/**
 * What a client is told about limits that the customers group counts over all servers: accounts
 * created, logins that failed. It must not know how they are counted.
 */
import type { Response } from 'express'
import { AppError } from '../common/errors.ts'
import { addRateLimit } from '../platform/http/rate-limit.ts'

export type AttemptsKnown = {
  readonly attemptsLeft: number
  /** Above 0: further attempts are refused for so long. */
  readonly retryAfterMs: number
}

export type AttemptLimit = AttemptsKnown & {
  /** In a window; 0: there is no limit, and nothing to tell. */
  readonly limit: number
  readonly windowSeconds: number
}

export function tellLimit(response: Response, policy: string, state: AttemptLimit): void {
  const { limit, windowSeconds, attemptsLeft, retryAfterMs } = state
  if (limit === 0) return
  const resetSeconds = retryAfterMs > 0 ? retryAfterMs / 1_000 : windowSeconds
  addRateLimit(response, { policy, limit, windowSeconds, remaining: attemptsLeft, resetSeconds })
}

/** After an attempt that counts. */
export function oneLess(known: AttemptsKnown): AttemptsKnown {
  return { ...known, attemptsLeft: Math.max(0, known.attemptsLeft - 1) }
}

/** As the group says when it refuses an attempt. */
export function noneLeft({ details: { retryAfterMs } }: AppError): AttemptsKnown {
  return { attemptsLeft: 0, retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 0 }
}

export function tooMany(what: string, retryAfterMs: number): AppError {
  const minutes = Math.ceil(retryAfterMs / 60_000)
  const message = `${what}; try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
  return new AppError('RATE_LIMITED', { message, details: { retryAfterMs } })
}
