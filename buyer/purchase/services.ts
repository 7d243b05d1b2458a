/**
 * The ports of purchase driving over the real services: the groups' messages. The payment service's
 * adapter is payments.ts. Each step's request id derives from what it does, so that whoever repeats
 * it, on whichever server, has one effect.
 */
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { assert } from '../../common/assert.ts'
import { AppError, isErrorCode } from '../../common/errors.ts'
import { formatMoney } from '../../common/money.ts'
import type { PurchaseState } from '../../common/purchase-states.ts'
import type { Purchase__Output, PurchaseReply__Output } from '../../db-customers/api.ts'
import type { Customers, Products } from '../../shop/groups.ts'
import { moneyOf } from '../../shop/wire.ts'
import type { Purchase, PurchaseRecords, Reservations, Step } from './ports.ts'
import { CLAIM_SECONDS } from './timing.ts'

/** The longest reason that the record takes. */
const MESSAGE_LENGTH_MAX = 500

const states = {
  PENDING: 'pending',
  RESERVED: 'reserved',
  PAID: 'paid',
  COMPLETED: 'completed',
  RELEASING: 'releasing',
  FAILED: 'failed',
} as const satisfies Record<string, PurchaseState>

const wireStates = {
  reserved: 'RESERVED',
  paid: 'PAID',
  completed: 'COMPLETED',
  releasing: 'RELEASING',
  failed: 'FAILED',
} as const

export function purchaseRecords(customers: Customers): PurchaseRecords {
  return {
    async advance({ id, claim }, step, deadline) {
      const reply = await customers.advancePurchase(
        {
          context: contextOf('advance', id, String(claim), step.to),
          purchaseId: id,
          claim,
          to: wireStates[step.to],
          claimSeconds: CLAIM_SECONDS,
          ...recorded(step),
        },
        { deadline },
      )
      return purchaseIn(reply)
    },
    async claim({ purchaseId, expected, claimedBy }, deadline) {
      // A refusal is an outcome that is kept: each attempt is a request of its own.
      const context = contextOf('claim', purchaseId, randomUUID())
      const claimSeconds = CLAIM_SECONDS
      const reply = await customers.claimPurchase(
        { context, purchaseId, expected, claimedBy, claimSeconds },
        { deadline },
      )
      return purchaseIn(reply)
    },
    async get(purchaseId, deadline) {
      const reply = await customers.getPurchase(
        { context: {}, purchaseId, buyerId: 0 },
        { deadline },
      )
      return purchaseIn(reply)
    },
    async listStanding(request, deadline) {
      const list = await customers.listStandingPurchases({ context: {}, ...request }, { deadline })
      return list.purchases.map(purchaseOf)
    },
  }
}

function recorded(step: Step) {
  switch (step.to) {
    case 'reserved':
      return {
        lines: step.lines.map(({ itemId, quantity, reserved }) => ({
          itemId,
          quantity,
          ...reserved,
        })),
      }
    case 'paid':
      return { authorizationId: step.authorizationId }
    case 'completed':
      return {}
    case 'releasing':
    case 'failed': {
      const { code, message } = step.failure
      // By code points: half a surrogate pair would be refused.
      const failureMessage = [...message.normalize('NFC')].slice(0, MESSAGE_LENGTH_MAX).join('')
      return { failureCode: code, failureMessage }
    }
  }
}

export function reservations(products: Products): Reservations {
  return {
    async reserve({ purchaseId, buyerId, lines }, deadline) {
      const context = contextOf('reserve', purchaseId)
      const request = { context, purchaseId, buyerId, lines: [...lines] }
      const reply = await products.reserve(request, { deadline }).catch((error: unknown) => {
        throw error instanceof AppError ? explained(error) : error
      })
      return reply.lines.map(({ itemId, sellerId, name, quantity, price }) => ({
        itemId,
        sellerId,
        name,
        quantity,
        price: moneyOf(price),
      }))
    },
    async confirm(purchaseId, deadline) {
      const context = contextOf('confirm', purchaseId)
      await products.confirm({ context, purchaseId }, { deadline })
    },
    async release(purchaseId, deadline) {
      const context = contextOf('release', purchaseId)
      await products.release({ context, purchaseId }, { deadline })
    },
  }
}

/** What a refused reservation tells of the items that are in its way. */
const refusedLines = z.array(
  z.object({
    itemId: z.string(),
    available: z.number(),
    price: z.object({ amount: z.number(), currency: z.string() }),
  }),
)

/** The record keeps a sentence, so that every repeat of the request is told the same. */
function explained(error: AppError): AppError {
  const lines = refusedLines.safeParse(error.details.lines)
  if (!lines.success) return error
  const sentences = lines.data.map(({ itemId, available, price }) =>
    error.code === 'PRICE_CHANGED'
      ? `Item ${itemId} now costs ${formatMoney(price)}.`
      : `Of item ${itemId} ${available} are left.`,
  )
  const message = sentences.join(' ')
  return new AppError(error.code, { message, details: error.details, cause: error })
}

/** Kept briefly: what the steps are keyed by (claim and state, purchase id) makes them idempotent after that. */
function contextOf(...step: string[]) {
  const requestId = createHash('sha256').update(JSON.stringify(step)).digest('base64url')
  return { requestId, fingerprint: '', keepForADay: false }
}

export function purchaseIn({ purchase }: PurchaseReply__Output): Purchase {
  assert(purchase !== null, 'a reply about a purchase holds it')
  return purchaseOf(purchase)
}

export function purchaseOf(purchase: Purchase__Output): Purchase {
  const { id, buyerId, cardLast4, authorizationId, claim, claimedBy, claimExpiresAtMs } = purchase
  const { failureCode, failureMessage, total } = purchase
  assert(failureCode === '' || isErrorCode(failureCode), `a known code: ${failureCode}`)
  return {
    id,
    buyerId,
    state: stateOf(purchase.state),
    lines: purchase.lines.map(({ itemId, quantity, ceiling, sellerId, price, name }) => ({
      itemId,
      quantity,
      ceiling: moneyOf(ceiling),
      ...(price === null ? {} : { reserved: { sellerId, name, price: moneyOf(price) } }),
    })),
    ...(total === null ? {} : { total: moneyOf(total) }),
    cardLast4,
    ...(authorizationId === '' ? {} : { authorizationId }),
    ...(failureCode === '' ? {} : { failure: { code: failureCode, message: failureMessage } }),
    transitions: purchase.transitions.map(({ state, atMs }) => ({ state: stateOf(state), atMs })),
    claim,
    claimedBy,
    claimExpiresAtMs,
  }
}

function stateOf(state: Purchase__Output['state']): PurchaseState {
  assert(state !== 'PURCHASE_STATE_UNSPECIFIED', 'a purchase has a state')
  return states[state]
}
