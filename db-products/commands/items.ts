/** What sellers do to items and buyers say of them. */
import { z } from 'zod'
import { QUANTITY_MAX } from '../../common/money.ts'
import { integer } from '../../replication/replica/requests.ts'
import type { ChangePrice, ChangeUnits, CreateItem, Vote } from './command.ts'
import * as field from './fields.ts'

const NAME_LENGTH_MAX = 32
const KEYWORD_LENGTH_MAX = 8

export const createItem = (currency: string): z.ZodType<CreateItem> =>
  z
    .object({
      sellerId: field.accountId,
      name: field.text(NAME_LENGTH_MAX),
      category: field.category,
      keywords: field.keywords(KEYWORD_LENGTH_MAX),
      condition: field.condition,
      price: field.price(currency),
      quantity: integer(0, QUANTITY_MAX),
    })
    .transform((fields) => {
      const foldedKeywords = [...new Set(fields.keywords.map(field.foldWord))]
      const searchText = [field.foldWord(fields.name), ...foldedKeywords].join(' ')
      return { type: 'createItem', ...fields, foldedKeywords, searchText }
    })

const edit = { sellerId: field.accountId, ifVersion: field.ifVersion, itemId: field.itemReference }

export const changePrice = (currency: string): z.ZodType<ChangePrice> =>
  z
    .object({ ...edit, price: field.price(currency) })
    .transform(({ itemId, ...fields }) => ({ type: 'changePrice', item: itemId, ...fields }))

export const changeUnits: z.ZodType<ChangeUnits> = z
  .object({
    ...edit,
    change: integer(-QUANTITY_MAX, QUANTITY_MAX).refine((change) => change !== 0, {
      error: 'must not be 0',
    }),
  })
  .transform(({ itemId, ...fields }) => ({ type: 'changeUnits', item: itemId, ...fields }))

/** Whether they may is decided on the ordered state. */
export const vote: z.ZodType<Vote> = z
  .object({ buyerId: field.accountId, itemId: field.itemReference, up: z.boolean() })
  .transform(({ buyerId, itemId, up }) => ({
    type: 'vote',
    buyerId,
    item: itemId,
    vote: up ? 'up' : 'down',
  }))
