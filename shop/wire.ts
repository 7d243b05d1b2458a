/** From the groups' messages to the bodies of answers. Pure. */
import type { Request } from 'express'
import { z } from 'zod'
import { assert } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import type { Money } from '../common/money.ts'
import type { Account__Output } from '../db-customers/api.ts'
import type { Item__Output, SellerRating__Output } from '../db-products/api.ts'
import { invalid } from '../platform/http/route.ts'
import type { AccountBody, ItemBody, PageBody, RatingBody } from './bodies.ts'

export function moneyOf(money: Money | null): Money {
  assert(money !== null, 'a price is always set')
  return { amount: money.amount, currency: money.currency }
}

/** Group time as clients read it. */
export function timeOf(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

export function accountBody({ id, username, name, createdAtMs }: Account__Output): AccountBody {
  return { id, username, name, createdAt: timeOf(createdAtMs) }
}

export function itemBody(item: Item__Output): ItemBody {
  return {
    id: item.id,
    sellerId: item.sellerId,
    name: item.name,
    category: item.category,
    keywords: item.keywords,
    condition: item.condition === 'NEW' ? 'new' : 'used',
    price: moneyOf(item.price),
    quantity: item.quantity,
    feedback: { up: item.up, down: item.down },
    createdAt: timeOf(item.createdAtMs),
  }
}

export function ratingBody({ sellerId, up, down, itemsSold }: SellerRating__Output): RatingBody {
  return { sellerId, up, down, itemsSold }
}

/** A page of a list; `next` is the request's own path and query with the next cursor. */
export function pageBody<Entry>(
  request: Request,
  items: readonly Entry[],
  nextCursor: string,
): PageBody<Entry> {
  if (nextCursor === '') return { items, next: null }
  const url = new URL(request.originalUrl, 'http://server')
  url.searchParams.set('cursor', nextCursor)
  return { items, next: url.pathname + url.search }
}

/** For the document: an answer's own header, and the conditions that requests may set. */
export const etagHeader = {
  ETag: 'Of the version that it is in, for If-Match; sales do not move it',
}
export const ifMatchHeader = z.object({
  'If-Match': z
    .string()
    .meta({ description: 'An ETag: 412 when the item is another version by now.' })
    .optional(),
})

/** A strong ETag: the version counts what its seller edits; sales do not move it. */
export function etagOf({ version }: Item__Output): string {
  return `"${version}"`
}

/**
 * The version that If-Match asks for, 0 for any. A tag that cannot be one of ours matches nothing
 * (VERSION_MISMATCH); of a list, which one is meant cannot be told (INVALID_ARGUMENT).
 */
export function ifMatchVersion(request: Request): number {
  const header = request.get('If-Match')?.trim()
  if (header === undefined || header === '*') return 0
  if (header.includes(',')) throw invalid([{ path: 'If-Match', message: 'must be one ETag' }])
  const version = Number(/^"([1-9]\d{0,14})"$/.exec(header)?.[1])
  if (Number.isNaN(version)) {
    throw new AppError('VERSION_MISMATCH', {
      message: `No version of the item has ETag ${header}.`,
    })
  }
  return version
}
