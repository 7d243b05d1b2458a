/**
 * Orders this replica's clock every few seconds, so that group time moves on even when nothing else
 * happens. Failures are normal (no majority yet): it tries again soon.
 */
import type { MemberId } from '../../common/member.ts'
import type { Clock } from '../ports.ts'
import type { ReplicatedLog } from '../replicated-log.ts'
import type { AppliedResult, Command } from './application.ts'
import { clockCommand } from './clock-command.ts'
import type { ClockBody } from './clock-command.ts'

export type GroupClockOptions = {
  readonly log: ReplicatedLog<Command<ClockBody>, AppliedResult>
  readonly self: MemberId
  readonly clock: Clock
  readonly intervalMs?: number
  /** A stamp was not ordered; for the log, at debug level. */
  readonly onFailure?: (error: unknown) => void
}

const intervalDefaultMs = 5_000
/** Until the first stamp is ordered the group takes no writes: look often whether it is time. */
const pollMs = 250

/** Stamps at once, then every `intervalMs`; after a failure again in a moment. One at a time. */
export function startGroupClock(options: GroupClockOptions): { stop(): void } {
  const { log, self, clock, intervalMs = intervalDefaultMs } = options
  let dueAtMs = clock.nowMs()
  let stamping = false

  const stamp = async (): Promise<void> => {
    if (stamping || clock.nowMs() < dueAtMs) return
    stamping = true
    const startedAtMs = clock.nowMs()
    try {
      const nowUnixMs = clock.nowUnixMs()
      await log.submit(clockCommand(self, nowUnixMs), { atUnixMs: nowUnixMs + intervalMs })
      dueAtMs = startedAtMs + intervalMs
    } catch (error) {
      options.onFailure?.(error)
    } finally {
      stamping = false
    }
  }

  void stamp()
  const timer = clock.every(Math.min(pollMs, intervalMs), () => void stamp())
  return { stop: () => timer.cancel() }
}
