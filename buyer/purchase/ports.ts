/**
 * What driving a purchase needs from the rest of the world, in the marketplace's own words. The
 * driving code knows these and nothing of gRPC, SOAP or HTTP; tests stand in-memory models here.
 *
 * All calls throw AppError. An indefinite one may be repeated with the same arguments: every step is
 * idempotent (the record's steps by claim and state, the others by purchase id).
 */
import type { Deadline } from '../../common/deadline.ts'
import type { ErrorCode } from '../../common/errors.ts'
import type { Money } from '../../common/money.ts'
import type { PurchaseState } from '../../common/purchase-states.ts'

export type PurchaseLine = {
  readonly itemId: string
  readonly quantity: number
  /** The price seen in the cart: at most this is paid. */
  readonly ceiling: Money
  /** Seller, name and the price to pay are known once the units are reserved. */
  readonly reserved?: ReservedTerms
}

export type ReservedTerms = {
  readonly sellerId: number
  readonly name: string
  readonly price: Money
}

export type PurchaseFailure = { readonly code: ErrorCode; readonly message: string }

/** The record of a purchase, as the customers group keeps it. Times are group time. */
export type Purchase = {
  readonly id: string
  readonly buyerId: number
  readonly state: PurchaseState
  readonly lines: readonly PurchaseLine[]
  /** Known from `reserved` on. */
  readonly total?: Money
  readonly cardLast4: string
  readonly authorizationId?: string
  readonly failure?: PurchaseFailure
  readonly transitions: readonly { readonly state: PurchaseState; readonly atMs: number }[]
  /** Number of the present claim, and who holds it. */
  readonly claim: number
  readonly claimedBy: string
  readonly claimExpiresAtMs: number
}

/** In memory only, and only while the request that brought it is served: never stored or logged. */
export type Card = {
  readonly name: string
  readonly number: string
  readonly expiration: string
  readonly securityCode: string
}

/** What a step records besides the state it leads to. */
export type Step =
  | {
      readonly to: 'reserved'
      readonly lines: readonly (PurchaseLine & { readonly reserved: ReservedTerms })[]
    }
  | { readonly to: 'paid'; readonly authorizationId: string }
  | { readonly to: 'completed' }
  | { readonly to: 'releasing' | 'failed'; readonly failure: PurchaseFailure }

/** The purchases' record (customers). Refuses with STALE_CLAIM, ILLEGAL_TRANSITION. */
export type PurchaseRecords = {
  advance(purchase: Purchase, step: Step, deadline: Deadline): Promise<Purchase>
  /** Takes claim `expected + 1` if the present one is `expected` and has expired on group time. */
  claim(
    request: { readonly purchaseId: string; readonly expected: number; readonly claimedBy: string },
    deadline: Deadline,
  ): Promise<Purchase>
  get(purchaseId: string, deadline: Deadline): Promise<Purchase>
  /** Open purchases without a step for `idleMs` and without a valid claim. */
  listStanding(
    request: { readonly idleMs: number; readonly limit: number },
    deadline: Deadline,
  ): Promise<readonly Purchase[]>
}

export type ReserveRequest = {
  readonly purchaseId: string
  readonly buyerId: number
  readonly lines: readonly {
    readonly itemId: string
    readonly quantity: number
    readonly ceiling: Money
  }[]
}

export type ReservedLine = ReservedTerms & { readonly itemId: string; readonly quantity: number }

/** The stock (products): all lines or none. Releasing what was never reserved leaves a tombstone. */
export type Reservations = {
  reserve(request: ReserveRequest, deadline: Deadline): Promise<readonly ReservedLine[]>
  confirm(purchaseId: string, deadline: Deadline): Promise<void>
  release(purchaseId: string, deadline: Deadline): Promise<void>
}

export type PaymentAnswer =
  | { readonly kind: 'approved'; readonly authorizationId: string }
  | { readonly kind: 'declined'; readonly message: string }
  | { readonly kind: 'voided' }

/** The payment service. `reference` is the purchase's id: a repeat returns the first answer. */
export type Payments = {
  charge(
    request: { readonly reference: string; readonly card: Card; readonly amount: Money },
    deadline: Deadline,
  ): Promise<PaymentAnswer>
  find(reference: string, deadline: Deadline): Promise<PaymentAnswer | { readonly kind: 'unknown' }>
  /** Reverses a charge; of an unknown reference, refuses it for good. */
  void(reference: string, deadline: Deadline): Promise<void>
}

/** Local time, for waiting only. What has expired is decided by the group. */
export type Clock = {
  nowMs(): number
  sleep(durationMs: number): Promise<void>
}

export type PurchaseServices = {
  readonly records: PurchaseRecords
  readonly reservations: Reservations
  readonly payments: Payments
}
