/**
 * Tail loss: work of this member does not move on, and nobody else can know, because what was lost
 * was the last there was to say. As TCP's tail loss probe (RFC 8985, section 7) it waits for twice
 * what such work usually takes, so that slow disks do not make it chatter, and doubles with every
 * probe that nothing came of.
 */
export type Progress = {
  /** Where the work began, and where it has ended: numbers that only grow. */
  readonly begun: number
  readonly ended: number
}

export type ProbeTiming = { readonly minMs: number; readonly maxMs: number }

export class Probe {
  readonly #timing: ProbeTiming
  /** What is timed: one piece of work at a time. */
  #timed: { readonly upTo: number; readonly sinceMs: number } | undefined
  #usualMs: number
  #ended = -Infinity
  #probes = 0
  #dueAtMs: number | undefined

  constructor(timing: ProbeTiming) {
    this.#timing = timing
    this.#usualMs = timing.minMs
  }

  /** When it will be due, if nothing moves before; undefined: all work has ended. */
  get dueAtMs(): number | undefined {
    return this.#dueAtMs
  }

  /** True: nothing has moved for too long, say something. */
  isDue({ begun, ended }: Progress, nowMs: number): boolean {
    this.#measure({ begun, ended }, nowMs)
    if (ended >= begun) {
      this.#ended = ended
      this.#probes = 0
      this.#dueAtMs = undefined
      return false
    }
    if (ended > this.#ended || this.#dueAtMs === undefined) {
      this.#ended = ended
      this.#probes = 0
      this.#dueAtMs = nowMs + this.#waitMs()
      return false
    }
    if (nowMs < this.#dueAtMs) return false
    this.#probes += 1
    this.#dueAtMs = nowMs + this.#waitMs()
    return true
  }

  /**
   * What needed a probe had perhaps lost a datagram, which says nothing of how long work takes; but
   * when everything needs one, it is the disks that are slow. So it counts, up to a limit.
   */
  #measure({ begun, ended }: Progress, nowMs: number): void {
    if (this.#timed !== undefined && ended >= this.#timed.upTo) {
      const tookMs = nowMs - this.#timed.sinceMs
      const countedMs = this.#probes === 0 ? tookMs : Math.min(tookMs, this.#usualMs * 1.5 + 1)
      this.#usualMs += (countedMs - this.#usualMs) / 8
      this.#timed = undefined
    }
    if (ended < begun) this.#timed ??= { upTo: begun, sinceMs: nowMs }
  }

  #waitMs(): number {
    const waitMs = Math.max(this.#timing.minMs, this.#usualMs * 2)
    return Math.min(waitMs * 2 ** Math.min(this.#probes, 10), this.#timing.maxMs)
  }
}
