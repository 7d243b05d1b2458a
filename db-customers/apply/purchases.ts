/**
 * Purchases: the record of each, its legal steps, and who may take them. What drives them lives in
 * the buyer servers; a claim's number says which driver is the present one.
 */
import { assert } from '../../common/assert.ts'
import { type Outcome, refuse, succeed } from '../../common/errors.ts'
import { isLegalTransition, isOpen } from '../../common/purchase-states.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { AdvancePurchase, ClaimPurchase, OpenPurchase } from '../commands/purchases.ts'
import { accounts, carts, type PurchaseRow, purchases } from '../tables.ts'
import { savedLines, saveLines, takeUnits, totalOfLines } from './cart-lines.ts'
import { putCart, unlockedCart } from './carts.ts'
import { draw } from './counters.ts'
import type { PurchaseOutcome } from './outcomes.ts'
import { recordedBy } from './purchase-steps.ts'
import { liveSession, recordActivity } from './sessions.ts'

/**
 * Fixes the cart's lines, their prices as ceilings, and locks the cart. The opener holds claim 1.
 * UNAUTHENTICATED, SESSION_EXPIRED, PURCHASE_IN_PROGRESS, CART_EMPTY.
 */
export async function openPurchase(
  body: OpenPurchase,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<PurchaseOutcome>> {
  const { tokenHash, purchaseId } = body
  const found = await liveSession({ role: 'buyer', tokenHash }, tables, groupTimeMs)
  if (!found.ok) return found
  const cart = await unlockedCart(tokenHash, tables)
  if (!cart.ok) return cart
  const { lines } = cart.value
  if (lines.length === 0) return refuse('CART_EMPTY')
  if (await tables.get(purchases, { id: purchaseId })) {
    return refuse('INVALID_ARGUMENT', { message: 'This purchase id is in use; draw another one' })
  }

  const purchase: PurchaseRow = {
    id: purchaseId,
    serial: await draw('purchase', tables),
    buyer_id: found.value.account_id,
    token_hash: tokenHash,
    state: 'pending',
    lines: lines.map(({ itemId, quantity, price }) => ({
      itemId,
      quantity,
      ceiling: price,
      sellerId: null,
      price: null,
      name: null,
    })),
    total: totalOfLines(lines),
    card_last4: body.cardLast4,
    authorization_id: null,
    failure_code: null,
    failure_message: null,
    transitions: [{ state: 'pending', atMs: groupTimeMs }],
    stepped_at_ms: groupTimeMs,
    claim: 1,
    claimed_by: body.claimedBy,
    claim_expires_at_ms: groupTimeMs + body.claimSeconds * 1000,
  }
  recordActivity(found.value, tables, groupTimeMs)
  tables.put(purchases, purchase)
  putCart({ ...cart.value, locked_by: purchaseId }, tables)
  return succeed(purchase)
}

/**
 * One step along the table of transitions. Repeating the step that led to the present state only
 * renews the claim. The claim is checked first: whoever lost it must hear so, whatever it asks.
 * PURCHASE_NOT_FOUND, STALE_CLAIM, ILLEGAL_TRANSITION, and what the step itself refuses.
 */
export async function advancePurchase(
  body: AdvancePurchase,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<PurchaseOutcome>> {
  const purchase = await tables.get(purchases, { id: body.purchaseId })
  if (!purchase) return refuse('PURCHASE_NOT_FOUND')
  if (body.claim !== purchase.claim) return staleClaim(purchase)
  const claim = { claim_expires_at_ms: groupTimeMs + body.claimSeconds * 1000 }
  if (body.to === purchase.state) {
    if (!isOpen(purchase.state)) return succeed(purchase)
    const renewed = { ...purchase, ...claim }
    tables.put(purchases, renewed)
    return succeed(renewed)
  }
  if (!isLegalTransition(purchase.state, body.to)) {
    return refuse('ILLEGAL_TRANSITION', {
      message: `Purchase ${purchase.id} is ${purchase.state}; it cannot become ${body.to}`,
      details: { from: purchase.state, to: body.to },
    })
  }
  const recorded = recordedBy(body, purchase)
  if (!recorded.ok) return recorded

  const stepped: PurchaseRow = {
    ...purchase,
    ...claim,
    ...recorded.value,
    state: body.to,
    transitions: [...purchase.transitions, { state: body.to, atMs: groupTimeMs }],
    stepped_at_ms: groupTimeMs,
  }
  tables.put(purchases, stepped)
  if (stepped.state === 'completed') await handOver(stepped, tables)
  if (!isOpen(stepped.state)) await unlockCart(stepped, tables)
  return succeed(stepped)
}

/**
 * Takes the claim after `expected` when that one is the present one and has expired on group time.
 * PURCHASE_NOT_FOUND, ILLEGAL_TRANSITION (it has ended), STALE_CLAIM.
 */
export async function claimPurchase(
  body: ClaimPurchase,
  tables: TableSession,
  groupTimeMs: number,
): Promise<Outcome<PurchaseOutcome>> {
  const purchase = await tables.get(purchases, { id: body.purchaseId })
  if (!purchase) return refuse('PURCHASE_NOT_FOUND')
  if (!isOpen(purchase.state)) {
    return refuse('ILLEGAL_TRANSITION', {
      message: `Purchase ${purchase.id} has ended: ${purchase.state}`,
      details: { from: purchase.state },
    })
  }
  const expired = purchase.claim_expires_at_ms <= groupTimeMs
  if (body.expected !== purchase.claim || !expired) return staleClaim(purchase)
  const claimed: PurchaseRow = {
    ...purchase,
    claim: purchase.claim + 1,
    claimed_by: body.claimedBy,
    claim_expires_at_ms: groupTimeMs + body.claimSeconds * 1000,
  }
  tables.put(purchases, claimed)
  return succeed(claimed)
}

function staleClaim(purchase: PurchaseRow): Outcome<never> {
  return refuse('STALE_CLAIM', {
    message: `Purchase ${purchase.id} is driven by ${purchase.claimed_by} (claim ${purchase.claim})`,
    details: { claim: purchase.claim, claimExpiresAtMs: purchase.claim_expires_at_ms },
  })
}

/** The buyer has the units: counted, and gone from both carts. The session may have ended. */
async function handOver(purchase: PurchaseRow, tables: TableSession): Promise<void> {
  const key = { role: 'buyer', id: purchase.buyer_id } as const
  const buyer = await tables.get(accounts, key)
  assert(buyer !== undefined, 'accounts are never removed, so a purchase has a buyer')
  const units = purchase.lines.reduce((sum, { quantity }) => sum + quantity, 0)
  tables.put(accounts, { ...buyer, items_purchased: buyer.items_purchased + units })

  const saved = await savedLines(purchase.buyer_id, tables)
  if (saved.length > 0) saveLines(purchase.buyer_id, takeUnits(saved, purchase.lines), tables)
  const cart = await tables.get(carts, { token_hash: purchase.token_hash })
  if (cart?.locked_by !== purchase.id) return
  const lines = takeUnits(cart.lines, purchase.lines)
  putCart({ ...cart, lines, locked_by: null }, tables)
}

async function unlockCart(purchase: PurchaseRow, tables: TableSession): Promise<void> {
  const cart = await tables.get(carts, { token_hash: purchase.token_hash })
  if (cart?.locked_by === purchase.id) putCart({ ...cart, locked_by: null }, tables)
}
