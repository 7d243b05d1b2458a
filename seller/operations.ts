/**
 * What a seller can do, as operations of the REST interface. Rules that depend on stored state are the
 * groups'; here requests are checked, calls are made, and answers put together.
 */
import type { Request } from 'express'
import { z } from 'zod'
import { assert } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import type { Item__Output, ItemReply__Output, Sale__Output } from '../db-products/api.ts'
import type { Config } from '../platform/config.ts'
import type { Api } from '../platform/http/api.ts'
import { type Idempotency, idempotencyOf } from '../platform/http/idempotency.ts'
import type { RouteReply } from '../platform/http/route.ts'
import * as bodies from '../shop/bodies.ts'
import * as field from '../shop/fields.ts'
import { type Groups, writeContext } from '../shop/groups.ts'
import type { Session, Sessions } from '../shop/sessions.ts'
import {
  etagHeader,
  etagOf,
  ifMatchHeader,
  ifMatchVersion,
  itemBody,
  moneyOf,
  pageBody,
  ratingBody,
  timeOf,
} from '../shop/wire.ts'
import { type SaleBody, sale } from './bodies.ts'

export type SellerOptions = {
  readonly groups: Groups
  readonly sessions: Sessions
  readonly config: Pick<Config, 'clusterSecret' | 'currency'>
}

const itemParams = z.strictObject({ id: field.itemId })
const conditions = { new: 'NEW', used: 'USED' } as const
const availabilities = { all: 'ALL', onSale: 'ON_SALE', soldOut: 'SOLD_OUT' } as const

export function addSellerOperations(api: Api, options: SellerOptions): void {
  addOwnItems(api, options)
  addEdits(api, options)
  addLists(api, options)
}

function addOwnItems(api: Api, { groups, sessions, config }: SellerOptions): void {
  const { products } = groups
  const itemRequest = z.strictObject({
    name: field.name,
    category: field.category,
    keywords: field.keywords,
    condition: field.condition,
    price: field.price(config.currency),
    quantity: field.unitsForSale,
  })
  api.operation(
    {
      method: 'post',
      path: '/v1/items',
      id: 'createItem',
      tag: 'Items',
      summary: 'Put an item up for sale; it gets its id',
      session: true,
      idempotent: true,
      body: itemRequest,
      replies: {
        201: {
          description: 'The item, with its id',
          schema: bodies.item,
          headers: { ...etagHeader, Location: 'The path of the item' },
        },
      },
      problems: ['IDEMPOTENCY_MISMATCH'],
    },
    async ({ request, body, deadline }) => {
      const session = await sessions.check(request, deadline)
      const context = writeContext(keyOf(request, session, config), 'create')
      const condition = conditions[body.condition]
      const sellerId = session.account.id
      const reply = await products.createItem(
        { ...body, condition, context, sellerId },
        { deadline },
      )
      const answer = itemReply(reply, 201)
      return { ...answer, headers: { ...answer.headers, Location: locationOf(reply) } }
    },
  )
  api.operation(
    {
      method: 'get',
      path: '/v1/items/{id}',
      id: 'showItem',
      tag: 'Items',
      summary: 'One of one’s own items',
      session: true,
      params: itemParams,
      replies: {
        200: { description: 'The item', schema: bodies.item, headers: etagHeader },
      },
      problems: ['ITEM_NOT_FOUND'],
    },
    async ({ request, params, deadline }) => {
      const { items } = await sessions.checkWhile(request, deadline, (sellerId) =>
        products.getItems({ context: {}, ids: [params.id], sellerId }, { deadline }),
      )
      const item = items[0]
      if (item === undefined) {
        throw new AppError('ITEM_NOT_FOUND', { message: `You have no item ${params.id}.` })
      }
      return { body: itemBody(item), headers: { ETag: etagOf(item) } }
    },
  )
}

function addEdits(api: Api, { groups, sessions, config }: SellerOptions): void {
  const { products } = groups
  const problems = ['ITEM_NOT_FOUND', 'VERSION_MISMATCH', 'IDEMPOTENCY_MISMATCH'] as const
  const replies = {
    200: { description: 'The item as it is now', schema: bodies.item, headers: etagHeader },
  }
  api.operation(
    {
      method: 'patch',
      path: '/v1/items/{id}',
      id: 'changePrice',
      tag: 'Items',
      headers: ifMatchHeader,
      summary: 'Change an item’s price; If-Match is honoured',
      session: true,
      idempotent: true,
      params: itemParams,
      body: z.strictObject({ price: field.price(config.currency) }),
      replies,
      problems,
    },
    async ({ request, params, body, deadline }) => {
      const ifVersion = ifMatchVersion(request)
      const session = await sessions.check(request, deadline)
      const context = writeContext(keyOf(request, session, config), 'change')
      const edit = { context, sellerId: session.account.id, itemId: params.id, ifVersion }
      return itemReply(await products.changePrice({ ...edit, price: body.price }, { deadline }))
    },
  )
  api.operation(
    {
      method: 'post',
      path: '/v1/items/{id}/units',
      id: 'changeUnits',
      tag: 'Items',
      headers: ifMatchHeader,
      summary: 'Add units for sale, or take some away; If-Match is honoured',
      session: true,
      idempotent: true,
      params: itemParams,
      body: z.strictObject({ change: field.unitsChange }),
      replies,
      problems: [...problems, 'TOO_FEW_UNITS', 'QUANTITY_LIMIT'],
    },
    async ({ request, params, body, deadline }) => {
      const ifVersion = ifMatchVersion(request)
      const session = await sessions.check(request, deadline)
      const context = writeContext(keyOf(request, session, config), 'change')
      const edit = { context, sellerId: session.account.id, itemId: params.id, ifVersion }
      return itemReply(await products.changeUnits({ ...edit, change: body.change }, { deadline }))
    },
  )
}

function addLists(api: Api, { groups, sessions }: SellerOptions): void {
  const { products } = groups
  api.operation(
    {
      method: 'get',
      path: '/v1/items',
      id: 'listItems',
      tag: 'Items',
      summary: 'One’s own items, newest first',
      session: true,
      query: z.strictObject({
        ...field.page,
        availability: z
          .enum(['all', 'onSale', 'soldOut'], { error: 'must be all, onSale or soldOut' })
          .default('all'),
      }),
      replies: { 200: { description: 'A page of items', schema: bodies.page(bodies.item) } },
    },
    async ({ request, query, deadline }) => {
      const { limit, cursor = '' } = query
      const asked = { context: {}, availability: availabilities[query.availability], cursor, limit }
      const { items, nextCursor } = await sessions.checkWhile(request, deadline, (sellerId) =>
        products.listSellerItems({ ...asked, sellerId }, { deadline }),
      )
      return { body: pageBody(request, items.map(itemBody), nextCursor) }
    },
  )
  api.operation(
    {
      method: 'get',
      path: '/v1/sales',
      id: 'listSales',
      tag: 'Sales',
      summary: 'One’s own sales, newest first',
      session: true,
      query: z.strictObject(field.page),
      replies: { 200: { description: 'A page of sales', schema: bodies.page(sale) } },
    },
    async ({ request, query, deadline }) => {
      const { limit, cursor = '' } = query
      const { sales, nextCursor } = await sessions.checkWhile(request, deadline, (sellerId) =>
        products.listSales({ context: {}, sellerId, cursor, limit }, { deadline }),
      )
      return { body: pageBody(request, sales.map(saleBody), nextCursor) }
    },
  )
  api.operation(
    {
      method: 'get',
      path: '/v1/me/rating',
      id: 'showRating',
      tag: 'Sales',
      summary: 'One’s own rating and count of items sold',
      session: true,
      replies: { 200: { description: 'The rating', schema: bodies.rating } },
    },
    async ({ request, deadline }) => {
      const rating = await sessions.checkWhile(request, deadline, (sellerId) =>
        products.getSellerRating({ context: {}, sellerId }, { deadline }),
      )
      return { body: ratingBody(rating) }
    },
  )
}

function keyOf(
  request: Request,
  { account }: Session,
  { clusterSecret }: Pick<Config, 'clusterSecret'>,
): Idempotency {
  return idempotencyOf(request, {
    role: 'SELLER',
    accountScope: account.id,
    secret: clusterSecret,
  })
}

function itemReply(reply: ItemReply__Output, status = 200): RouteReply {
  const item = itemOf(reply)
  return {
    status,
    body: itemBody(item),
    headers: { ETag: etagOf(item) },
    replayed: reply.replayed,
  }
}

function itemOf({ item }: ItemReply__Output): Item__Output {
  assert(item !== null, 'an item that was changed is returned')
  return item
}

function locationOf(reply: ItemReply__Output): string {
  return `/v1/items/${itemOf(reply).id}`
}

function saleBody(sale: Sale__Output): SaleBody {
  const { purchaseId, itemId, name, quantity } = sale
  const price = moneyOf(sale.price)
  return { purchaseId, itemId, name, quantity, price, soldAt: timeOf(sale.soldAtMs) }
}
