/** What only the seller server takes and answers. Types only. */
import type { Money } from '../common/money.ts'
import type { AccountBody } from '../shop/bodies.ts'

export type SellerBody = AccountBody

export type ItemRequest = {
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  readonly condition: 'new' | 'used'
  readonly price: Money
  readonly quantity: number
}

export type SaleBody = {
  readonly purchaseId: string
  readonly itemId: string
  readonly name: string
  readonly quantity: number
  /** Per unit, as paid. */
  readonly price: Money
  /** ISO 8601. */
  readonly soldAt: string
}
