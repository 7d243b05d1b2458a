/**
 * When a replica may be sent calls, and what its log says about whether it takes writes. Looks from
 * outside, through ReplicatedLog.
 */
import { AppError } from '../../common/errors.ts'
import type { Logger } from '../../platform/log.ts'
import type { RpcServer } from '../../platform/rpc/server.ts'
import type { Clock } from '../ports.ts'
import type { ReplicatedLog } from '../replicated-log.ts'
import { outsideReason } from './outside.ts'

type Log = Pick<ReplicatedLog<never, never>, 'barrier' | 'status'>

const barrierTimeoutMs = 2_000
const pollMs = 50
const watchEveryMs = 500
/** 5 s, then every minute. */
const firstReminderLooks = 10
const laterReminderLooks = 120

/**
 * Tells the health service SERVING once a first barrier has passed and the group has a time: then
 * this replica has caught up with all that was acknowledged before it started. One that is no longer
 * part of its group does not serve, and begins anew if it is taken in again.
 */
export function serveWhenReady(options: {
  readonly log: Log
  readonly groupTimeMs: () => number
  readonly server: Pick<RpcServer, 'setServing'>
  readonly clock: Clock
  readonly logger: Logger
}): { readonly serving: Promise<void>; stop(): void } {
  const { log, groupTimeMs, server, clock, logger } = options
  let asking = false
  let caughtUp = false
  let stopped = false
  let announce: () => void = () => undefined
  const serving = new Promise<void>((resolve) => {
    announce = resolve
  })

  const look = async (): Promise<void> => {
    if (asking) return
    asking = true
    if (!caughtUp) caughtUp = await passesBarrier(log, clock, logger)
    asking = false
    if (stopped || !caughtUp || groupTimeMs() === 0) return
    timer.cancel()
    timer = clock.every(watchEveryMs, stayInside)
    server.setServing(true)
    logger.info({ appliedIndex: log.status().appliedIndex }, 'this replica is serving')
    announce()
  }
  const stayInside = (): void => {
    if (outsideReason(log.status()) === undefined) return
    timer.cancel()
    caughtUp = false
    server.setServing(false)
    timer = clock.every(pollMs, () => void look())
  }
  let timer = clock.every(pollMs, () => void look())
  const stop = (): void => {
    stopped = true
    timer.cancel()
  }
  return { serving, stop }
}

async function passesBarrier(log: Log, clock: Clock, logger: Logger): Promise<boolean> {
  try {
    await log.barrier({ atUnixMs: clock.nowUnixMs() + barrierTimeoutMs })
    return true
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    logger.debug({ err: error }, 'not caught up yet')
    return false
  }
}

/**
 * Logs each change between taking writes and not, with the reason, and what keeps it outside. While
 * writes are refused it says so again, after a while and then now and then: at first a member that
 * has just started has heard nobody, and what it lacks for good turns out later.
 */
export function watchWritable(log: Log, clock: Clock, logger: Logger): { stop(): void } {
  let writable: boolean | undefined
  let outside: string | undefined
  let looksUntilReminder = 0
  const timer = clock.every(watchEveryMs, () => {
    const status = log.status()
    const reason = outsideReason(status)
    if (status.writable === writable && reason === outside) {
      looksUntilReminder -= 1
      if (writable || reason !== undefined || looksUntilReminder > 0) return
      looksUntilReminder = laterReminderLooks
      logger.warn({ reason: status.reason }, 'writes are still refused')
      return
    }
    writable = status.writable
    outside = reason
    looksUntilReminder = firstReminderLooks
    if (outside !== undefined) {
      logger.warn({ reason: outside }, 'this replica is not part of its group')
    } else if (writable) logger.info('writes are taken')
    else logger.warn({ reason: status.reason }, 'writes are refused')
  })
  return { stop: () => timer.cancel() }
}
