/**
 * The marketplace's names for things, and their spelling. It must not know who assigns them.
 */
import type { Brand } from './brand.ts'

/** A seller or a buyer, within its role: 1, 2, 3, … */
export type AccountId = Brand<number, 'AccountId'>
/** `category-serial`, as in `3-1042`. Assigned by the products group. */
export type ItemId = Brand<string, 'ItemId'>
/** Drawn at random by the server that opens the purchase. Also the payment's reference. */
export type PurchaseId = Brand<string, 'PurchaseId'>

/** Categories are 0 … 99. */
export const CATEGORY_MAX = 99
/** Request ids are 1 … 128 visible ASCII characters. */
export const REQUEST_ID_LENGTH_MAX = 128

export function itemId(category: number, serial: number): ItemId {
  return `${category}-${serial}` as ItemId
}

const itemIdPattern = /^(0|[1-9]\d?)-([1-9]\d{0,14})$/

/** The two numbers an item id is made of, or undefined when `text` is not one (no leading zeros). */
export function parseItemId(
  text: string,
): { readonly id: ItemId; readonly category: number; readonly serial: number } | undefined {
  const match = itemIdPattern.exec(text)
  if (match === null) return undefined
  return { id: text as ItemId, category: Number(match[1]), serial: Number(match[2]) }
}

/** Decimal, 1 … 2^53 − 1, no leading zeros: how an account id stands in a path. */
export function parseAccountId(text: string): AccountId | undefined {
  if (!/^[1-9]\d{0,15}$/.test(text)) return undefined
  const value = Number(text)
  return Number.isSafeInteger(value) ? (value as AccountId) : undefined
}

/** 1 … 64 characters that need no escaping in a URL, a log line or a file name. */
export function parsePurchaseId(text: string): PurchaseId | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(text) ? (text as PurchaseId) : undefined
}

export function isRequestId(text: string): boolean {
  return text.length <= REQUEST_ID_LENGTH_MAX && /^[\x21-\x7e]+$/.test(text)
}
