/**
 * The rules of purchases that the audit of a drill checks, on what was recorded. Pure: sentences say what does not
 * agree, none means that the rule held.
 */
import type { PurchaseBody } from '../../buyer/api.ts'
import type { LedgerEntry } from '../e2e/people.ts'
import type { Span } from './history.ts'
import type { Attempt, Offer } from './market.ts'

/** What the marketplace promises once everything is reachable (rule P12). */
export const settleWithinMs = 30_000

/** P12. Steps carry group time, which is at most a few seconds behind the clock and never before it. */
export function settledInTime(
  purchases: readonly PurchaseBody[],
  calmSinceUnixMs: number,
): string[] {
  return purchases.flatMap(({ id, transitions }) => {
    const [openedAtMs = 0, ...later] = transitions.map(({ at }) => Date.parse(at))
    const tookMs = (later.at(-1) ?? openedAtMs) - Math.max(openedAtMs, calmSinceUnixMs)
    return tookMs > settleWithinMs ? [`purchase ${id} was settled after ${tookMs} ms of calm`] : []
  })
}

/** P3, P4: one approved payment for each completed purchase, of its total, and no other. */
export function paymentsAgree(
  purchases: readonly PurchaseBody[],
  ledger: readonly LedgerEntry[],
): string[] {
  const wrong: string[] = []
  const byReference = new Map(ledger.map((entry) => [entry.reference, entry]))
  expectEqual(wrong, 'references in the ledger', byReference.size, ledger.length)
  for (const { id, state, total, lines } of purchases) {
    const payment = byReference.get(id)
    const isPaid = payment?.status === 'APPROVED'
    if (isPaid !== (state === 'completed')) {
      wrong.push(`purchase ${id} is ${state}, its payment ${payment?.status ?? 'unknown'}`)
    }
    if (!isPaid) continue
    expectEqual(wrong, `what was charged for ${id}`, payment.amount, total.amount)
    const sum = lines.reduce((all, { price, quantity }) => all + price.amount * quantity, 0)
    expectEqual(wrong, `the total of ${id}`, total.amount, sum)
  }
  const known = new Set(purchases.map(({ id }) => id))
  for (const { reference, status } of ledger) {
    if (!known.has(reference)) wrong.push(`payment ${reference} (${status}) has no purchase`)
  }
  return wrong
}

/** What a client was told about a purchase is what the record says; P1: all lines of the cart, or none. */
export function told(attempts: readonly Attempt[], purchases: readonly PurchaseBody[]): string[] {
  const wrong: string[] = []
  const byId = new Map(purchases.map((purchase) => [purchase.id, purchase]))
  for (const { buyer, cart, called } of attempts) {
    const { outcome } = called
    if (!outcome.ok) {
      const recorded = outcome.purchaseId === undefined ? undefined : byId.get(outcome.purchaseId)
      // The refusal of a second purchase names the open one, which may complete.
      const isOwn = outcome.code !== 'PURCHASE_IN_PROGRESS' && outcome.purchaseId !== undefined
      if (isOwn && recorded?.state !== 'failed') {
        wrong.push(`${buyer} was told ${outcome.code}, ${outcome.purchaseId} is ${recorded?.state}`)
      }
      continue
    }
    const recorded = byId.get(outcome.value.id)
    if (recorded?.state !== 'completed') {
      wrong.push(`acknowledged purchase ${outcome.value.id} is ${recorded?.state ?? 'missing'}`)
    }
    const seen = cart.lines.map(({ itemId, quantity }) => `${quantity} ${itemId}`)
    const bought = outcome.value.lines.map(({ itemId, quantity }) => `${quantity} ${itemId}`)
    expectEqual(wrong, `${outcome.value.id}: lines`, bought.sort().join(), seen.sort().join())
  }
  return wrong
}

/** P6, P7: at most the price seen in the cart, and one that the item had while it was being bought. */
export function fairPrices(
  offers: readonly Pick<Offer, 'id' | 'prices'>[],
  attempts: readonly Attempt[],
): string[] {
  const wrong: string[] = []
  const offerOf = new Map(offers.map((offer) => [offer.id, offer]))
  for (const { cart, called } of attempts) {
    if (!called.outcome.ok) continue
    for (const { itemId, price } of called.outcome.value.lines) {
      const seen = cart.lines.find((line) => line.itemId === itemId)?.price.amount ?? 0
      if (price.amount > seen) wrong.push(`${itemId} was seen at ${seen}, charged ${price.amount}`)
      const possible = pricesDuring(offerOf.get(itemId)?.prices ?? [], called)
      if (!possible.includes(price.amount)) {
        wrong.push(`${itemId} was sold at ${price.amount}; then it cost ${possible.join(' or ')}`)
      }
    }
  }
  return wrong
}

/** The last price that was certainly set before, and every one that may have been set during the call. */
function pricesDuring(prices: Offer['prices'], call: Span): number[] {
  const settled = prices.findLastIndex(({ returnedAtMs }) => returnedAtMs <= call.invokedAtMs)
  const begun = prices.findLastIndex(({ invokedAtMs }) => invokedAtMs <= call.returnedAtMs)
  return prices.slice(Math.max(0, settled), begun + 1).map(({ amount }) => amount)
}

export function isCompleted({ state }: PurchaseBody): boolean {
  return state === 'completed'
}

export function unitsOf(lines: readonly { readonly quantity: number }[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

export function expectEqual<T>(wrong: string[], what: string, found: T, expected: T): void {
  if (found !== expected) wrong.push(`${what}: ${found}, expected ${expected}`)
}
