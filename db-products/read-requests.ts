/** What read requests must look like; see commands/ for those of writes. */
import { z } from 'zod'
import { parseItemId } from '../common/ids.ts'
import { AMOUNT_MAX } from '../common/money.ts'
import { integer, pageLimit } from '../replication/replica/requests.ts'
import * as field from './commands/fields.ts'
import { decodeCursor } from './cursor.ts'

const IDS_MAX = 1000
/** A search may be longer than an item's keywords: it is compared with names, too. */
const SEARCH_KEYWORD_LENGTH_MAX = 32

const safeInteger = z.number().int()
const serialPosition = z.tuple([safeInteger])

/** Where a page of a list goes on that is ordered by serial, newest first. */
function serialBefore(cursor: string, filters: object): number {
  const [serial] = decodeCursor(cursor, filters, serialPosition) ?? []
  return serial ?? Number.MAX_SAFE_INTEGER
}

/**
 * Ids that no item can have are left out, like those that no item has. sellerId 0: of any seller.
 */
export const getItems = z
  .object({
    ids: z.array(z.string()).max(IDS_MAX, { error: `must be at most ${IDS_MAX}` }),
    sellerId: integer(0, Number.MAX_SAFE_INTEGER),
  })
  .transform(({ ids, sellerId }) => ({
    items: ids.map(parseItemId).filter((id) => id !== undefined),
    sellerId,
  }))
export type GetItems = z.output<typeof getItems>

export const listSellerItems = z
  .object({
    sellerId: field.accountId,
    availability: z.enum(['ALL', 'ON_SALE', 'SOLD_OUT'], {
      error: 'must be ALL, ON_SALE or SOLD_OUT',
    }),
    cursor: z.string(),
    limit: pageLimit,
  })
  .transform(({ cursor, limit, ...filters }) => {
    return { filters, before: serialBefore(cursor, filters), limit }
  })
export type ListSellerItems = z.output<typeof listSellerItems>

export const listSales = z
  .object({ sellerId: field.accountId, cursor: z.string(), limit: pageLimit })
  .transform(({ cursor, limit, sellerId }) => {
    const filters = { salesOf: sellerId }
    return { filters, before: serialBefore(cursor, filters), limit }
  })
export type ListSales = z.output<typeof listSales>

export const getSellerRating = z.object({ sellerId: field.accountId })

const priceLimit = integer(0, AMOUNT_MAX).optional()

/** By keywords: matches, similarity, up − down, serial. Without: the serial. */
const rankPosition = z.tuple([safeInteger, safeInteger, safeInteger, safeInteger])

export const search = z
  .object({
    category: field.category.optional(),
    keywords: field.keywords(SEARCH_KEYWORD_LENGTH_MAX),
    condition: z.union([
      field.condition,
      z.literal('CONDITION_UNSPECIFIED').transform(() => undefined),
    ]),
    minPrice: priceLimit,
    maxPrice: priceLimit,
    cursor: z.string(),
    limit: pageLimit,
  })
  .refine(({ minPrice, maxPrice }) => (minPrice ?? 0) <= (maxPrice ?? AMOUNT_MAX), {
    path: ['minPrice'],
    error: 'must not be above maxPrice',
  })
  .transform(({ category, keywords, condition, minPrice, maxPrice, cursor, limit }) => {
    // Sorted and without repetitions: the same search whichever way it is put.
    const words = [...new Set(keywords.map(field.foldWord))].sort()
    const filters = { category, condition, minPrice, maxPrice, words }
    const position = words.length > 0 ? rankPosition : serialPosition
    return { filters, after: decodeCursor<number[]>(cursor, filters, position), limit }
  })
export type Search = z.output<typeof search>
