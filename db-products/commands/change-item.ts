/** What a seller edits of an item: its price and its units. */
import { type Money, QUANTITY_MAX } from '../../common/money.ts'
import type { ChangePrice, ChangeUnits } from './command.ts'
import { FieldChecks } from './field-checks.ts'
import { itemReference } from './item-reference.ts'

type EditInput = {
  readonly sellerId: number
  readonly itemId: string
  /** 0: any version. */
  readonly ifVersion: number
}

/** Throws AppError INVALID_ARGUMENT, CURRENCY_MISMATCH or ITEM_NOT_FOUND. */
export function changePrice(
  input: EditInput & { readonly price: Money | null },
  currency: string,
): ChangePrice {
  const checks = new FieldChecks()
  const sellerId = checks.accountId('sellerId', input.sellerId)
  const price = checks.price('price', input.price, currency)
  const version = expectedVersion(checks, input.ifVersion)
  checks.throwIfBad()
  return { type: 'changePrice', sellerId, item: itemReference(input.itemId), price, ...version }
}

/** Throws AppError INVALID_ARGUMENT or ITEM_NOT_FOUND. A change of nothing is refused. */
export function changeUnits(input: EditInput & { readonly change: number }): ChangeUnits {
  const checks = new FieldChecks()
  const sellerId = checks.accountId('sellerId', input.sellerId)
  const range = { min: -QUANTITY_MAX, max: QUANTITY_MAX }
  const change = checks.integer('change', input.change, range)
  if (change === 0) checks.problem('change', 'must not be 0')
  const version = expectedVersion(checks, input.ifVersion)
  checks.throwIfBad()
  return { type: 'changeUnits', sellerId, item: itemReference(input.itemId), change, ...version }
}

function expectedVersion(checks: FieldChecks, ifVersion: number): { ifVersion?: number } {
  if (ifVersion === 0) return {}
  return {
    ifVersion: checks.integer('ifVersion', ifVersion, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  }
}
