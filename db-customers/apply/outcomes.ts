/**
 * What the commands come to when they succeed. Stored with their request ids and sent to callers: so
 * JSON, and no password hashes.
 */
import type { AccountRow, CartLine, PurchaseRow, SessionRow } from '../tables.ts'

export type AccountView = Omit<AccountRow, 'password_hash'>

export function viewOf(account: AccountRow): AccountView {
  const { password_hash: _, ...view } = account
  return view
}

export type AccountOutcome = AccountView

export type SessionOutcome = { readonly session: SessionRow; readonly account: AccountView }

/**
 * Finding out that a session has expired removes it. That is a change, and refusals change nothing;
 * so `expired` is a success here, and what the caller is told (SESSION_EXPIRED) is the service's.
 */
export type TouchOutcome = SessionOutcome | { readonly expired: true }

export type CartOutcome = {
  readonly lines: readonly CartLine[]
  /** Equal to the buyer's saved copy; nothing equals nothing saved. */
  readonly saved: boolean
  readonly lockedBy: string | null
}

export type PurchaseOutcome = PurchaseRow

/** For commands whose success says all. */
export type Done = Readonly<Record<string, never>>
