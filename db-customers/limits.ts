/** Bounds of the customers' state, and the two spans that sessions turn on. */

/** Different items in a cart. */
export const CART_LINES_MAX = 100

/** Rows that one move of group time may remove, of each kind. The rest waits for the next. */
export const SWEEP_ROWS_MAX = 200

/** How long an expired session is kept, so that who comes back soon hears that it has ended. */
export const EXPIRED_KEPT_MS = 30_000

const touchAfterMaxMs = 20_000

/** Group time stands still between the members' stamps, which come every 5 s. */
const groupTimeStepMs = 5_000

/**
 * How old recorded activity may grow before using the session is an ordered write. 20 s; a tenth of
 * the timeout where that is shorter, so that a short timeout is not drowned in it.
 */
export function touchAfterMs(idleTimeoutSeconds: number): number {
  return Math.min(touchAfterMaxMs, idleTimeoutSeconds * 100)
}

/**
 * When a session last recorded as active at `lastActivityMs` has certainly been idle for its timeout:
 * use within `touchAfterMs` of it left no trace, and group time did not see when within a step that use
 * was. So nobody is sent away early; another step until it is seen, and the latest is 30 s late.
 */
export function sessionExpiresAtMs(lastActivityMs: number, idleTimeoutSeconds: number): number {
  const unseenMs = touchAfterMs(idleTimeoutSeconds) + groupTimeStepMs
  return lastActivityMs + idleTimeoutSeconds * 1000 + unseenMs
}
