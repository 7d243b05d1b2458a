/**
 * How a process ends: in order on SIGTERM or SIGINT, at once on a bug. It must not know what it stops.
 */
import process from 'node:process'
import type { Logger } from 'pino'

export type ShutdownOptions = {
  /** After so long the process leaves all the same, with exit code 1. */
  readonly timeoutMs?: number
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
  { timeoutMs = 10_000 }: ShutdownOptions = {},
): void {
  let stopping = false

  const leave = (signal: NodeJS.Signals): void => {
    if (stopping) {
      logger.warn({ signal }, 'told again to stop: leaving at once')
      process.exit(1)
    }
    stopping = true
    logger.info({ signal }, 'stopping')
    setTimeout(() => {
      logger.error({ timeoutMs }, 'stopping takes too long: leaving')
      process.exit(1)
    }, timeoutMs).unref()
    stop().then(
      () => {
        logger.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed')
        process.exit(1)
      },
    )
  }

  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
  const crash = (error: unknown): void => {
    logger.fatal({ err: error }, 'a bug: this process stops')
    process.exit(EXIT_BUG)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
}
