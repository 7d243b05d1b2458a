/**
 * The audit after a purchase drill: stock, payments, histories and replicas must agree with each other and with what
 * clients were told. Sentences say what does not; none means that the rules held.
 */
import type { PurchaseBody } from '../../buyer/api.ts'
import type { SaleBody } from '../../seller/api.ts'
import { differences, withDatabase } from '../e2e/databases.ts'
import { allPages } from '../e2e/people.ts'
import {
  expectEqual,
  fairPrices,
  isCompleted,
  paymentsAgree,
  settledInTime,
  settleWithinMs,
  told,
  unitsOf,
} from './agreement.ts'
import type { DrillCluster } from './cluster.ts'
import type { Market, Offer } from './market.ts'

const pollMs = 200

export type Audit = {
  readonly wrong: readonly string[]
  readonly completed: number
  readonly failed: Readonly<Record<string, number>>
}

/** `calmSinceUnixMs`: from then on every process ran and every machine was reachable. */
export async function audit(
  cluster: DrillCluster,
  market: Market,
  calmSinceUnixMs: number,
): Promise<Audit> {
  const standing = await untilSettled(cluster)
  const purchases: PurchaseBody[] = []
  const wrong = [...market.wrong, ...standing]
  for (const { name, client } of market.shoppers) {
    const own = await allPages(await client.listPurchases({ limit: 100 }), (next) =>
      client.nextPage<PurchaseBody>(next),
    )
    purchases.push(...own)
    const units = own.filter(isCompleted).flatMap(({ lines }) => lines)
    const { itemsPurchased } = await client.me()
    expectEqual(wrong, `${name}'s count of items purchased`, itemsPurchased, unitsOf(units))
  }
  wrong.push(...settledInTime(purchases, calmSinceUnixMs))
  wrong.push(...paymentsAgree(purchases, await cluster.ledger()))
  wrong.push(...told(market.attempts, purchases))
  wrong.push(...fairPrices(market.offers, market.attempts))
  wrong.push(...(await stockAgrees(market.offers, purchases)))
  for (const group of ['customers', 'products'] as const) {
    const found = await differences(cluster, group)
    wrong.push(...found.map((difference) => `${group} replicas differ: ${difference}`))
  }
  // By now each replica has applied all.
  wrong.push(...(await nothingHeld(cluster)))
  const failed: Record<string, number> = {}
  for (const { failure } of purchases) {
    if (failure !== null) failed[failure.code] = (failed[failure.code] ?? 0) + 1
  }
  return { wrong, completed: purchases.filter(isCompleted).length, failed }
}

/** P12: in the record itself, so that no client's question helps a purchase along. */
async function untilSettled(cluster: DrillCluster): Promise<string[]> {
  const startedAtMs = performance.now()
  for (;;) {
    const open = await withDatabase(cluster.report.dataDir, 'customers-0', async (connection) => {
      const { rows } = await connection.query<{ id: string; state: string }>(
        `SELECT id, state FROM state.purchases WHERE state NOT IN ('completed', 'failed')`,
      )
      return rows
    }).catch(() => undefined)
    const passedMs = performance.now() - startedAtMs
    if (open?.length === 0) return []
    if (passedMs > settleWithinMs) {
      const left = open?.map(({ id, state }) => `${id} is ${state}`) ?? ['nobody can be asked']
      return left.map((one) => `after ${settleWithinMs} ms, ${one}`)
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** P2, and what sellers see of it. */
async function stockAgrees(
  offers: readonly Offer[],
  purchases: readonly PurchaseBody[],
): Promise<string[]> {
  const wrong: string[] = []
  const lines = purchases.filter(isCompleted).flatMap((purchase) => purchase.lines)
  const sold = (id: string): number => unitsOf(lines.filter(({ itemId }) => itemId === id))
  for (const { id, seller, putUp } of offers) {
    const { item } = await seller.getItem(id)
    expectEqual(wrong, `units of ${id}, left and sold`, item.quantity + sold(id), putUp)
  }
  for (const seller of new Set(offers.map((offer) => offer.seller))) {
    const own = offers.filter((offer) => offer.seller === seller)
    const expected = own.reduce((sum, { id }) => sum + sold(id), 0)
    const sales = await allPages(await seller.listSales({ limit: 100 }), (next) =>
      seller.nextPage<SaleBody>(next),
    )
    expectEqual(wrong, 'units in a seller’s sales', unitsOf(sales), expected)
    expectEqual(wrong, 'a seller’s items sold', (await seller.rating()).itemsSold, expected)
  }
  return wrong
}

async function nothingHeld(cluster: DrillCluster): Promise<string[]> {
  return withDatabase(cluster.report.dataDir, 'products-0', async (connection) => {
    const { rows } = await connection.query('SELECT serial, held FROM state.items WHERE held <> 0')
    return rows.map(({ serial, held }) => `${held} units of item ${serial} are still reserved`)
  })
}
