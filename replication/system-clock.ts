/** The Clock port on real time. Its timers never keep a process alive: servers do that. */
import type { Clock } from './ports.ts'

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  nowUnixMs: () => Date.now(),
  every(intervalMs, action) {
    const timer = setInterval(action, intervalMs)
    timer.unref()
    return { cancel: () => clearInterval(timer) }
  },
}
