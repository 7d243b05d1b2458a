/**
 * The log as code on the path of a request gets it: every line that it can write carries the request's
 * id, because there is no other way to write one. What a process does of its own accord it tells
 * through the Logger of log.ts. It must not know HTTP or gRPC.
 */
import { randomUUID } from 'node:crypto'
import type { Logger, LogLevel } from './log.ts'

export type RequestLog = {
  /** Lines about the request. Asked for when there is something to say: it costs a logger. */
  of(requestId: string): Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  /** Whether lines of this level are written at all. */
  writes(level: LogLevel): boolean
}

export function createRequestLog(logger: Logger): RequestLog {
  return {
    of: (requestId) => logger.child({ requestId }),
    writes: (level) => logger.isLevelEnabled(level),
  }
}

/** For a request that comes without one, and for what a process does as if it had been asked. */
export function newRequestId(): string {
  return randomUUID()
}
