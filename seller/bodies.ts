/** What only the seller server takes and answers; see shop/bodies.ts. */
import { z } from 'zod'
import type { Money } from '../common/money.ts'
import { type AccountBody, money } from '../shop/bodies.ts'

export type SellerBody = AccountBody

export type ItemRequest = {
  readonly name: string
  readonly category: number
  readonly keywords: readonly string[]
  readonly condition: 'new' | 'used'
  readonly price: Money
  readonly quantity: number
}

export const sale = z
  .object({
    purchaseId: z.string().meta({ examples: ['pJ8s0mYV0mLr1nqXv6bTzQg'] }),
    itemId: z.string().meta({ examples: ['3-1042'] }),
    name: z.string().meta({ examples: ['Red shoe'] }),
    quantity: z
      .int()
      .min(1)
      .meta({ examples: [2] }),
    price: money.meta({ description: 'Per unit, as paid.' }),
    soldAt: z.iso.datetime().meta({ examples: ['2026-03-01T12:00:00.000Z'] }),
  })
  .meta({ id: 'Sale' })

export type SaleBody = z.infer<typeof sale>
