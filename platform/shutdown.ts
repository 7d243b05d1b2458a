/**
 * How a process ends: in order on SIGTERM or SIGINT, at once on a bug. It must not know what it stops.
 */
import process from 'node:process'
import type { Logger } from 'pino'

export type ShutdownOptions = {
  /** After so long the process leaves all the same, with exit code 1. */
  readonly timeoutMs?: number
  /** This process, unless a test says otherwise. */
  readonly target?: ShutdownTarget
}

export type ShutdownTarget = {
  on(event: string, listener: (argument: unknown) => void): unknown
  exit(code: number): void
}

const EXIT_BUG = 70

/**
 * Calls `stop` once, on the first SIGTERM or SIGINT, and exits: 0 when it resolved in time, else 1.
 * A second signal exits at once. Also makes any exception that nobody caught a fatal log line and
 * exit code 70: the supervisor starts a process anew that knows nothing of the broken state.
 */
export function onShutdown(
  stop: () => Promise<void>,
  logger: Logger,
  { timeoutMs = 10_000, target = process }: ShutdownOptions = {},
): void {
  let stopping = false

  const leave = (signal: unknown): void => {
    if (stopping) {
      logger.warn({ signal }, 'told again to stop: leaving at once')
      target.exit(1)
      return
    }
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => {
      logger.error({ timeoutMs }, 'stopping takes too long: leaving')
      target.exit(1)
    }, timeoutMs).unref()
    stop().then(
      () => {
        logger.info('stopped')
        target.exit(0)
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed')
        target.exit(1)
      },
    )
  }

  target.on('SIGTERM', leave)
  target.on('SIGINT', leave)
  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, 'a bug: this process stops')
    target.exit(EXIT_BUG)
  }
  target.on('uncaughtException', crash)
  target.on('unhandledRejection', crash)
}
