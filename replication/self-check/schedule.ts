/**
 * Orders a `hash` when the group has not had one for some time, as group time shows. Every replica
 * looks, and waits a little longer than the interval, each as long as chance says: the first one's
 * is applied everywhere before the others come to it.
 */
import type { Random } from '../../common/random.ts'
import type { Clock } from '../ports.ts'
import { hashCommand } from '../state-machine/check-commands.ts'
import type { CheckLog } from './self-check.ts'

export type CheckScheduleOptions = {
  readonly log: CheckLog
  readonly clock: Clock
  readonly random: Pick<Random, 'next'>
  readonly intervalMs: number
  readonly groupTimeMs: () => number
  /** Group time at the latest `hash`; undefined: none since this process started. */
  readonly lastOrderedMs: () => number | undefined
  /** It was not ordered; for the log, at debug level. Another replica will, or this one later. */
  readonly onFailure: (error: unknown) => void
}

const pollMaxMs = 1_000
const orderTimeoutMs = 5_000
/** How much longer than the interval a replica waits at most, as a share of it. */
const patience = 0.2

export function startCheckSchedule(options: CheckScheduleOptions): { stop(): void } {
  const { log, clock, random, intervalMs, groupTimeMs, lastOrderedMs } = options
  /** Stands for the latest hash as long as none is known: a restart does not hurry. */
  let firstSeenMs = 0
  let waitMs = intervalMs
  let ordering = false

  const drawWait = (): void => {
    waitMs = intervalMs * (1 + patience * random.next())
  }

  const look = async (): Promise<void> => {
    const nowMs = groupTimeMs()
    firstSeenMs ||= nowMs
    const sinceMs = lastOrderedMs() ?? firstSeenMs
    if (ordering || nowMs === 0 || nowMs - sinceMs < waitMs) return
    // Alone, there is nobody to compare with.
    if (log.status().members.length < 2) return
    ordering = true
    try {
      await log.submit(hashCommand(sinceMs), { atUnixMs: clock.nowUnixMs() + orderTimeoutMs })
    } catch (error) {
      options.onFailure(error)
    } finally {
      drawWait()
      ordering = false
    }
  }

  drawWait()
  const timer = clock.every(Math.min(pollMaxMs, intervalMs), () => void look())
  return { stop: () => timer.cancel() }
}
