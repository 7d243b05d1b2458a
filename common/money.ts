/**
 * Money: an integer of minor units and a currency code. Never a fraction, never a float's error.
 * It must not know which currency a deployment uses.
 */
import { assert } from './assert.ts'

/** `{amount: 1999, currency: 'USD'}` is 19.99 dollars. */
export type Money = { readonly amount: number; readonly currency: string }

/** The largest price, and the largest total that can be paid, in minor units. */
export const AMOUNT_MAX = 1_000_000_000_000
/** The most units of one item, and of one cart line. */
export const QUANTITY_MAX = 1_000_000

/** A price or a payment: 1 … 10^12. */
export function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= AMOUNT_MAX
}

/** Units in a cart line: 1 … 10^6. */
export function isQuantity(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= QUANTITY_MAX
}

/** ISO 4217's spelling: three capital letters. */
export function isCurrency(text: string): boolean {
  return /^[A-Z]{3}$/.test(text)
}

/**
 * Σ price × quantity, in `currency`, or undefined when it passes AMOUNT_MAX (which also keeps it a
 * safe integer). All prices must be in `currency`: mixing them is a bug, checked.
 */
export function totalOf(
  lines: readonly { readonly price: Money; readonly quantity: number }[],
  currency: string,
): Money | undefined {
  let amount = 0
  for (const { price, quantity } of lines) {
    assert(price.currency === currency, `one currency in a total: ${price.currency}, ${currency}`)
    // A product past 2^53 is rounded, but stays far above the limit: the comparison is still right.
    amount += price.amount * quantity
    if (amount > AMOUNT_MAX) return undefined
  }
  return { amount, currency }
}

/** For people: `19.99 USD`, `500 JPY`. An unknown currency is shown with two decimals. */
export function formatMoney(money: Money): string {
  const decimals = decimalsOf(money.currency)
  if (decimals === 0) return `${money.amount} ${money.currency}`
  const sign = money.amount < 0 ? '-' : ''
  const digits = String(Math.abs(money.amount)).padStart(decimals + 1, '0')
  const whole = digits.slice(0, -decimals)
  return `${sign}${whole}.${digits.slice(-decimals)} ${money.currency}`
}

/**
 * What people type: `19.99`, `20`, `0.5` → minor units; undefined when it is not a number of at most
 * the currency's decimals.
 */
export function parseAmount(text: string, currency: string): number | undefined {
  const decimals = decimalsOf(currency)
  const match = /^(\d{1,15})(?:\.(\d+))?$/.exec(text)
  if (match === null) return undefined
  const fraction = match[2] ?? ''
  if (fraction.length > decimals) return undefined
  const amount = Number(match[1] + fraction.padEnd(decimals, '0'))
  return Number.isSafeInteger(amount) ? amount : undefined
}

function decimalsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}
