/**
 * One replica's part in comparing the replicas: the self-check, when it is due, what is measured of
 * it, and the end of a replica that differs. Off where its state machine is one of its own.
 */
import type { Pool } from 'pg'
import type { Logger } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import { measureChecks } from '../self-check/metrics.ts'
import type { CheckStatus } from '../self-check/rounds.ts'
import { startCheckSchedule } from '../self-check/schedule.ts'
import { type CheckLog, type Difference, SelfCheck } from '../self-check/self-check.ts'
import { describeDifference, markSuspect, SuspectReplica } from '../self-check/suspect.ts'
import type { CheckObserver } from '../state-machine/check-commands.ts'
import { systemClock } from '../system-clock.ts'
import { howToReplace } from './failures.ts'
import type { ReplicaPlan } from './plan.ts'

export type Comparing = {
  readonly observer: CheckObserver
  status(): CheckStatus | undefined
  start(parts: ComparingParts): { stop(): void }
}

export type ComparingParts = {
  readonly log: CheckLog
  readonly postgres: Pick<Postgres, 'connect'>
  readonly checks: Pool
  readonly groupTimeMs: () => number
  readonly metrics: Metrics
}

type Plan = Pick<ReplicaPlan<never, never>, 'group' | 'self' | 'config' | 'openStateMachine'>

export function prepareComparing(
  plan: Plan,
  { logger, onFatal }: { readonly logger: Logger; readonly onFatal: (error: unknown) => void },
): Comparing {
  let running: ComparingParts | undefined
  let hashed: (durationMs: number) => void = () => undefined

  /** Marked first: whoever starts it again must not have to wait for the next comparison. */
  const stopForGood = async (difference: Difference): Promise<void> => {
    const { group, self } = plan
    const found = describeDifference({ group, self: self.id }, difference)
    const message = `${found} ${howToReplace({ group, self: self.id })}`
    try {
      const connection = await running?.postgres.connect('mark')
      if (connection !== undefined) await markSuspect(connection, message)
    } catch (error) {
      logger.error({ err: error }, 'this replica could not mark its data as not to be trusted')
    }
    onFatal(new SuspectReplica(message))
  }

  const selfCheck = new SelfCheck({
    self: plan.self.id,
    clock: systemClock,
    logger,
    onDiffers: (difference) => void stopForGood(difference),
    onHashed: (durationMs) => hashed(durationMs),
  })
  return {
    observer: selfCheck,
    status: () => selfCheck.status(),
    start: (parts) => {
      running = parts
      hashed = measureChecks(parts.metrics, () => selfCheck.status())
      const checking = selfCheck.start(parts.log, parts.checks)
      const schedule = startSchedule(plan, selfCheck, parts, logger)
      return {
        stop: () => {
          schedule?.stop()
          checking.stop()
        },
      }
    },
  }
}

function startSchedule(
  { config, openStateMachine }: Plan,
  selfCheck: SelfCheck,
  { log, groupTimeMs }: ComparingParts,
  logger: Logger,
): { stop(): void } | undefined {
  const intervalMs = config.groupCheckIntervalMs
  if (intervalMs === 0 || openStateMachine !== undefined) return undefined
  return startCheckSchedule({
    log,
    clock: systemClock,
    random: { next: Math.random },
    intervalMs,
    groupTimeMs,
    lastOrderedMs: () => selfCheck.lastOrderedMs(),
    onFailure: (error) => logger.debug({ err: error }, 'a comparison was not ordered'),
  })
}
