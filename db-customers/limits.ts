/** Bounds of the customers' state, and the two spans that sessions turn on. */

/** Different items in a cart. */
export const CART_LINES_MAX = 100

/** Rows that one move of group time may remove, of each kind. The rest waits for the next. */
export const SWEEP_ROWS_MAX = 200

/** How long an expired session is kept, so that who comes back soon hears that it has ended. */
export const EXPIRED_KEPT_MS = 30_000

const touchAfterMaxMs = 30_000

/**
 * How old recorded activity may grow before using the session is an ordered write. 30 s; a tenth of
 * the timeout where that is shorter, so that a short timeout is not drowned in it.
 */
export function touchAfterMs(idleTimeoutSeconds: number): number {
  return Math.min(touchAfterMaxMs, idleTimeoutSeconds * 100)
}

/**
 * When a session last recorded as active at `lastActivityMs` has certainly been idle for its timeout:
 * use within `touchAfterMs` of it left no trace. So nobody is sent away early, and the latest is
 * that much late.
 */
export function sessionExpiresAtMs(lastActivityMs: number, idleTimeoutSeconds: number): number {
  return lastActivityMs + idleTimeoutSeconds * 1000 + touchAfterMs(idleTimeoutSeconds)
}
