/**
 * What clients saw of a group, call by call: which writes were acknowledged, when, and what failed on
 * the way there. Pure. It must not know what was done to the group meanwhile.
 */

/** Times are of one monotonic clock, in milliseconds. */
export type AcknowledgedWrite = {
  readonly client: number
  /** The member that the client prefers. */
  readonly home: number
  /** Names the command, and its row. */
  readonly key: string
  /** The first attempt began. */
  readonly invokedMs: number
  readonly acknowledgedMs: number
}

/** An attempt that its client had to repeat. */
export type FailedAttempt = {
  readonly client: number
  readonly member: number
  readonly code: string
  readonly endedMs: number
}

export type Span = { readonly fromMs: number; readonly toMs: number }

export class History {
  readonly #acknowledged: AcknowledgedWrite[] = []
  readonly #failed: FailedAttempt[] = []
  readonly #latestKeys = new Map<number, string>()
  #givenUp = 0

  /** In the order in which the acknowledgements came. */
  get acknowledged(): readonly AcknowledgedWrite[] {
    return this.#acknowledged
  }

  get failed(): readonly FailedAttempt[] {
    return this.#failed
  }

  /** Writes whose clients have lost patience: nobody can say whether they are there. */
  get givenUp(): number {
    return this.#givenUp
  }

  acknowledge(write: AcknowledgedWrite): void {
    this.#acknowledged.push(write)
    this.#latestKeys.set(write.client, write.key)
  }

  fail(attempt: FailedAttempt): void {
    this.#failed.push(attempt)
  }

  giveUp(): void {
    this.#givenUp += 1
  }

  /** The latest acknowledged write of each client: a read that begins now must see all of them. */
  latestKeys(): string[] {
    return [...this.#latestKeys.values()]
  }
}

/**
 * The longest time without an acknowledgement that touches `span`: from the last one before it, if
 * there is one, to the first one behind it. `writes` in the order of their acknowledgements.
 */
export function longestSilence(
  writes: Iterable<Pick<AcknowledgedWrite, 'acknowledgedMs'>>,
  { fromMs, toMs }: Span,
): number {
  let lastMs = fromMs
  let longestMs = 0
  for (const { acknowledgedMs } of writes) {
    if (acknowledgedMs > fromMs) longestMs = Math.max(longestMs, acknowledgedMs - lastMs)
    lastMs = acknowledgedMs
    if (acknowledgedMs > toMs) return longestMs
  }
  return Math.max(longestMs, toMs - Math.max(lastMs, fromMs))
}

/** The same, where silence before and behind `span` was meant: it counts only inside. */
export function silenceWithin(
  writes: readonly Pick<AcknowledgedWrite, 'acknowledgedMs'>[],
  span: Span,
): number {
  const inside = writes.filter(
    ({ acknowledgedMs: atMs }) => atMs >= span.fromMs && atMs <= span.toMs,
  )
  return longestSilence(inside, span)
}

/** Of the calls under way at any time in `span`, how long the longest took in all. */
export function longestCall(
  writes: Iterable<Pick<AcknowledgedWrite, 'invokedMs' | 'acknowledgedMs'>>,
  { fromMs, toMs }: Span,
): number {
  let longestMs = 0
  for (const { invokedMs, acknowledgedMs } of writes) {
    if (acknowledgedMs < fromMs || invokedMs > toMs) continue
    longestMs = Math.max(longestMs, acknowledgedMs - invokedMs)
  }
  return longestMs
}

/** Acknowledgements in `span`, per second. */
export function acknowledgedPerSecond(
  writes: Iterable<Pick<AcknowledgedWrite, 'acknowledgedMs'>>,
  { fromMs, toMs }: Span,
): number {
  let count = 0
  for (const { acknowledgedMs } of writes) {
    if (acknowledgedMs >= fromMs && acknowledgedMs < toMs) count += 1
  }
  return (count * 1_000) / (toMs - fromMs)
}

/** How many attempts failed in `span`, by code: `UNAVAILABLE: 3`. Empty when none did. */
export function failuresByCode(failed: Iterable<FailedAttempt>, { fromMs, toMs }: Span): string {
  return countByCode([...failed].filter(({ endedMs }) => endedMs >= fromMs && endedMs <= toMs))
}

export function countByCode(failed: Iterable<{ readonly code: string }>): string {
  const counts = new Map<string, number>()
  for (const { code } of failed) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => `${code}: ${count}`).join(', ')
}
