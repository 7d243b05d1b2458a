/** The moment, in Unix milliseconds, after which a caller no longer waits. */
export type Deadline = { readonly atUnixMs: number }

/** Milliseconds left at `nowUnixMs`, never negative. */
export function remainingMs(deadline: Deadline, nowUnixMs: number): number {
  return Math.max(0, deadline.atUnixMs - nowUnixMs)
}
