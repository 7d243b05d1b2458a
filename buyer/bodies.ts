/** What only the buyer server takes and answers. Types only. */
import type { ErrorCode } from '../common/errors.ts'
import type { Money } from '../common/money.ts'
import type { PurchaseState } from '../common/purchase-states.ts'
import type { AccountBody } from '../shop/bodies.ts'

export type BuyerBody = AccountBody & { readonly itemsPurchased: number }

export type CartProblemCode = 'SOLD_OUT' | 'TOO_FEW' | 'PRICE_ROSE' | 'PRICE_FELL'

export type CartLineBody = {
  readonly itemId: string
  readonly name: string
  readonly quantity: number
  /** Per unit, when added or last accepted: at most this is paid. */
  readonly price: Money
  /** Units for sale just now. */
  readonly available: number
  readonly currentPrice: Money
}

export type CartBody = {
  readonly lines: readonly CartLineBody[]
  readonly total: Money
  /** Equal to the buyer's saved copy. */
  readonly saved: boolean
  readonly problems: readonly {
    readonly itemId: string
    readonly code: CartProblemCode
    readonly message: string
  }[]
  /** The purchase under way, which locks the cart. */
  readonly purchaseId: string | null
}

export type CardRequest = {
  readonly name: string
  readonly number: string
  /** MM/YY */
  readonly expiration: string
  readonly securityCode: string
}

export type PurchaseBody = {
  readonly id: string
  readonly state: PurchaseState
  readonly lines: readonly {
    readonly itemId: string
    readonly quantity: number
    /** The price seen in the cart, until units are reserved; then what is paid. Per unit. */
    readonly price: Money
    /** From `reserved` on. */
    readonly sellerId: number | null
    readonly name: string | null
  }[]
  readonly total: Money
  readonly card: { readonly last4: string }
  readonly authorizationId: string | null
  readonly failure: { readonly code: ErrorCode; readonly message: string } | null
  readonly transitions: readonly { readonly state: PurchaseState; readonly at: string }[]
}

export type SearchQuery = {
  readonly category?: number | undefined
  readonly keywords?: readonly string[] | undefined
  readonly condition?: 'new' | 'used' | undefined
  readonly minPrice?: number | undefined
  readonly maxPrice?: number | undefined
  readonly limit?: number | undefined
}
