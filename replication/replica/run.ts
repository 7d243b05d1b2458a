/** A replica as a process: its log, its end on a signal, its end when it cannot go on. */
import process from 'node:process'
import { createLogger } from '../../platform/log.ts'
import { onShutdown } from '../../platform/shutdown.ts'
import type { ReplicaPlan } from './plan.ts'
import { type Replica, replicaName, startReplica } from './start.ts'

const EXIT_FATAL = 1
/** For closing what still can be closed after a fatal error. */
const lastWordsMs = 5_000

/** Runs until SIGTERM or SIGINT (exit code 0) or a fatal error (1, in the log). */
export async function runReplica<Body extends { readonly type: string }, M>(
  plan: ReplicaPlan<Body, M>,
): Promise<void> {
  const { config } = plan
  const logger = createLogger({ name: replicaName(plan), level: config.logLevel })
  for (const warning of config.warnings) logger.warn(warning)
  let leaving = false

  const onFatal = (error: unknown): void => {
    if (leaving) return
    leaving = true
    logger.fatal({ err: error }, `this replica cannot go on: ${messageOf(error)}`)
    setTimeout(() => process.exit(EXIT_FATAL), lastWordsMs).unref()
    const stopped = starting.then((replica) => replica.stop())
    stopped.catch(() => undefined).finally(() => process.exit(EXIT_FATAL))
  }
  const starting: Promise<Replica> = startReplica(plan, { logger, onFatal })
  onShutdown(async () => {
    leaving = true
    await (await starting).stop()
  }, logger)
  try {
    await starting
  } catch (error) {
    if (leaving) return
    logger.fatal({ err: error }, `this replica does not start: ${messageOf(error)}`)
    process.exit(EXIT_FATAL)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
