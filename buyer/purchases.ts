/** Buying the cart, and what one has bought, as operations of the REST interface. */
import { randomUUID } from 'node:crypto'
import type { Response } from 'express'
import { z } from 'zod'
import { assert } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import { isOpen } from '../common/purchase-states.ts'
import type { Api } from '../platform/http/api.ts'
import { idempotencyOf } from '../platform/http/idempotency.ts'
import type { RouteReply } from '../platform/http/route.ts'
import { page } from '../shop/bodies.ts'
import * as field from '../shop/fields.ts'
import { writeUnlessKept } from '../shop/groups.ts'
import type { Holder } from '../shop/sessions.ts'
import { pageBody, timeOf } from '../shop/wire.ts'
import * as bodies from './bodies.ts'
import type { BuyerOptions } from './options.ts'
import { paymentCard } from './payment-card.ts'
import type { Checkout, CheckoutAnswer } from './purchase/checkout.ts'
import type { Purchase } from './purchase/ports.ts'
import { purchaseIn, purchaseOf } from './purchase/services.ts'
import { ANSWER_WITHIN_MS, CLAIM_SECONDS } from './purchase/timing.ts'

export type PurchaseOptions = BuyerOptions & {
  readonly checkout: Checkout
  /** This server, as it stands in claims. */
  readonly serverName: string
}

export function addPurchaseOperations(api: Api, options: PurchaseOptions): void {
  addBuy(api, options)
  addHistory(api, options)
}

function addBuy(
  api: Api,
  { groups, sessions, config, checkout, serverName }: PurchaseOptions,
): void {
  const purchaseRequest = z.strictObject({ card: paymentCard })
  const schema = bodies.purchase
  const headers = { Location: 'The path of the purchase' }
  api.operation(
    {
      method: 'post',
      path: '/v1/purchases',
      id: 'buyCart',
      tag: 'Purchases',
      summary: 'Buy everything in the cart, or nothing of it',
      session: true,
      idempotent: true,
      body: purchaseRequest,
      replies: {
        201: { description: 'The completed purchase', schema, headers },
        202: { description: 'Not settled within 10 s: look at Location again', schema, headers },
      },
      problems: [
        'CART_EMPTY',
        'CURRENCY_MISMATCH',
        'PURCHASE_IN_PROGRESS',
        'OUT_OF_STOCK',
        'PRICE_CHANGED',
        'PAYMENT_DECLINED',
        'PURCHASE_ABANDONED',
      ],
    },
    async ({ request, response, body, deadline }) => {
      const answerBy = { ...deadline, atUnixMs: Date.now() + ANSWER_WITHIN_MS }
      const { card } = body
      const openFor = async ({ accountId, tokenHash }: Holder, claimedBy: string) => {
        const scope = { role: 'BUYER', accountScope: accountId, secret: config.clusterSecret }
        const idempotency = idempotencyOf(request, scope)
        const opening = {
          tokenHash,
          // The same for every repeat, at every server: so there is one purchase, and one charge.
          purchaseId: `p${idempotency.requestIdFor('purchase').slice(0, 22)}`,
          cardLast4: card.number.slice(-4),
          claimedBy,
          claimSeconds: CLAIM_SECONDS,
        }
        const reply = await writeUnlessKept(idempotency, 'open', (context) =>
          groups.customers.openPurchase({ ...opening, context }, { deadline }),
        )
        const purchase = purchaseIn(reply)
        // What this request opened itself, and heard of only when it asked again, was decided on its
        // own session: nothing may keep it from being driven.
        return { purchase, replayed: reply.replayed && purchase.claimedBy !== claimedBy }
      }
      const open = (claimedBy: string) =>
        sessions.act(request, deadline, (holder) => openFor(holder, claimedBy))
      const claimedBy = `${serverName}/${randomUUID()}`
      return replyTo(await checkout.run({ open, card, claimedBy, answerBy }), response)
    },
  )
}

/** The answer is rebuilt from the record, so every repeat is told the same. */
function replyTo({ purchase, isRepeat }: CheckoutAnswer, response: Response): RouteReply {
  const { id, state, failure } = purchase
  if (isRepeat) response.setHeader('Idempotent-Replayed', 'true')
  if (state === 'failed') {
    assert(failure !== undefined, 'a purchase fails for a reason')
    const { code, message } = failure
    throw new AppError(code, {
      ...(message === '' ? {} : { message }),
      details: { purchaseId: id },
    })
  }
  const headers = { Location: `/v1/purchases/${id}` }
  return { status: isOpen(state) ? 202 : 201, body: purchaseBody(purchase), headers }
}

function addHistory(api: Api, { groups, sessions }: PurchaseOptions): void {
  const { customers } = groups
  api.operation(
    {
      method: 'get',
      path: '/v1/purchases',
      id: 'listPurchases',
      tag: 'Purchases',
      summary: 'One’s own purchases, newest first',
      session: true,
      query: z.strictObject(field.page),
      replies: {
        200: { description: 'A page of purchases', schema: page(bodies.purchase) },
      },
    },
    async ({ request, query, deadline }) => {
      const { limit, cursor = '' } = query
      const { purchases, nextCursor } = await sessions.checkWhile(request, deadline, (buyerId) =>
        customers.listPurchases({ context: {}, buyerId, cursor, limit }, { deadline }),
      )
      const bodies = purchases.map((purchase) => purchaseBody(purchaseOf(purchase)))
      return { body: pageBody(request, bodies, nextCursor) }
    },
  )
  api.operation(
    {
      method: 'get',
      path: '/v1/purchases/{id}',
      id: 'showPurchase',
      tag: 'Purchases',
      summary: 'One of one’s own purchases, settled or not',
      session: true,
      params: z.strictObject({ id: field.purchaseId }),
      replies: { 200: { description: 'The purchase', schema: bodies.purchase } },
      problems: ['PURCHASE_NOT_FOUND'],
    },
    async ({ request, params, deadline }) => {
      const reply = await sessions.checkWhile(request, deadline, (buyerId) =>
        customers.getPurchase({ context: {}, purchaseId: params.id, buyerId }, { deadline }),
      )
      return { body: purchaseBody(purchaseIn(reply)) }
    },
  )
}

export function purchaseBody(purchase: Purchase): bodies.PurchaseBody {
  const { id, state, lines, total, cardLast4, authorizationId, failure, transitions } = purchase
  assert(total !== undefined, 'a purchase has a total: of its ceilings, then of its prices')
  return {
    id,
    state,
    lines: lines.map(({ itemId, quantity, ceiling, reserved }) => ({
      itemId,
      sellerId: reserved?.sellerId ?? null,
      name: reserved?.name ?? null,
      quantity,
      price: reserved?.price ?? ceiling,
    })),
    total,
    card: { last4: cardLast4 },
    authorizationId: authorizationId ?? null,
    failure: failure ?? null,
    transitions: transitions.map(({ state, atMs }) => ({ state, at: timeOf(atMs) })),
  }
}
