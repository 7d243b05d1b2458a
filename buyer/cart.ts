/**
 * The cart as operations of the REST interface. Lines live in the customers group, names and present
 * prices in the products group; what is shown is put together here.
 */
import type { Request } from 'express'
import { z } from 'zod'
import type { Deadline } from '../common/deadline.ts'
import type { CartReply__Output } from '../db-customers/api.ts'
import type { Item__Output } from '../db-products/api.ts'
import type { Api } from '../platform/http/api.ts'
import { idempotencyOf } from '../platform/http/idempotency.ts'
import type { RouteReply } from '../platform/http/route.ts'
import * as field from '../shop/fields.ts'
import { type WriteContext, writeUnlessKept } from '../shop/groups.ts'
import type { Holder } from '../shop/sessions.ts'
import { moneyOf } from '../shop/wire.ts'
import { cart } from './bodies.ts'
import { cartBody } from './cart-view.ts'
import { noItem } from './catalog.ts'
import type { BuyerOptions } from './options.ts'

type Items = ReadonlyMap<string, Item__Output>

export function addCartOperations(api: Api, options: BuyerOptions): void {
  addShow(api, options)
  addAdd(api, options)
  addRemove(api, options)
  addWholeCart(api, options)
}

const replies = { 200: { description: 'The cart as it is now', schema: cart } }
const problems = ['PURCHASE_IN_PROGRESS'] as const

function addShow(api: Api, options: BuyerOptions): void {
  const { groups, sessions } = options
  api.operation(
    {
      method: 'get',
      path: '/v1/cart',
      id: 'showCart',
      tag: 'Cart',
      summary: 'The session’s cart, and what has changed about its items',
      session: true,
      replies,
    },
    async ({ request, deadline }) => {
      const cart = await sessions.find(request, deadline, (tokenHash) =>
        groups.customers.getCart({ context: {}, tokenHash }, { deadline }),
      )
      return { body: cartBody(cart, await itemsIn(cart, options, deadline), options.config) }
    },
  )
}

function addAdd(api: Api, options: BuyerOptions): void {
  const { groups, sessions } = options
  api.operation(
    {
      method: 'post',
      path: '/v1/cart/items',
      id: 'addToCart',
      tag: 'Cart',
      summary: 'Put units of an item into the cart; nothing is reserved',
      session: true,
      idempotent: true,
      body: z.strictObject({ itemId: field.itemId, quantity: field.units }),
      replies,
      problems: [
        ...problems,
        'IDEMPOTENCY_MISMATCH',
        'ITEM_NOT_FOUND',
        'OUT_OF_STOCK',
        'QUANTITY_LIMIT',
        'CURRENCY_MISMATCH',
      ],
    },
    async ({ request, body, deadline }) => {
      const { itemId, quantity } = body
      const { cart, item } = await sessions.act(request, deadline, async (holder) => {
        const wanted = { context: {}, ids: [itemId] }
        const [item] = (await groups.products.getItems(wanted, { deadline })).items
        if (item === undefined) throw noItem(itemId)
        const added = { itemId, quantity, price: moneyOf(item.price), available: item.quantity }
        const cart = await writeCart(request, holder, options, (write) =>
          groups.customers.addToCart({ ...write, ...added }, { deadline }),
        )
        return { cart, item, replayed: cart.replayed }
      })
      return cartReply(cart, options, deadline, new Map([[itemId, item]]))
    },
  )
}

function addRemove(api: Api, options: BuyerOptions): void {
  const { groups, sessions } = options
  api.operation(
    {
      method: 'delete',
      path: '/v1/cart/items/{id}',
      id: 'removeFromCart',
      tag: 'Cart',
      summary: 'Take units of an item out of the cart, or all of them',
      session: true,
      idempotent: true,
      params: z.strictObject({ id: field.itemId }),
      query: z.strictObject({ quantity: field.unitsText.optional() }),
      replies,
      problems: [...problems, 'IDEMPOTENCY_MISMATCH', 'NOT_IN_CART'],
    },
    async ({ request, params, query, deadline }) => {
      const { quantity = 0 } = query
      const removed = { itemId: params.id, quantity }
      const cart = await sessions.act(request, deadline, (holder) =>
        writeCart(request, holder, options, (write) =>
          groups.customers.removeFromCart({ ...write, ...removed }, { deadline }),
        ),
      )
      return cartReply(cart, options, deadline)
    },
  )
}

function addWholeCart(api: Api, options: BuyerOptions): void {
  const { groups, sessions } = options
  const { customers } = groups
  const shared = { session: true, idempotent: true, replies, problems } as const
  api.operation(
    {
      ...shared,
      method: 'delete',
      path: '/v1/cart',
      id: 'clearCart',
      tag: 'Cart',
      summary: 'Empty the session’s cart; a saved copy stays',
    },
    async ({ request, deadline }) => {
      const cart = await sessions.act(request, deadline, (holder) =>
        writeCart(request, holder, options, (write) => customers.clearCart(write, { deadline })),
      )
      return cartReply(cart, options, deadline)
    },
  )
  api.operation(
    {
      ...shared,
      method: 'post',
      path: '/v1/cart/save',
      id: 'saveCart',
      tag: 'Cart',
      summary: 'Keep a copy of the cart for later sessions',
    },
    async ({ request, deadline }) => {
      const cart = await sessions.act(request, deadline, (holder) =>
        writeCart(request, holder, options, (write) => customers.saveCart(write, { deadline })),
      )
      return cartReply(cart, options, deadline)
    },
  )
  api.operation(
    {
      ...shared,
      problems: [...problems, 'QUANTITY_LIMIT'],
      method: 'post',
      path: '/v1/cart/prices',
      id: 'acceptPrices',
      tag: 'Cart',
      summary: 'Take the present prices for those seen in the cart',
    },
    async ({ request, deadline }) => {
      const { cart, items } = await sessions.act(request, deadline, async (holder) => {
        const { tokenHash } = holder
        const seen = await customers.getCart({ context: {}, tokenHash }, { deadline })
        const items = await itemsIn(seen, options, deadline)
        const prices = [...items.values()].map(({ id, price }) => ({
          itemId: id,
          price: moneyOf(price),
        }))
        const cart = await writeCart(request, holder, options, (write) =>
          customers.acceptCartPrices({ ...write, prices }, { deadline }),
        )
        return { cart, items, replayed: cart.replayed }
      })
      return cartReply(cart, options, deadline, items)
    },
  )
}

/** A write to the session's cart under the request's key. */
function writeCart(
  request: Request,
  { accountId, tokenHash }: Holder,
  { config }: BuyerOptions,
  write: (cart: { context: WriteContext; tokenHash: Buffer }) => Promise<CartReply__Output>,
): Promise<CartReply__Output> {
  const scope = { role: 'BUYER', accountScope: accountId, secret: config.clusterSecret }
  return writeUnlessKept(idempotencyOf(request, scope), 'cart', (context) =>
    write({ context, tokenHash }),
  )
}

async function cartReply(
  cart: CartReply__Output,
  options: BuyerOptions,
  deadline: Deadline,
  known?: Items,
): Promise<RouteReply> {
  const items = await itemsIn(cart, options, deadline, known)
  return { body: cartBody(cart, items, options.config), replayed: cart.replayed }
}

/** The items of the cart's lines; those that were looked at a moment ago are not asked for again. */
async function itemsIn(
  { lines }: CartReply__Output,
  { groups }: BuyerOptions,
  deadline: Deadline,
  known: Items = new Map(),
): Promise<Items> {
  const ids = lines.map(({ itemId }) => itemId).filter((itemId) => !known.has(itemId))
  if (ids.length === 0) return known
  const { items } = await groups.products.getItems({ context: {}, ids }, { deadline })
  return new Map([...known, ...items.map((item) => [item.id, item] as const)])
}
