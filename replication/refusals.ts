/** What the driver tells its callers when it takes, or finishes, a request no more. Errors only. */
import { AppError } from '../common/errors.ts'

export type DriverState =
  | 'running'
  /** Still everything that a replica is, but new work goes to others. */
  | 'leaving'
  | 'closing'
  | 'failed'

const stoppedReasons = {
  leaving: 'this replica is stopping',
  closing: 'this replica is stopping',
  failed: 'this replica has failed and is stopping',
} as const

/** Why nothing new is taken; undefined: it is. */
export function stoppedReason(state: DriverState): string | undefined {
  return state === 'running' ? undefined : stoppedReasons[state]
}

export function unavailable(message: string | undefined): AppError | undefined {
  return message === undefined ? undefined : new AppError('UNAVAILABLE', { message })
}

export function alreadyPast(waitMs: number): AppError | undefined {
  if (waitMs > 0) return undefined
  const message = 'the deadline had passed before the request reached its group'
  return new AppError('DEADLINE_EXCEEDED', { message })
}

export function overloaded(message: string): AppError {
  return new AppError('OVERLOADED', { message })
}

/** Indefinite: it may still happen. */
export function tooLate(waitedMs: number, missing: string): AppError {
  const message = `gave up after ${Math.round(waitedMs)} ms: ${missing}`
  return new AppError('DEADLINE_EXCEEDED', { definite: false, message })
}

export function tooLarge(sizeBytes: number, maxBytes: number): AppError {
  const message = `the command takes ${sizeBytes} bytes, ${maxBytes} at most are allowed`
  return new AppError('BODY_TOO_LARGE', { message })
}
