/** The three steps of a purchase that products sees: reserve, then confirm or release. */
import { parsePurchaseId } from '../../common/ids.ts'
import { type Money, QUANTITY_MAX, totalOf } from '../../common/money.ts'
import type { Confirm, Release, Reserve, ReserveLine } from './command.ts'
import { FieldChecks } from './field-checks.ts'
import { itemReference } from './item-reference.ts'

/** More than any cart holds; bounds what one command can touch. */
const PURCHASE_LINES_MAX = 1000

export type ReserveInput = {
  readonly purchaseId: string
  readonly buyerId: number
  readonly lines: readonly {
    readonly itemId: string
    readonly quantity: number
    readonly ceiling: Money | null
  }[]
}

/**
 * Lines come out by serial, so that the same purchase is the same command whoever drives it.
 * Throws AppError INVALID_ARGUMENT, CURRENCY_MISMATCH or ITEM_NOT_FOUND.
 */
export function reserve(input: ReserveInput, currency: string): Reserve {
  const checks = new FieldChecks()
  const purchaseId = checkedPurchaseId(checks, input.purchaseId)
  const buyerId = checks.accountId('buyerId', input.buyerId)
  if (input.lines.length < 1 || input.lines.length > PURCHASE_LINES_MAX) {
    checks.problem('lines', `must be 1 to ${PURCHASE_LINES_MAX}`)
    checks.throwIfBad()
  }
  const priced = input.lines.map((line, index) => ({
    itemId: line.itemId,
    quantity: checks.integer(`lines.${index}.quantity`, line.quantity, {
      min: 1,
      max: QUANTITY_MAX,
    }),
    ceiling: checks.price(`lines.${index}.ceiling`, line.ceiling, currency),
  }))
  if (new Set(priced.map((line) => line.itemId)).size < priced.length) {
    checks.problem('lines', 'must name each item once')
  }
  checks.throwIfBad()

  // Nobody pays more than the ceilings: a total that fits here fits everywhere after.
  const costs = priced.map(({ ceiling, quantity }) => ({
    price: { amount: ceiling, currency },
    quantity,
  }))
  if (totalOf(costs, currency) === undefined) checks.problem('lines', 'cost too much together')
  checks.throwIfBad()

  const lines = priced.map(({ itemId, quantity, ceiling }) => ({
    item: itemReference(itemId),
    quantity,
    ceiling,
  }))
  return { type: 'reserve', purchaseId, buyerId, lines: lines.sort(bySerial) }
}

function bySerial(a: ReserveLine, b: ReserveLine): number {
  return a.item.serial - b.item.serial
}

/** Throws AppError INVALID_ARGUMENT. */
export function confirm(input: { readonly purchaseId: string }): Confirm {
  return { type: 'confirm', purchaseId: settledPurchaseId(input.purchaseId) }
}

/** Throws AppError INVALID_ARGUMENT. */
export function release(input: { readonly purchaseId: string }): Release {
  return { type: 'release', purchaseId: settledPurchaseId(input.purchaseId) }
}

function settledPurchaseId(text: string): string {
  const checks = new FieldChecks()
  const purchaseId = checkedPurchaseId(checks, text)
  checks.throwIfBad()
  return purchaseId
}

function checkedPurchaseId(checks: FieldChecks, text: string): string {
  if (parsePurchaseId(text) === undefined) {
    checks.problem('purchaseId', 'must be 1 to 64 letters, digits, - and _')
  }
  return text
}
