/**
 * What the groups refuse: for each rpc that the REST servers call, the problem codes with which it can
 * answer them, beyond what any request may meet. Held together with the documents by refusals.test.ts.
 */
import type { ErrorCode } from '../../common/errors.ts'

type Refusals = Readonly<Record<string, readonly ErrorCode[]>>

const ofSession = ['UNAUTHENTICATED', 'SESSION_EXPIRED'] as const
/** Commands on a cart check its session and its lock themselves. */
const ofCart = [...ofSession, 'PURCHASE_IN_PROGRESS'] as const

export const customersRefusals: Refusals = {
  createAccount: ['USERNAME_TAKEN', 'RATE_LIMITED', 'IDEMPOTENCY_MISMATCH'],
  getCreationLimit: [],
  getCredentials: [],
  recordFailedLogin: [],
  // Its account has been found a moment before, and none is ever taken away.
  createSession: [],
  checkSession: ofSession,
  touchSession: ofSession,
  endSession: ['UNAUTHENTICATED'],
  getAccount: ['ACCOUNT_NOT_FOUND'],
  getCart: ['UNAUTHENTICATED'],
  addToCart: [
    ...ofCart,
    'OUT_OF_STOCK',
    'QUANTITY_LIMIT',
    'CURRENCY_MISMATCH',
    'IDEMPOTENCY_MISMATCH',
  ],
  removeFromCart: [...ofCart, 'NOT_IN_CART', 'IDEMPOTENCY_MISMATCH'],
  // What follows has no content of which a repeat could have another: K5, and no bodies.
  clearCart: ofCart,
  saveCart: ofCart,
  acceptCartPrices: [...ofCart, 'QUANTITY_LIMIT'],
  openPurchase: [...ofCart, 'CART_EMPTY'],
  getPurchase: ['PURCHASE_NOT_FOUND'],
  listPurchases: [],
}

export const productsRefusals: Refusals = {
  createItem: ['IDEMPOTENCY_MISMATCH'],
  changePrice: ['ITEM_NOT_FOUND', 'VERSION_MISMATCH', 'IDEMPOTENCY_MISMATCH'],
  changeUnits: [
    'ITEM_NOT_FOUND',
    'VERSION_MISMATCH',
    'IDEMPOTENCY_MISMATCH',
    'TOO_FEW_UNITS',
    'QUANTITY_LIMIT',
  ],
  getItems: [],
  search: [],
  listSellerItems: [],
  listSales: [],
  getSellerRating: [],
  vote: ['ITEM_NOT_FOUND', 'NOT_PURCHASED', 'ALREADY_VOTED', 'IDEMPOTENCY_MISMATCH'],
}

/** For which a purchase that was opened fails: the reservation's refusals, and what payment comes to. */
export const purchaseFailures: readonly ErrorCode[] = [
  'OUT_OF_STOCK',
  'PRICE_CHANGED',
  'CURRENCY_MISMATCH',
  'PAYMENT_DECLINED',
  'PURCHASE_ABANDONED',
]

/** Codes of a group that stay between it and those who drive purchases. */
export const amongDrivers: readonly ErrorCode[] = ['STALE_CLAIM', 'ILLEGAL_TRANSITION']

/** Codes that no REST operation answers with, and why. */
export const neverToClients: Readonly<Partial<Record<ErrorCode, string>>> = {
  STALE_CLAIM: 'between drivers of a purchase',
  ILLEGAL_TRANSITION: 'between drivers of a purchase',
  REQUEST_TOO_OLD: 'the client of a group tells it as UNAVAILABLE: a new copy may do better',
  MEMBERSHIP_REFUSED: 'for operators, over gRPC',
  FORBIDDEN: 'of the payment service',
  PAYMENT_UNAVAILABLE: 'a purchase goes on without its client meanwhile: 202',
  INTERNAL: 'a bug',
  ROUTE_NOT_FOUND: 'of no operation',
  METHOD_NOT_ALLOWED: 'of no operation',
}
