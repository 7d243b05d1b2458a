/**
 * What ends by itself when group time moves on: sessions that expired a while ago, with their
 * carts, and counts whose window is over. A bounded number at a time, oldest first, so that every
 * replica removes the same rows at the same place in the order.
 */
import type { TableSession } from '../../platform/postgres/tables.ts'
import { EXPIRED_KEPT_MS, SWEEP_ROWS_MAX } from '../limits.ts'
import { type AttemptRow, attempts, carts, type SessionRow, sessions } from '../tables.ts'

type SessionKey = Pick<SessionRow, 'token_hash'>
type AttemptKey = Pick<AttemptRow, 'kind' | 'address' | 'role' | 'username_key'>

const expiredSessionsSql = `
  SELECT token_hash FROM state.sessions
  WHERE expires_at_ms < $1
  ORDER BY expires_at_ms, token_hash
  LIMIT ${SWEEP_ROWS_MAX}`

const endedAttemptsSql = `
  SELECT kind, address, role, username_key FROM state.attempts
  WHERE window_ends_at_ms <= $1
  ORDER BY window_ends_at_ms, kind, address, role, username_key
  LIMIT ${SWEEP_ROWS_MAX}`

/** Mostly there is nothing: so it looks first, and removes what it has found by its key. */
export async function sweep(tables: TableSession, groupTimeMs: number): Promise<void> {
  const expired = await tables.select(expiredSessionsSql, [groupTimeMs - EXPIRED_KEPT_MS])
  const ended = await tables.select(endedAttemptsSql, [groupTimeMs])
  for (const { token_hash } of expired.rows as SessionKey[]) {
    tables.remove(sessions, { token_hash })
    // An open purchase keeps what it needs in its own row: it goes on without its session.
    tables.remove(carts, { token_hash })
  }
  for (const key of ended.rows as AttemptKey[]) tables.remove(attempts, key)
}
