/** Looking for items, looking at them, sellers' ratings, and votes, as operations of the REST interface. */
import { z } from 'zod'
import { assert } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import type { Api } from '../platform/http/api.ts'
import { idempotencyOf } from '../platform/http/idempotency.ts'
import * as bodies from '../shop/bodies.ts'
import * as field from '../shop/fields.ts'
import { writeContext } from '../shop/groups.ts'
import { alongside } from '../shop/sessions.ts'
import { etagHeader, etagOf, itemBody, pageBody, ratingBody } from '../shop/wire.ts'
import type { BuyerOptions } from './options.ts'

const itemParams = z.strictObject({ id: field.itemId })
const conditions = { new: 'NEW', used: 'USED' } as const

const searchQuery = z
  .strictObject({
    ...field.page,
    category: field.categoryText.optional(),
    keyword: field.keywordTexts,
    condition: field.condition.optional(),
    minPrice: field.amountText.optional(),
    maxPrice: field.amountText.optional(),
  })
  .refine(
    ({ minPrice, maxPrice }) =>
      minPrice === undefined || maxPrice === undefined || minPrice <= maxPrice,
    { path: ['maxPrice'], error: 'must not be below minPrice' },
  )

export function addCatalogOperations(api: Api, options: BuyerOptions): void {
  addSearch(api, options)
  addItem(api, options)
  addFeedback(api, options)
  addSellerRating(api, options)
}

function addSearch(api: Api, { groups, sessions }: BuyerOptions): void {
  api.operation(
    {
      method: 'get',
      path: '/v1/items',
      id: 'searchItems',
      tag: 'Items',
      summary: 'Search the items for sale; without keywords the newest come first',
      session: true,
      query: searchQuery,
      replies: {
        200: {
          description: 'A page of items, the best matches first',
          schema: bodies.page(bodies.item),
        },
      },
    },
    async ({ request, query, deadline }) => {
      const { category, keyword = [], condition, minPrice, maxPrice, cursor = '', limit } = query
      const asked = {
        context: {},
        keywords: keyword,
        cursor,
        limit,
        ...(category === undefined ? {} : { category }),
        ...(condition === undefined ? {} : { condition: conditions[condition] }),
        ...(minPrice === undefined ? {} : { minPrice }),
        ...(maxPrice === undefined ? {} : { maxPrice }),
      }
      const [, found] = await alongside(sessions.check(request, deadline), () =>
        groups.products.search(asked, { deadline }),
      )
      return { body: pageBody(request, found.items.map(itemBody), found.nextCursor) }
    },
  )
}

function addItem(api: Api, { groups, sessions }: BuyerOptions): void {
  api.operation(
    {
      method: 'get',
      path: '/v1/items/{id}',
      id: 'showItem',
      tag: 'Items',
      summary: 'One item, sold out or not',
      session: true,
      params: itemParams,
      replies: {
        200: { description: 'The item', schema: bodies.item, headers: etagHeader },
      },
      problems: ['ITEM_NOT_FOUND'],
    },
    async ({ request, params, deadline }) => {
      const [, { items }] = await alongside(sessions.check(request, deadline), () =>
        groups.products.getItems({ context: {}, ids: [params.id] }, { deadline }),
      )
      const item = items[0]
      if (item === undefined) throw noItem(params.id)
      return { body: itemBody(item), headers: { ETag: etagOf(item) } }
    },
  )
}

function addFeedback(api: Api, { groups, sessions, config }: BuyerOptions): void {
  api.operation(
    {
      method: 'post',
      path: '/v1/items/{id}/feedback',
      id: 'giveFeedback',
      tag: 'Feedback',
      summary: 'A thumb up or down for an item one has bought; one per item',
      session: true,
      idempotent: true,
      params: itemParams,
      body: z.strictObject({
        vote: z.enum(['up', 'down'], { error: 'must be "up" or "down"' }),
      }),
      replies: { 201: { description: 'The item, with the vote counted', schema: bodies.item } },
      problems: ['ITEM_NOT_FOUND', 'NOT_PURCHASED', 'ALREADY_VOTED', 'IDEMPOTENCY_MISMATCH'],
    },
    async ({ request, params, body, deadline }) => {
      const { account } = await sessions.check(request, deadline)
      const scope = { role: 'BUYER', accountScope: account.id, secret: config.clusterSecret }
      const context = writeContext(idempotencyOf(request, scope), 'vote')
      const vote = { context, buyerId: account.id, itemId: params.id, up: body.vote === 'up' }
      const { item, replayed } = await groups.products.vote(vote, { deadline })
      assert(item !== null, 'an item that was voted on is returned')
      return { status: 201, body: itemBody(item), replayed }
    },
  )
}

function addSellerRating(api: Api, { groups, sessions }: BuyerOptions): void {
  api.operation(
    {
      method: 'get',
      path: '/v1/sellers/{id}/rating',
      id: 'showSellerRating',
      tag: 'Feedback',
      summary: 'A seller’s rating and count of items sold',
      session: true,
      params: z.strictObject({ id: field.accountId }),
      replies: {
        200: { description: 'The rating; zeros for who has not sold yet', schema: bodies.rating },
      },
      problems: ['ACCOUNT_NOT_FOUND'],
    },
    async ({ request, params, deadline }) => {
      const seller = { context: {}, role: 'SELLER', id: params.id } as const
      const [, [, rating]] = await alongside(sessions.check(request, deadline), () =>
        Promise.all([
          // Who does not exist has no rating, not even zeros.
          groups.customers.getAccount(seller, { deadline }),
          groups.products.getSellerRating({ context: {}, sellerId: params.id }, { deadline }),
        ]),
      )
      return { body: ratingBody(rating) }
    },
  )
}

export function noItem(id: string): AppError {
  return new AppError('ITEM_NOT_FOUND', { message: `There is no item ${id}.` })
}
