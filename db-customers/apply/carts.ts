/**
 * Carts: each belongs to a buyer's session. While a purchase of it is open its lines stand still,
 * and so does what is saved from it. The saved copy belongs to the buyer.
 */
import { assert } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type {
  AcceptCartPrices,
  AddToCart,
  ClearCart,
  RemoveFromCart,
  SaveCart,
} from '../commands/carts.ts'
import { type CartLine, type CartRow, carts } from '../tables.ts'
import {
  acceptPrices,
  addUnits,
  removeUnits,
  sameLines,
  savedLines,
  saveLines,
} from './cart-lines.ts'
import type { CartOutcome } from './outcomes.ts'
import { liveSession, recordActivity } from './sessions.ts'

export type CartCommand = AddToCart | RemoveFromCart | ClearCart | SaveCart | AcceptCartPrices

/**
 * UNAUTHENTICATED, SESSION_EXPIRED, PURCHASE_IN_PROGRESS (details: purchaseId), and what the change
 * itself refuses (cart-lines.ts).
 */
export async function changeCart(
  body: CartCommand,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<CartOutcome>> {
  const { tokenHash } = body
  const found = await liveSession({ role: 'buyer', tokenHash }, tables, groupTimeMs)
  if (!found.ok) return found
  const cart = await unlockedCart(tokenHash, tables)
  if (!cart.ok) return cart
  const changed = changedLines(body, cart.value.lines)
  if (!changed.ok) return changed

  const lines = changed.value
  const buyerId = found.value.account_id
  recordActivity(found.value, tables, groupTimeMs)
  putCart({ ...cart.value, lines }, tables)
  if (body.type === 'saveCart') saveLines(buyerId, lines, tables)
  const saved = sameLines(lines, await savedLines(buyerId, tables))
  return succeed({ lines, saved, lockedBy: null })
}

function changedLines(body: CartCommand, lines: readonly CartLine[]): Outcome<readonly CartLine[]> {
  switch (body.type) {
    case 'addToCart': {
      const { itemId, quantity, price } = body
      return addUnits(lines, { itemId, quantity, price }, body.available)
    }
    case 'removeFromCart':
      return removeUnits(lines, body)
    case 'clearCart':
      return succeed([])
    case 'saveCart':
      return succeed(lines)
    case 'acceptCartPrices':
      return acceptPrices(lines, body.prices)
  }
}

/** PURCHASE_IN_PROGRESS. */
export async function unlockedCart(
  tokenHash: string,
  tables: TableSession,
): Promise<Outcome<CartRow>> {
  const stored = await tables.get(carts, { token_hash: tokenHash })
  const cart: CartRow = stored ?? { token_hash: tokenHash, lines: [], locked_by: null }
  if (cart.locked_by === null) return succeed(cart)
  return refuse('PURCHASE_IN_PROGRESS', {
    message: `The cart is being bought (purchase ${cart.locked_by}); wait until that has ended`,
    details: { purchaseId: cart.locked_by },
  })
}

/** An empty cart has no row. */
export function putCart(cart: CartRow, tables: TableSession): void {
  assert(cart.lines.length > 0 || cart.locked_by === null, 'an empty cart is not being bought')
  if (cart.lines.length > 0) tables.put(carts, cart)
  else tables.remove(carts, { token_hash: cart.token_hash })
}
