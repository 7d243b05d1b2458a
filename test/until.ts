/** Waiting in tests for what happens in its own time. */
import { setTimeout as sleep } from 'node:timers/promises'

const pollMs = 10

/** Polls until `condition` holds; throws when it does not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  what = String(condition),
): Promise<void> {
  const giveUpAtMs = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > giveUpAtMs) {
      throw new Error(`${what} did not hold within ${timeoutMs} ms`)
    }
    await sleep(pollMs)
  }
}
