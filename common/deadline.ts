/**
 * What goes along with every call: until when, and for whom. One value, because both go from call to
 * call and across processes to the same places; docs/decisions/0003 says why nothing is ambient.
 */
export type Deadline = {
  /** The moment, in Unix milliseconds, after which a caller no longer waits. */
  readonly atUnixMs: number
  /**
   * The X-Request-Id of the HTTP request that is worked for: it goes into calls to other processes
   * and into their log lines. None for what a process does of its own accord. Not the id under which
   * a write is ordered. Another deadline for the same work keeps it: `{ ...deadline, atUnixMs }`.
   */
  readonly requestId?: string
}

/** Of work that a request asked for, or that goes under an id as if one had. */
export type RequestDeadline = Deadline & { readonly requestId: string }

/** Milliseconds left at `nowUnixMs`, never negative. */
export function remainingMs(deadline: Deadline, nowUnixMs: number): number {
  return Math.max(0, deadline.atUnixMs - nowUnixMs)
}
