/**
 * The state's rows as messages of customers.proto. On the wire enumerations are in capitals, a state
 * that is not known is empty or 0.
 */
import { AppError } from '../common/errors.ts'
import type { PurchaseState } from '../common/purchase-states.ts'
import type { AccountView, CartOutcome, SessionOutcome, TouchOutcome } from './apply/outcomes.ts'
import { needsTouch } from './apply/sessions.ts'
import type {
  Account,
  AccountReply,
  CartReply,
  Credentials,
  Purchase,
  PurchaseList,
  PurchaseReply,
  PurchaseState as PurchaseStateMessage,
  SessionReply,
  WriteReply,
} from './gen/index.ts'
import type { CartFound, CredentialsFound, PurchasePage } from './queries.ts'
import type { PurchaseRow } from './tables.ts'

const purchaseStateMessages = {
  pending: 'PENDING',
  reserved: 'RESERVED',
  paid: 'PAID',
  completed: 'COMPLETED',
  releasing: 'RELEASING',
  failed: 'FAILED',
} as const satisfies Record<PurchaseState, PurchaseStateMessage>

export function accountMessage(account: AccountView): Account {
  return {
    id: account.id,
    role: account.role === 'seller' ? 'SELLER' : 'BUYER',
    username: account.username,
    name: account.name,
    itemsPurchased: account.items_purchased,
    createdAtMs: account.created_at_ms,
  }
}

export function accountReply(account: AccountView, replayed = false): AccountReply {
  return { account: accountMessage(account), replayed }
}

export function credentialsMessage(found: CredentialsFound): Credentials {
  const { account, attemptsLeft, retryAfterMs } = found
  const limits = { attemptsLeft, retryAfterMs }
  if (!account) return { found: false, ...limits }
  const { password_hash: passwordHash } = account
  return { found: true, account: accountMessage(account), passwordHash, ...limits }
}

/** `groupTimeMs` as this replica knows it: what needs a touch is a hint, the touch decides. */
export function sessionReply(
  { session, account }: SessionOutcome,
  groupTimeMs: number,
  replayed = false,
): SessionReply {
  return {
    account: accountMessage(account),
    needsTouch: needsTouch(session, groupTimeMs),
    idleTimeoutSeconds: session.idle_timeout_seconds,
    lastActivityMs: session.last_activity_ms,
    replayed,
  }
}

/** Throws SESSION_EXPIRED where the touch found that out. */
export function touchReply(
  touched: TouchOutcome,
  groupTimeMs: number,
  replayed: boolean,
): SessionReply {
  if (!('expired' in touched)) return sessionReply(touched, groupTimeMs, replayed)
  throw new AppError('SESSION_EXPIRED', { details: replayed ? { replayed } : {} })
}

export function writeReply(_: unknown, replayed: boolean): WriteReply {
  return { replayed }
}

export function cartReply(cart: CartOutcome, replayed = false): CartReply {
  const lines = cart.lines.map(({ itemId, quantity, price }) => ({ itemId, quantity, price }))
  return { lines, saved: cart.saved, lockedByPurchase: cart.lockedBy ?? '', replayed }
}

export function cartFound(found: CartFound, groupTimeMs: number): CartReply {
  return { ...cartReply(found), needsTouch: needsTouch(found.session, groupTimeMs) }
}

export function purchaseReply(purchase: PurchaseRow, replayed = false): PurchaseReply {
  return { purchase: purchaseMessage(purchase), replayed }
}

export function purchaseList({ purchases, nextCursor }: PurchasePage): PurchaseList {
  return { purchases: purchases.map(purchaseMessage), nextCursor }
}

function purchaseMessage(purchase: PurchaseRow): Purchase {
  return {
    id: purchase.id,
    buyerId: purchase.buyer_id,
    state: purchaseStateMessages[purchase.state],
    lines: purchase.lines.map(({ itemId, quantity, ceiling, sellerId, price, name }) => ({
      itemId,
      sellerId: sellerId ?? 0,
      quantity,
      ceiling,
      price,
      name: name ?? '',
    })),
    total: purchase.total,
    cardLast4: purchase.card_last4,
    authorizationId: purchase.authorization_id ?? '',
    failureCode: purchase.failure_code ?? '',
    failureMessage: purchase.failure_message ?? '',
    transitions: purchase.transitions.map(({ state, atMs }) => ({
      state: purchaseStateMessages[state],
      atMs,
    })),
    claim: purchase.claim,
    claimedBy: purchase.claimed_by,
    claimExpiresAtMs: purchase.claim_expires_at_ms,
  }
}
