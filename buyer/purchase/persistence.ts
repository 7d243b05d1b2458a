/**
 * Trying again. A step of a purchase that fails for a reason that may pass is repeated, unchanged,
 * until its deadline; it must not know what the step is.
 */
import type { Deadline } from '../../common/deadline.ts'
import { AppError, type ErrorCode } from '../../common/errors.ts'
import type { Random } from '../../common/random.ts'
import type { Clock } from './ports.ts'

export type Patience = { readonly clock: Clock; readonly random: Random }

/** One call; whoever hangs longer (some cards never answer) is asked again. */
const ATTEMPT_MS = 4_000
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 1_000

const transientCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'UNAVAILABLE',
  'OVERLOADED',
  'RATE_LIMITED',
  'DEADLINE_EXCEEDED',
  'PAYMENT_UNAVAILABLE',
  'INTERNAL',
  // Nothing has happened, and a new copy of the request may do better.
  'REQUEST_TOO_OLD',
])

/** True when the same call may succeed later, or may have succeeded already. */
export function isTransient(error: AppError): boolean {
  return !error.definite || transientCodes.has(error.code)
}

/** Repeats `call` while it fails transiently; throws its last error once `deadline` has passed. */
export async function persistently<T>(
  call: (attempt: Deadline) => Promise<T>,
  { clock, random }: Patience,
  deadline: Deadline,
): Promise<T> {
  for (let longestMs = FIRST_PAUSE_MS; ; longestMs = Math.min(longestMs * 2, LONGEST_PAUSE_MS)) {
    try {
      const atUnixMs = Math.min(clock.nowMs() + ATTEMPT_MS, deadline.atUnixMs)
      return await call({ ...deadline, atUnixMs })
    } catch (error) {
      if (!(error instanceof AppError) || !isTransient(error)) throw error
      const pauseMs = random.integer(longestMs / 2, longestMs)
      if (clock.nowMs() + pauseMs >= deadline.atUnixMs) throw error
      await clock.sleep(pauseMs)
    }
  }
}
