/** Latencies and errors of named operations, and their summary. Knows nothing of Agora. */

export type OperationSummary = {
  readonly operation: string
  readonly calls: number
  readonly meanMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly worstMs: number
}

export type RunSummary = {
  /** Successful calls per second, over the measured time. */
  readonly callsPerSecond: number
  readonly calls: number
  /** By operation and code; never averaged in. */
  readonly errors: Readonly<Record<string, number>>
  readonly errorCount: number
  readonly operations: readonly OperationSummary[]
  /** All operations together. */
  readonly all: OperationSummary
  /** The longest time in which nobody got an answer. */
  readonly longestGapMs: number
}

/** What was measured at one place, as plain data: recordings of several places make one summary. */
export type Recording = {
  readonly elapsedMs: number
  readonly latenciesMs: Readonly<Record<string, readonly number[]>>
  readonly errors: Readonly<Record<string, number>>
  readonly longestGapMs: number
}

export class Recorder {
  readonly #latenciesMs = new Map<string, number[]>()
  readonly #errors = new Map<string, number>()
  readonly #nowMs: () => number
  #startedAtMs: number
  #lastAnswerAtMs: number
  #longestGapMs = 0

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
    this.#startedAtMs = nowMs()
    this.#lastAnswerAtMs = this.#startedAtMs
  }

  /** Forgets what was measured so far: the end of the warm-up. */
  restart(): void {
    this.#latenciesMs.clear()
    this.#errors.clear()
    this.#startedAtMs = this.#nowMs()
    this.#lastAnswerAtMs = this.#startedAtMs
    this.#longestGapMs = 0
  }

  /** Runs and times one call. An error is counted under `codeOf(error)` and swallowed: undefined. */
  async measure<T>(
    operation: string,
    call: () => Promise<T>,
    codeOf: (error: unknown) => string,
  ): Promise<T | undefined> {
    const startedAtMs = this.#nowMs()
    try {
      const result = await call()
      this.#answered(operation, startedAtMs)
      return result
    } catch (error) {
      const key = `${operation} ${codeOf(error)}`
      this.#errors.set(key, (this.#errors.get(key) ?? 0) + 1)
      return undefined
    }
  }

  #answered(operation: string, startedAtMs: number): void {
    const nowMs = this.#nowMs()
    this.#longestGapMs = Math.max(this.#longestGapMs, nowMs - this.#lastAnswerAtMs)
    this.#lastAnswerAtMs = nowMs
    const latencies = this.#latenciesMs.get(operation)
    if (latencies === undefined) this.#latenciesMs.set(operation, [nowMs - startedAtMs])
    else latencies.push(nowMs - startedAtMs)
  }

  recording(): Recording {
    return {
      elapsedMs: Math.max(1, this.#nowMs() - this.#startedAtMs),
      latenciesMs: Object.fromEntries(this.#latenciesMs),
      errors: Object.fromEntries(this.#errors),
      longestGapMs: this.#longestGapMs,
    }
  }

  summary(): RunSummary {
    return summariseRecordings([this.recording()])
  }
}

/** As if all had been measured at one place; but the longest gap is that of the place that had it. */
export function summariseRecordings(recordings: readonly Recording[]): RunSummary {
  const latencies = new Map<string, number[]>()
  const errors = new Map<string, number>()
  let callsPerSecond = 0
  for (const one of recordings) {
    const calls = Object.values(one.latenciesMs).reduce((sum, { length }) => sum + length, 0)
    callsPerSecond += (calls * 1_000) / one.elapsedMs
    for (const [operation, values] of Object.entries(one.latenciesMs)) {
      latencies.set(operation, (latencies.get(operation) ?? []).concat(values))
    }
    for (const [what, count] of Object.entries(one.errors)) {
      errors.set(what, (errors.get(what) ?? 0) + count)
    }
  }
  const all = summarise('all', [...latencies.values()].flat())
  return {
    callsPerSecond,
    calls: all.calls,
    errors: Object.fromEntries([...errors.entries()].sort()),
    errorCount: [...errors.values()].reduce((sum, count) => sum + count, 0),
    operations: [...latencies]
      .map(([operation, values]) => summarise(operation, values))
      .sort((a, b) => a.operation.localeCompare(b.operation, 'en')),
    all,
    longestGapMs: Math.max(0, ...recordings.map(({ longestGapMs }) => longestGapMs)),
  }
}

export function summarise(operation: string, latenciesMs: readonly number[]): OperationSummary {
  const sorted = Float64Array.from(latenciesMs).sort()
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
  const sum = sorted.reduce((total, one) => total + one, 0)
  return {
    operation,
    calls: sorted.length,
    meanMs: sorted.length === 0 ? 0 : sum / sorted.length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    worstMs: sorted.at(-1) ?? 0,
  }
}
