/**
 * Sessions: from login to logout, or until they have been idle for their timeout on group time. A
 * buyer's session has a cart, which goes with it.
 */
import { assert } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { CreateSession, EndSession, TouchSession } from '../commands/sessions.ts'
import { sessionExpiresAtMs, touchAfterMs } from '../limits.ts'
import {
  type AccountRow,
  accounts,
  carts,
  type Role,
  type SessionRow,
  sessions,
} from '../tables.ts'
import { savedLines } from './cart-lines.ts'
import { type Done, type SessionOutcome, type TouchOutcome, viewOf } from './outcomes.ts'

/** ACCOUNT_NOT_FOUND. A buyer's cart starts from the saved copy. */
export async function createSession(
  body: CreateSession,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<SessionOutcome>> {
  const { role, accountId, tokenHash, idleTimeoutSeconds } = body
  const account = await tables.get(accounts, { role, id: accountId })
  if (!account) {
    return refuse('ACCOUNT_NOT_FOUND', { message: `There is no ${role} ${accountId}` })
  }
  if (await tables.get(sessions, { token_hash: tokenHash })) {
    return refuse('INVALID_ARGUMENT', { message: 'This token is in use; draw another one' })
  }
  const session: SessionRow = {
    token_hash: tokenHash,
    role,
    account_id: accountId,
    idle_timeout_seconds: idleTimeoutSeconds,
    last_activity_ms: groupTimeMs,
    expires_at_ms: sessionExpiresAtMs(groupTimeMs, idleTimeoutSeconds),
  }
  tables.put(sessions, session)
  if (role === 'buyer') {
    const lines = await savedLines(accountId, tables)
    if (lines.length > 0) tables.put(carts, { token_hash: tokenHash, lines, locked_by: null })
  }
  return succeed({ session, account: viewOf(account) })
}

/** UNAUTHENTICATED. Records the activity, or finds that the session has expired and removes it. */
export async function touchSession(
  body: TouchSession,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<TouchOutcome>> {
  const session = await findSession(body, tables)
  if (!session) return refuse('UNAUTHENTICATED')
  if (isExpired(session, groupTimeMs)) {
    removeSession(session, tables)
    return succeed({ expired: true })
  }
  const touched = recordActivity(session, tables, groupTimeMs)
  return succeed({ session: touched, account: viewOf(await accountOf(session, tables)) })
}

/** UNAUTHENTICATED. An open purchase of the session's cart goes on without it. */
export async function endSession(body: EndSession, tables: TableSession): Promise<Outcome<Done>> {
  const session = await findSession(body, tables)
  if (!session) return refuse('UNAUTHENTICATED')
  removeSession(session, tables)
  return succeed({})
}

/**
 * The session that a command may act for. UNAUTHENTICATED, SESSION_EXPIRED (an expired one is left
 * for the sweep: a refusal changes nothing).
 */
export async function liveSession(
  key: { readonly role: Role; readonly tokenHash: string },
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<SessionRow>> {
  const session = await findSession(key, tables)
  if (!session) return refuse('UNAUTHENTICATED')
  return isExpired(session, groupTimeMs) ? refuse('SESSION_EXPIRED') : succeed(session)
}

/** Every successful command of a session counts; the row changes only when it says too old a time. */
export function recordActivity(
  session: SessionRow,
  tables: TableSession,
  groupTimeMs: number,
): SessionRow {
  if (!needsTouch(session, groupTimeMs)) return session
  const touched: SessionRow = {
    ...session,
    last_activity_ms: groupTimeMs,
    expires_at_ms: sessionExpiresAtMs(groupTimeMs, session.idle_timeout_seconds),
  }
  tables.put(sessions, touched)
  return touched
}

export type RecordedActivity = Pick<SessionRow, 'last_activity_ms' | 'idle_timeout_seconds'>

export function needsTouch(session: RecordedActivity, groupTimeMs: number): boolean {
  return groupTimeMs - session.last_activity_ms > touchAfterMs(session.idle_timeout_seconds)
}

function isExpired(session: SessionRow, groupTimeMs: number): boolean {
  return groupTimeMs > session.expires_at_ms
}

/** A token of the other role is no token. */
async function findSession(
  { role, tokenHash }: { readonly role: Role; readonly tokenHash: string },
  tables: TableSession,
): Promise<SessionRow | undefined> {
  const session = await tables.get(sessions, { token_hash: tokenHash })
  return session?.role === role ? session : undefined
}

function removeSession(session: SessionRow, tables: TableSession): void {
  tables.remove(sessions, { token_hash: session.token_hash })
  if (session.role === 'buyer') tables.remove(carts, { token_hash: session.token_hash })
}

async function accountOf(session: SessionRow, tables: TableSession): Promise<AccountRow> {
  const account = await tables.get(accounts, { role: session.role, id: session.account_id })
  assert(account !== undefined, 'accounts are never removed, so a session has one')
  return account
}
