/** What only the buyer server takes and answers; see shop/bodies.ts. */
import { z } from 'zod'
import { type ErrorCode, errorTable } from '../common/errors.ts'
import { purchaseStates } from '../common/purchase-states.ts'
import { accountFields, money } from '../shop/bodies.ts'

const itemId = z.string().meta({ examples: ['3-1042'] })
const units = z
  .int()
  .min(1)
  .meta({ examples: [2] })
const purchaseId = z.string().meta({ examples: ['pJ8s0mYV0mLr1nqXv6bTzQg'] })
const state = z.enum(purchaseStates).meta({ examples: ['completed'] })

export const buyer = z
  .object({
    ...accountFields,
    itemsPurchased: z
      .int()
      .min(0)
      .meta({ examples: [12] }),
  })
  .meta({ id: 'Buyer' })

const cartLine = z
  .object({
    itemId,
    name: z.string().meta({ examples: ['Red shoe'] }),
    quantity: units,
    price: money.meta({
      description: 'Per unit, when added or last accepted: at most this is paid.',
    }),
    available: z
      .int()
      .min(0)
      .meta({ description: 'Units for sale just now.', examples: [5] }),
    currentPrice: money,
  })
  .meta({ id: 'CartLine' })

const cartProblem = z
  .object({
    itemId,
    code: z.enum(['SOLD_OUT', 'TOO_FEW', 'PRICE_ROSE', 'PRICE_FELL']),
    message: z.string().meta({ examples: ['Of Red shoe only 1 are left.'] }),
  })
  .meta({ id: 'CartProblem' })

export const cart = z
  .object({
    lines: z.array(cartLine),
    total: money,
    saved: z.boolean().meta({ description: 'Equal to the buyer’s saved copy.' }),
    problems: z.array(cartProblem),
    purchaseId: z
      .string()
      .nullable()
      .meta({ description: 'The purchase under way, which locks the cart.' }),
  })
  .meta({ id: 'Cart' })

const purchaseLine = z
  .object({
    itemId,
    sellerId: z
      .int()
      .min(1)
      .nullable()
      .meta({ description: 'From `reserved` on, as the name.', examples: [7] }),
    name: z
      .string()
      .nullable()
      .meta({ examples: ['Red shoe'] }),
    quantity: units,
    price: money.meta({
      description:
        'Per unit: the one seen in the cart until units are reserved, then what is paid.',
    }),
  })
  .meta({ id: 'PurchaseLine' })

export const purchase = z
  .object({
    id: purchaseId,
    state,
    lines: z.array(purchaseLine),
    total: money,
    card: z.object({
      last4: z
        .string()
        .regex(/^\d{4}$/)
        .meta({ examples: ['4242'] }),
    }),
    authorizationId: z
      .string()
      .nullable()
      .meta({ examples: ['auth-7f3c'] }),
    failure: z
      .object({
        code: z.enum(Object.keys(errorTable) as ErrorCode[]).meta({ examples: ['OUT_OF_STOCK'] }),
        message: z.string(),
      })
      .nullable()
      .meta({ examples: [null] }),
    transitions: z.array(
      z.object({
        state,
        at: z.iso.datetime().meta({ examples: ['2026-03-01T12:00:00.000Z'] }),
      }),
    ),
  })
  .meta({ id: 'Purchase' })

export type BuyerBody = z.infer<typeof buyer>
export type CartLineBody = z.infer<typeof cartLine>
export type CartProblemCode = z.infer<typeof cartProblem>['code']
export type CartBody = z.infer<typeof cart>
export type PurchaseBody = z.infer<typeof purchase>

export type CardRequest = {
  readonly name: string
  readonly number: string
  /** MM/YY */
  readonly expiration: string
  readonly securityCode: string
}

export type SearchQuery = {
  readonly category?: number | undefined
  readonly keywords?: readonly string[] | undefined
  readonly condition?: 'new' | 'used' | undefined
  readonly minPrice?: number | undefined
  readonly maxPrice?: number | undefined
  readonly limit?: number | undefined
}
