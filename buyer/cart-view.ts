/** The cart as a buyer sees it: its lines beside what the items are like now. Pure. */
import { assert } from '../common/assert.ts'
import { formatMoney, type Money } from '../common/money.ts'
import type { CartReply__Output } from '../db-customers/api.ts'
import type { Item__Output } from '../db-products/api.ts'
import { moneyOf } from '../shop/wire.ts'
import type { CartBody, CartLineBody, CartProblemCode } from './bodies.ts'

type CartProblem = CartBody['problems'][number]

export function cartBody(
  cart: CartReply__Output,
  items: ReadonlyMap<string, Item__Output>,
  { currency }: { readonly currency: string },
): CartBody {
  const lines = cart.lines.map((line) => lineBody(line, items))
  const amount = lines.reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0)
  const locked = cart.lockedByPurchase
  return {
    lines,
    total: { amount, currency },
    saved: cart.saved,
    problems: lines.flatMap(problemsOf),
    purchaseId: locked === '' ? null : locked,
  }
}

function lineBody(
  { itemId, quantity, price }: CartReply__Output['lines'][number],
  items: ReadonlyMap<string, Item__Output>,
): CartLineBody {
  const item = items.get(itemId)
  assert(item !== undefined, `items are never removed: ${itemId}`)
  return {
    itemId,
    name: item.name,
    quantity,
    price: moneyOf(price),
    available: item.quantity,
    currentPrice: moneyOf(item.price),
  }
}

/** What buying the line would run into, and what the buyer may be glad to know. */
function problemsOf(line: CartLineBody): CartProblem[] {
  const { itemId, name, quantity, available, price, currentPrice } = line
  const problem = (code: CartProblemCode, message: string): CartProblem[] => [
    { itemId, code, message },
  ]
  return [
    ...(available === 0 ? problem('SOLD_OUT', `${name} is sold out.`) : []),
    ...(available > 0 && available < quantity
      ? problem('TOO_FEW', `Of ${name} only ${available} are left.`)
      : []),
    ...(currentPrice.amount > price.amount
      ? problem('PRICE_ROSE', priceMessage(name, 'more', price, currentPrice))
      : []),
    ...(currentPrice.amount < price.amount
      ? problem('PRICE_FELL', priceMessage(name, 'less', price, currentPrice))
      : []),
  ]
}

function priceMessage(name: string, change: 'more' | 'less', seen: Money, now: Money): string {
  return `${name} costs ${change} now: ${formatMoney(now)}, seen at ${formatMoney(seen)}.`
}
