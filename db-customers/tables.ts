/**
 * The rows of schema.sql as apply code sees them, by primary key. Keep both in step: the integration
 * test reads and writes every table.
 */
import type { ErrorCode } from '../common/errors.ts'
import type { Money } from '../common/money.ts'
import type { PurchaseState } from '../common/purchase-states.ts'
import { defineTable } from '../platform/postgres/tables.ts'

export type Role = 'seller' | 'buyer'

export type CounterRow = { name: string; value: number }

export const counters = defineTable<CounterRow>()({
  name: 'state.counters',
  key: ['name'],
  columns: { name: 'text', value: 'bigint' },
})

export type AccountRow = {
  role: Role
  id: number
  username: string
  username_key: string
  name: string
  password_hash: string
  items_purchased: number
  created_at_ms: number
}

export const accounts = defineTable<AccountRow>()({
  name: 'state.accounts',
  key: ['role', 'id'],
  columns: {
    role: 'text',
    id: 'bigint',
    username: 'text',
    username_key: 'text',
    name: 'text',
    password_hash: 'text',
    items_purchased: 'bigint',
    created_at_ms: 'bigint',
  },
})

export type UsernameRow = { role: Role; username_key: string; account_id: number }

export const usernames = defineTable<UsernameRow>()({
  name: 'state.usernames',
  key: ['role', 'username_key'],
  columns: { role: 'text', username_key: 'text', account_id: 'bigint' },
})

export type AttemptRow = {
  kind: 'account_created' | 'login_failed_at_address' | 'login_failed_for_username'
  address: string
  /** Empty when the count is not per username, like username_key. */
  role: Role | ''
  username_key: string
  count: number
  window_ends_at_ms: number
}

export const attempts = defineTable<AttemptRow>()({
  name: 'state.attempts',
  key: ['kind', 'address', 'role', 'username_key'],
  columns: {
    kind: 'text',
    address: 'text',
    role: 'text',
    username_key: 'text',
    count: 'bigint',
    window_ends_at_ms: 'bigint',
  },
})

export type SessionRow = {
  token_hash: string
  role: Role
  account_id: number
  idle_timeout_seconds: number
  /** As recorded; what was used since then may be up to `touchAfterMs` later. */
  last_activity_ms: number
  /** Follows from the two above; a column for the sweep's index. */
  expires_at_ms: number
}

export const sessions = defineTable<SessionRow>()({
  name: 'state.sessions',
  key: ['token_hash'],
  columns: {
    token_hash: 'text',
    role: 'text',
    account_id: 'bigint',
    idle_timeout_seconds: 'integer',
    last_activity_ms: 'bigint',
    expires_at_ms: 'bigint',
  },
})

/** `price`: when added, or last accepted; what a purchase may cost at most. */
export type CartLine = {
  readonly itemId: string
  readonly quantity: number
  readonly price: Money
}

export type CartRow = {
  token_hash: string
  /** In the order in which they were added. */
  lines: readonly CartLine[]
  /** The open purchase, if any: until it ends the lines stand still. */
  locked_by: string | null
}

export const carts = defineTable<CartRow>()({
  name: 'state.carts',
  key: ['token_hash'],
  columns: { token_hash: 'text', lines: 'jsonb', locked_by: 'text' },
})

export type SavedCartRow = { buyer_id: number; lines: readonly CartLine[] }

export const savedCarts = defineTable<SavedCartRow>()({
  name: 'state.saved_carts',
  key: ['buyer_id'],
  columns: { buyer_id: 'bigint', lines: 'jsonb' },
})

/** Nulls: not known before `reserved`. */
export type PurchaseLine = {
  readonly itemId: string
  readonly quantity: number
  readonly ceiling: Money
  readonly sellerId: number | null
  readonly price: Money | null
  readonly name: string | null
}

export type PurchaseTransition = { readonly state: PurchaseState; readonly atMs: number }

export type PurchaseRow = {
  id: string
  serial: number
  buyer_id: number
  /** Of the session whose cart it was opened from; that session may be gone. */
  token_hash: string
  state: PurchaseState
  lines: readonly PurchaseLine[]
  /** At the ceilings until `reserved`, then what is paid. */
  total: Money
  card_last4: string
  authorization_id: string | null
  failure_code: ErrorCode | null
  failure_message: string | null
  transitions: readonly PurchaseTransition[]
  /** When it came to its present state. */
  stepped_at_ms: number
  claim: number
  claimed_by: string
  claim_expires_at_ms: number
}

export const purchases = defineTable<PurchaseRow>()({
  name: 'state.purchases',
  key: ['id'],
  columns: {
    id: 'text',
    serial: 'bigint',
    buyer_id: 'bigint',
    token_hash: 'text',
    state: 'text',
    lines: 'jsonb',
    total: 'jsonb',
    card_last4: 'text',
    authorization_id: 'text',
    failure_code: 'text',
    failure_message: 'text',
    transitions: 'jsonb',
    stepped_at_ms: 'bigint',
    claim: 'bigint',
    claimed_by: 'text',
    claim_expires_at_ms: 'bigint',
  },
})
