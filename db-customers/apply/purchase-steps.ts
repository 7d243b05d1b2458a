/**
 * What each step of a purchase writes down besides its state. It must not know which steps are legal
 * (common/purchase-states.ts) or who may take them (purchases.ts).
 */
import { assert, unreachable } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import { type Money, totalOf } from '../../common/money.ts'
import type { AdvancePurchase } from '../commands/purchases.ts'
import type { PurchaseLine, PurchaseRow } from '../tables.ts'

type Recorded = Partial<
  Pick<PurchaseRow, 'lines' | 'total' | 'authorization_id' | 'failure_code' | 'failure_message'>
>

/** INVALID_ARGUMENT, PRICE_CHANGED: the step does not fit the purchase. */
export function recordedBy(step: AdvancePurchase, purchase: PurchaseRow): Outcome<Recorded> {
  switch (step.to) {
    case 'reserved':
      return reservedAt(step.lines, purchase)
    case 'paid':
      return succeed({ authorization_id: step.authorizationId })
    case 'completed':
      return succeed({})
    case 'releasing':
    case 'failed':
      return failedBecause(step, purchase)
    default:
      return unreachable(step.to)
  }
}

/** Exactly the purchase's items, each at its ceiling or below: what will be charged is agreed to. */
function reservedAt(reserved: AdvancePurchase['lines'], purchase: PurchaseRow): Outcome<Recorded> {
  const reservedOf = new Map(reserved.map((line) => [line.itemId as string, line]))
  if (reserved.length !== purchase.lines.length || reservedOf.size !== purchase.lines.length) {
    return refuse('INVALID_ARGUMENT', { message: 'Not the lines of this purchase' })
  }
  const lines: (PurchaseLine & { readonly price: Money })[] = []
  for (const line of purchase.lines) {
    const match = reservedOf.get(line.itemId)
    if (!match || match.price.currency !== line.ceiling.currency) {
      return refuse('INVALID_ARGUMENT', { message: `Item ${line.itemId} is not reserved so` })
    }
    if (match.price.amount > line.ceiling.amount) {
      return refuse('PRICE_CHANGED', {
        message: `The price of item ${line.itemId} is above what was seen in the cart`,
        details: { itemId: line.itemId, price: match.price, ceiling: line.ceiling },
      })
    }
    lines.push({ ...line, sellerId: match.sellerId, price: match.price, name: match.name })
  }
  const total = totalOf(lines, purchase.total.currency)
  assert(total !== undefined, 'prices at or below the ceilings make a total at or below theirs')
  return succeed({ lines, total })
}

/** The first reason stays: what led to releasing is why it fails. */
function failedBecause(step: AdvancePurchase, purchase: PurchaseRow): Outcome<Recorded> {
  if (purchase.failure_code !== null) return succeed({})
  if (step.failureCode === '') {
    return refuse('INVALID_ARGUMENT', { message: `A purchase that is ${step.to} says why` })
  }
  const message = step.failureMessage === '' ? null : step.failureMessage
  return succeed({ failure_code: step.failureCode, failure_message: message })
}
