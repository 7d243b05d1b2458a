/** Commands about carts. Each belongs to a buyer's session. */
import { z } from 'zod'
import { integer } from '../../replication/replica/requests.ts'
import { CART_LINES_MAX } from '../limits.ts'
import * as field from './fields.ts'

export const addToCart = z
  .object({
    tokenHash: field.tokenHash,
    itemId: field.itemId,
    quantity: field.quantity,
    price: field.money,
    available: integer(0, Number.MAX_SAFE_INTEGER),
  })
  .transform((fields) => ({ type: 'addToCart' as const, ...fields }))

/** quantity 0: the whole line. */
export const removeFromCart = z
  .object({
    tokenHash: field.tokenHash,
    itemId: field.itemId,
    quantity: z.union([z.literal(0), field.quantity], { error: 'must be 0 to 10^6' }),
  })
  .transform((fields) => ({ type: 'removeFromCart' as const, ...fields }))

const cart = z.object({ tokenHash: field.tokenHash })

export const clearCart = cart.transform((fields) => ({ type: 'clearCart' as const, ...fields }))
export const saveCart = cart.transform((fields) => ({ type: 'saveCart' as const, ...fields }))

export const acceptCartPrices = z
  .object({
    tokenHash: field.tokenHash,
    prices: z
      .array(z.object({ itemId: field.itemId, price: field.money }))
      .max(CART_LINES_MAX, { error: `must be at most ${CART_LINES_MAX}` }),
  })
  .transform((fields) => ({ type: 'acceptCartPrices' as const, ...fields }))

export type AddToCart = z.output<typeof addToCart>
export type RemoveFromCart = z.output<typeof removeFromCart>
export type ClearCart = z.output<typeof clearCart>
export type SaveCart = z.output<typeof saveCart>
export type AcceptCartPrices = z.output<typeof acceptCartPrices>
