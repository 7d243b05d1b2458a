/**
 * What both servers answer with: each body's schema, which the OpenAPI document shows, and the type
 * made from it, which servers fill and clients read. It must not know where the values come from.
 */
import { z } from 'zod'

const time = z.iso.datetime().meta({ examples: ['2026-03-01T12:00:00.000Z'] })
const count = z
  .int()
  .min(0)
  .meta({ examples: [3] })

export const money = z
  .object({
    amount: z
      .int()
      .min(0)
      .meta({ description: 'Minor units: cents.', examples: [1999] }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .meta({ examples: ['USD'] }),
  })
  .meta({ id: 'Money' })

/** Of an account of either role; a role's own fields are added to them. */
export const accountFields = {
  id: z
    .int()
    .min(1)
    .meta({ examples: [42] }),
  username: z.string().meta({ examples: ['ada'] }),
  name: z.string().meta({ examples: ['Ada Lovelace'] }),
  createdAt: time,
}

export const account = z.object(accountFields).meta({ id: 'Account' })

/** `holder` is the account as the role's answers show it. */
export function session<Holder extends z.ZodType>(holder: Holder) {
  return z
    .object({
      token: z
        .string()
        .regex(/^[A-Za-z0-9_-]{43}$/)
        .meta({ description: 'For Authorization: Bearer. Keep it: it is told this once.' }),
      account: holder,
      idleTimeoutSeconds: z
        .int()
        .min(1)
        .meta({ description: 'The session ends after so long without a call.', examples: [300] }),
    })
    .meta({ id: 'Session' })
}

export const item = z
  .object({
    id: z.string().meta({ examples: ['3-1042'] }),
    sellerId: z
      .int()
      .min(1)
      .meta({ examples: [7] }),
    name: z.string().meta({ examples: ['Red shoe'] }),
    category: z
      .int()
      .min(0)
      .max(99)
      .meta({ examples: [3] }),
    keywords: z.array(z.string()).meta({ examples: [['red', 'shoe']] }),
    condition: z.enum(['new', 'used']),
    price: money,
    quantity: count.meta({ description: 'Units for sale just now.' }),
    feedback: z.object({ up: count, down: count }),
    createdAt: time,
  })
  .meta({ id: 'Item' })

export const rating = z
  .object({
    sellerId: z
      .int()
      .min(1)
      .meta({ examples: [7] }),
    up: count,
    down: count,
    itemsSold: count,
  })
  .meta({ id: 'Rating' })

export function page<Entry extends z.ZodType>(entry: Entry) {
  return z.object({
    items: z.array(entry),
    next: z
      .string()
      .nullable()
      .meta({
        description: 'Path and query of the next page; null: this is the last one.',
        examples: ['/v1/items?limit=20&cursor=eyJ…'],
      }),
  })
}

/** The bodies of requests to both servers. Their schemas, which normalise, stand with the routes. */
export type AccountRequest = {
  readonly username: string
  readonly password: string
  /** The username when left out. */
  readonly name?: string
}

export type LoginRequest = { readonly username: string; readonly password: string }

export type PageQuery = { readonly limit?: number }

export type AccountBody = z.infer<typeof account>
export type SessionBody = z.infer<ReturnType<typeof session<typeof account>>>
export type ItemBody = z.infer<typeof item>
export type RatingBody = z.infer<typeof rating>
export type PageBody<Entry> = { readonly items: readonly Entry[]; readonly next: string | null }
