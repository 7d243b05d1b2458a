/** Time that passes when a test says so, and promises that a test settles. */
import type { Deadline } from '../common/deadline.ts'
import type { Clock } from './ports.ts'

export class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ intervalMs: number; nextMs: number; action: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }

  nowUnixMs(): number {
    return 1_000_000 + this.#nowMs
  }

  every(intervalMs: number, action: () => void): { cancel(): void } {
    const timer = { intervalMs, nextMs: this.#nowMs + intervalMs, action }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  get timers(): number {
    return this.#timers.size
  }

  pass(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.nextMs - b.nextMs)[0]
      if (next === undefined || next.nextMs > untilMs) break
      this.#nowMs = next.nextMs
      next.nextMs += next.intervalMs
      next.action()
    }
    this.#nowMs = untilMs
  }

  deadlineIn(durationMs: number): Deadline {
    return { atUnixMs: this.nowUnixMs() + durationMs }
  }
}

/** A promise that a test settles. */
export type Pending<T> = {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: unknown) => void
}

export function pending<T>(): Pending<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (error: unknown) => void = () => undefined
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
