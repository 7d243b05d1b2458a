/**
 * What can be asked of the customers' state, after a barrier (see replication/replica/reads.ts): rows
 * that are in memory, else plain SQL on a read connection. Statements are named, so that each
 * connection plans them once.
 */
import type { Pool } from 'pg'
import { cutPage, type ReadSource, selectRows } from '../platform/postgres/rows.ts'
import { type AttemptKey, countIn, creationsAt, failedLoginKeys } from './apply/attempts.ts'
import { sameLines } from './apply/cart-lines.ts'
import {
  type AccountView,
  type CartOutcome,
  type SessionOutcome,
  viewOf,
} from './apply/outcomes.ts'
import type { RecordedActivity } from './apply/sessions.ts'
import {
  type AccountRow,
  type AttemptRow,
  accounts,
  type CartRow,
  carts,
  type PurchaseRow,
  purchases,
  type Role,
  type SavedCartRow,
  type SessionRow,
  savedCarts,
  sessions,
} from './tables.ts'

export async function findAccount(
  pool: Pool,
  { role, id }: { readonly role: Role; readonly id: number },
): Promise<AccountView | undefined> {
  const text = 'SELECT * FROM state.accounts WHERE role = $1 AND id = $2'
  const [account] = await selectRows<AccountRow>(pool, 'account', text, [role, id])
  return account && viewOf(account)
}

export type CredentialsRequest = {
  readonly role: Role
  readonly usernameKey: string
  readonly address: string
  /** Failed logins in a window; 0 = no limit. */
  readonly limit: number
}

export type CredentialsFound = {
  readonly account: AccountRow | undefined
  readonly attemptsLeft: number
  /** Above 0: further attempts are refused for so long. */
  readonly retryAfterMs: number
}

export async function findCredentials(
  pool: Pool,
  request: CredentialsRequest,
  groupTimeMs: number,
): Promise<CredentialsFound> {
  const text = `
    SELECT accounts.* FROM state.usernames
    JOIN state.accounts ON accounts.role = usernames.role AND accounts.id = usernames.account_id
    WHERE usernames.role = $1 AND usernames.username_key = $2`
  const [account] = await selectRows<AccountRow>(pool, 'credentials', text, [
    request.role,
    request.usernameKey,
  ])
  const keys = request.limit === 0 ? [] : failedLoginKeys(request)
  const counted = keys.length === 0 ? [] : await findAttempts(pool, keys)
  return { account, ...judge(counted, request.limit, groupTimeMs) }
}

export type CreationLimitFound = Pick<CredentialsFound, 'attemptsLeft' | 'retryAfterMs'> & {
  /** The request has an outcome, and it is not that the limit was reached. */
  readonly answered: boolean
}

export async function findCreationLimit(
  pool: Pool,
  request: { readonly address: string; readonly limit: number; readonly requestId: string },
  groupTimeMs: number,
): Promise<CreationLimitFound> {
  const { address, limit, requestId } = request
  const counted =
    limit === 0 || address === '' ? [] : await findAttempts(pool, [creationsAt(address)])
  const judged = judge(counted, limit, groupTimeMs)
  if (judged.retryAfterMs === 0) return { ...judged, answered: false }
  const text = `
    SELECT FROM state.results
    WHERE request_id = $1 AND outcome->>'code' IS DISTINCT FROM 'RATE_LIMITED'`
  const answers = await selectRows(pool, 'answered', text, [requestId])
  return { ...judged, answered: answers.length > 0 }
}

function findAttempts(pool: Pool, keys: readonly AttemptKey[]): Promise<AttemptRow[]> {
  const text = `
    SELECT * FROM state.attempts WHERE (kind, address, role, username_key) IN
      (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]))`
  const columns = (['kind', 'address', 'role', 'username_key'] as const).map((column) =>
    keys.map((key) => key[column]),
  )
  return selectRows<AttemptRow>(pool, 'attempts', text, columns)
}

function judge(
  counted: readonly AttemptRow[],
  limit: number,
  groupTimeMs: number,
): Pick<CredentialsFound, 'attemptsLeft' | 'retryAfterMs'> {
  let attemptsLeft = limit
  let retryAfterMs = 0
  for (const row of counted) {
    const left = Math.max(0, limit - countIn(row, groupTimeMs))
    attemptsLeft = Math.min(attemptsLeft, left)
    if (left === 0) retryAfterMs = Math.max(retryAfterMs, row.window_ends_at_ms - groupTimeMs)
  }
  return { attemptsLeft, retryAfterMs }
}

/** Undefined also for a session of the other role. Whether it has expired, a touch decides. */
export async function findSession(
  { pool, rows }: ReadSource,
  { role, tokenHash }: { readonly role: Role; readonly tokenHash: string },
): Promise<SessionOutcome | undefined> {
  const session = rows.find(sessions, { token_hash: tokenHash })
  if (session !== undefined && session.row?.role !== role) return undefined
  const account = session?.row && rows.find(accounts, { role, id: session.row.account_id })
  if (session?.row && account?.row) return { session: session.row, account: viewOf(account.row) }
  const text = `
    SELECT to_jsonb(sessions) AS session, to_jsonb(accounts) AS account FROM state.sessions
    JOIN state.accounts ON accounts.role = sessions.role AND accounts.id = sessions.account_id
    WHERE sessions.token_hash = $1 AND sessions.role = $2`
  type Found = { session: SessionRow; account: AccountRow }
  const [found] = await selectRows<Found>(pool, 'session', text, [tokenHash, role])
  return found && { session: found.session, account: viewOf(found.account) }
}

export type CartFound = CartOutcome & { readonly session: RecordedActivity }

/** Undefined when there is no such buyer's session. Whether it has expired, a touch decides. */
export async function findCart(
  { pool, rows }: ReadSource,
  tokenHash: string,
): Promise<CartFound | undefined> {
  const session = rows.find(sessions, { token_hash: tokenHash })?.row
  const cart = rows.find(carts, { token_hash: tokenHash })
  if (session && cart !== undefined) {
    if (session.role !== 'buyer') return undefined
    const saved = rows.find(savedCarts, { buyer_id: session.account_id })
    if (saved !== undefined) return { ...cartOutcome(cart.row, saved.row), session }
  }
  const text = `
    SELECT carts.lines, carts.locked_by, saved_carts.lines AS saved,
      sessions.last_activity_ms, sessions.idle_timeout_seconds
    FROM state.sessions
    LEFT JOIN state.carts ON carts.token_hash = sessions.token_hash
    LEFT JOIN state.saved_carts ON saved_carts.buyer_id = sessions.account_id
    WHERE sessions.token_hash = $1 AND sessions.role = 'buyer'`
  type Found = RecordedActivity & {
    lines: CartRow['lines'] | null
    locked_by: string | null
    saved: SavedCartRow['lines'] | null
  }
  const [found] = await selectRows<Found>(pool, 'cart', text, [tokenHash])
  if (!found) return undefined
  const { lines, locked_by, saved } = found
  const cartRow = { lines: lines ?? [], locked_by }
  return { ...cartOutcome(cartRow, { lines: saved ?? [] }), session: found }
}

function cartOutcome(
  cart: Pick<CartRow, 'lines' | 'locked_by'> | undefined,
  saved: Pick<SavedCartRow, 'lines'> | undefined,
): CartOutcome {
  const lines = cart?.lines ?? []
  return { lines, saved: sameLines(lines, saved?.lines ?? []), lockedBy: cart?.locked_by ?? null }
}

export async function findPurchase(
  { pool, rows }: ReadSource,
  id: string,
): Promise<PurchaseRow | undefined> {
  const known = rows.find(purchases, { id })
  if (known !== undefined) return known.row
  const text = 'SELECT * FROM state.purchases WHERE id = $1'
  const [purchase] = await selectRows<PurchaseRow>(pool, 'purchase', text, [id])
  return purchase
}

export type PurchasePage = {
  readonly purchases: readonly PurchaseRow[]
  /** Empty: that was all. */
  readonly nextCursor: string
}

/** Newest first. `before` is the serial of the last one seen. */
export async function listPurchases(
  pool: Pool,
  request: { readonly buyerId: number; readonly before: number; readonly limit: number },
): Promise<PurchasePage> {
  const text = `
    SELECT * FROM state.purchases WHERE buyer_id = $1 AND serial < $2
    ORDER BY serial DESC LIMIT $3`
  const { buyerId, before, limit } = request
  const found = await selectRows<PurchaseRow>(pool, 'purchases', text, [buyerId, before, limit + 1])
  const { page, last } = cutPage(found, limit)
  return { purchases: page, nextCursor: last ? String(last.serial) : '' }
}

/** Open, without a step for `idleMs`, and not under a valid claim; the longest idle first. */
export async function listStandingPurchases(
  pool: Pool,
  request: { readonly idleMs: number; readonly limit: number },
  groupTimeMs: number,
): Promise<PurchasePage> {
  const text = `
    SELECT * FROM state.purchases
    WHERE state NOT IN ('completed', 'failed')
      AND stepped_at_ms < $1 AND claim_expires_at_ms <= $2
    ORDER BY stepped_at_ms, serial LIMIT $3`
  const values = [groupTimeMs - request.idleMs, groupTimeMs, request.limit]
  const standing = await selectRows<PurchaseRow>(pool, 'standing', text, values)
  return { purchases: standing, nextCursor: '' }
}
