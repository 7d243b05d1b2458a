/**
 * What can be done with a cart's lines, without knowing whose they are. Lines keep the order in
 * which they were added; each item stands in one line.
 */
import { assert } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import { type Money, QUANTITY_MAX, totalOf } from '../../common/money.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import { CART_LINES_MAX } from '../limits.ts'
import { type CartLine, savedCarts } from '../tables.ts'

type Lines = readonly CartLine[]

export async function savedLines(buyerId: number, tables: TableSession): Promise<Lines> {
  return (await tables.get(savedCarts, { buyer_id: buyerId }))?.lines ?? []
}

export function saveLines(buyerId: number, lines: Lines, tables: TableSession): void {
  if (lines.length === 0) tables.remove(savedCarts, { buyer_id: buyerId })
  else tables.put(savedCarts, { buyer_id: buyerId, lines })
}

/**
 * OUT_OF_STOCK when the line would pass `available`, QUANTITY_LIMIT when a line, the number of lines
 * or the total would be too large. More of an item keeps the line's price: that is what the buyer
 * has agreed to pay at most, until acceptPrices.
 */
export function addUnits(lines: Lines, added: CartLine, available: number): Outcome<Lines> {
  const present = lines.find((line) => line.itemId === added.itemId)
  const quantity = (present?.quantity ?? 0) + added.quantity
  if (quantity > available) {
    return refuse('OUT_OF_STOCK', {
      message: `Of item ${added.itemId} ${available} units are left; the cart would hold ${quantity}`,
      details: { itemId: added.itemId, available, inCart: present?.quantity ?? 0 },
    })
  }
  if (quantity > QUANTITY_MAX) {
    return refuse('QUANTITY_LIMIT', {
      message: `A cart holds at most ${QUANTITY_MAX} units of an item`,
    })
  }
  if (!present && lines.length >= CART_LINES_MAX) {
    return refuse('QUANTITY_LIMIT', {
      message: `A cart holds at most ${CART_LINES_MAX} different items`,
    })
  }
  if (!present) return payable([...lines, added])
  return payable(lines.map((line) => (line === present ? { ...line, quantity } : line)))
}

/** `quantity` 0 takes the whole line. NOT_IN_CART when there are not so many. */
export function removeUnits(
  lines: Lines,
  { itemId, quantity }: { readonly itemId: string; readonly quantity: number },
): Outcome<Lines> {
  const present = lines.find((line) => line.itemId === itemId)?.quantity ?? 0
  if (present === 0 || quantity > present) {
    return refuse('NOT_IN_CART', {
      message: `The cart holds ${present} units of item ${itemId}`,
      details: { itemId, inCart: present },
    })
  }
  return succeed(takeUnits(lines, [{ itemId, quantity: quantity === 0 ? present : quantity }]))
}

/** What is left of `lines` without `taken`; of what is not there nothing is taken. */
export function takeUnits(
  lines: Lines,
  taken: readonly { readonly itemId: string; readonly quantity: number }[],
): Lines {
  const takenOf = new Map(taken.map(({ itemId, quantity }) => [itemId, quantity]))
  return lines
    .map((line) => ({ ...line, quantity: line.quantity - (takenOf.get(line.itemId) ?? 0) }))
    .filter(({ quantity }) => quantity > 0)
}

/** The lines at present prices; those without one stay. QUANTITY_LIMIT as in addUnits. */
export function acceptPrices(
  lines: Lines,
  prices: readonly { readonly itemId: string; readonly price: Money }[],
): Outcome<Lines> {
  const priceOf = new Map(prices.map(({ itemId, price }) => [itemId, price]))
  return payable(lines.map((line) => ({ ...line, price: priceOf.get(line.itemId) ?? line.price })))
}

/** Σ price × quantity. Lines that went through addUnits and acceptPrices have one. */
export function totalOfLines(lines: Lines): Money {
  const currency = lines[0]?.price.currency
  assert(currency !== undefined, 'only a cart that holds something has a total')
  const total = totalOf(lines, currency)
  assert(total !== undefined, 'the total was checked when the lines changed')
  return total
}

export function sameLines(some: Lines, others: Lines): boolean {
  return (
    some.length === others.length &&
    some.every((line, index) => {
      const other = others[index]
      return (
        line.itemId === other?.itemId &&
        line.quantity === other.quantity &&
        line.price.amount === other.price.amount &&
        line.price.currency === other.price.currency
      )
    })
  )
}

/** Lines that can be paid for together. CURRENCY_MISMATCH, QUANTITY_LIMIT. */
function payable(lines: Lines): Outcome<Lines> {
  const currency = lines[0]?.price.currency
  if (currency === undefined) return succeed(lines)
  const other = lines.find(({ price }) => price.currency !== currency)
  if (other) {
    return refuse('CURRENCY_MISMATCH', {
      message: `The cart is in ${currency}; item ${other.itemId} is in ${other.price.currency}`,
    })
  }
  if (totalOf(lines, currency) === undefined) {
    return refuse('QUANTITY_LIMIT', { message: 'The total of the cart would be too large' })
  }
  return succeed(lines)
}
