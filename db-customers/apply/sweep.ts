/**
 * What ends by itself when group time moves on: sessions that expired a while ago, with their
 * carts, and counts whose window is over. A bounded number at a time, oldest first, so that every
 * replica removes the same rows at the same place in the order.
 */
import type { TableSession } from '../../platform/postgres/tables.ts'
import { EXPIRED_KEPT_MS, SWEEP_ROWS_MAX } from '../limits.ts'

/** An open purchase keeps what it needs in its own row: it goes on without its session. */
const expireSessionsSql = `
  WITH expired AS (
    SELECT token_hash FROM state.sessions
    WHERE expires_at_ms < $1
    ORDER BY expires_at_ms, token_hash
    LIMIT ${SWEEP_ROWS_MAX}
  ), removed AS (
    DELETE FROM state.sessions USING expired
    WHERE sessions.token_hash = expired.token_hash
  )
  DELETE FROM state.carts USING expired
  WHERE carts.token_hash = expired.token_hash`

const forgetAttemptsSql = `
  DELETE FROM state.attempts
  WHERE (kind, address, role, username_key) IN (
    SELECT kind, address, role, username_key FROM state.attempts
    WHERE window_ends_at_ms <= $1
    ORDER BY window_ends_at_ms, kind, address, role, username_key
    LIMIT ${SWEEP_ROWS_MAX}
  )`

export async function sweep(tables: TableSession, groupTimeMs: number): Promise<void> {
  await tables.execute(expireSessionsSql, [groupTimeMs - EXPIRED_KEPT_MS])
  await tables.execute(forgetAttemptsSql, [groupTimeMs])
}
