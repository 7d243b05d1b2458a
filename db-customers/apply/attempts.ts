/**
 * Counting attempts in windows of group time: accounts created per address; failed logins per
 * address and per username and address (never per username alone, so that nobody locks an owner
 * out). A window starts with its first attempt. Limits are checked where the attempt is made.
 */
import { type Outcome, succeed } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { RecordFailedLogin } from '../commands/accounts.ts'
import { type AttemptRow, attempts, type Role } from '../tables.ts'
import type { Done } from './outcomes.ts'

export type AttemptKey = Pick<AttemptRow, 'kind' | 'address' | 'role' | 'username_key'>

export function creationsAt(address: string): AttemptKey {
  return { kind: 'account_created', address, role: '', username_key: '' }
}

/** What a failed login counts towards, and what a login is checked against. None without an address. */
export function failedLoginKeys(login: {
  readonly role: Role
  readonly usernameKey: string
  readonly address: string
}): readonly AttemptKey[] {
  const { role, usernameKey, address } = login
  if (address === '') return []
  return [
    { kind: 'login_failed_at_address', address, role: '', username_key: '' },
    { kind: 'login_failed_for_username', address, role, username_key: usernameKey },
  ]
}

/** Attempts in the window that is open at `groupTimeMs`; 0 when there is none. */
export function countIn(row: AttemptRow | undefined, groupTimeMs: number): number {
  return row !== undefined && row.window_ends_at_ms > groupTimeMs ? row.count : 0
}

export async function countAttempt(
  key: AttemptKey,
  windowSeconds: number,
  tables: TableSession,
  groupTimeMs: number,
): Promise<void> {
  const row = await tables.get(attempts, key)
  const count = countIn(row, groupTimeMs) + 1
  const windowEndsAtMs =
    row !== undefined && count > 1 ? row.window_ends_at_ms : groupTimeMs + windowSeconds * 1000
  tables.put(attempts, { ...key, count, window_ends_at_ms: windowEndsAtMs })
}

export async function recordFailedLogin(
  body: RecordFailedLogin,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<Done>> {
  for (const key of failedLoginKeys(body)) {
    await countAttempt(key, body.windowSeconds, tables, groupTimeMs)
  }
  return succeed({})
}
