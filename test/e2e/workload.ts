/**
 * Sellers and buyers that work until they are told to stop and remember all that was acknowledged, and
 * an audit of it afterwards, from the outside.
 */
import type { BuyerClient, PurchaseBody } from '../../buyer/api.ts'
import type { ReadyReport } from '../../launcher/up.ts'
import type { SaleBody, SellerClient } from '../../seller/api.ts'
import { ApiProblem } from '../../shop/api-problem.ts'
import { allPages, goodCard, lamp, newBuyer, newSeller, readLedger, usd } from './people.ts'

export type Workload = {
  /** Calls that failed, with their code; refusals that belong to the game (OUT_OF_STOCK) are none. */
  readonly failures: readonly {
    readonly what: string
    readonly code: string
    readonly detail: string
  }[]
  /** Calls acknowledged so far. */
  readonly acknowledged: number
  /** The longest that one call took. */
  readonly longestCallMs: number
  stop(): Promise<void>
  /** Sentences that say what is wrong; empty = everything that was acknowledged is there, once. */
  audit(): Promise<string[]>
}

type Stock = { readonly id: string; putUp: number; price: number }
type SellerMemory = { readonly client: SellerClient; readonly items: Stock[] }
type BuyerMemory = { readonly client: BuyerClient; readonly purchases: PurchaseBody[] }

const game: ReadonlySet<string> = new Set(['OUT_OF_STOCK', 'PRICE_CHANGED', 'CART_EMPTY'])

export async function startWorkload(
  report: ReadyReport,
  { sellers: sellerCount, buyers: buyerCount }: { sellers: number; buyers: number },
): Promise<Workload> {
  const many = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, make))
  const sellers: SellerMemory[] = (await many(sellerCount, () => newSeller(report))).map(
    (client) => ({
      client,
      items: [],
    }),
  )
  const buyers: BuyerMemory[] = (await many(buyerCount, () => newBuyer(report))).map((client) => ({
    client,
    purchases: [],
  }))
  const failures: { what: string; code: string; detail: string }[] = []
  let acknowledged = 0
  let longestCallMs = 0
  let isStopped = false

  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T | undefined> => {
    const startedAtMs = performance.now()
    try {
      const result = await call()
      acknowledged += 1
      return result
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (!game.has(error.code)) failures.push({ what, code: error.code, detail: error.detail })
      return undefined
    } finally {
      longestCallMs = Math.max(longestCallMs, performance.now() - startedAtMs)
    }
  }

  const sell = async ({ client, items }: SellerMemory): Promise<void> => {
    while (!isStopped) {
      if (items.length < 6) {
        const put = await attempt('put item up', () => client.createItem({ ...lamp, quantity: 40 }))
        if (put !== undefined) items.push({ id: put.item.id, putUp: 40, price: lamp.price.amount })
        continue
      }
      const item = items[Math.floor(Math.random() * items.length)] as Stock
      if (Math.random() < 0.5) {
        const changed = await attempt('change units', () => client.changeUnits(item.id, 3))
        if (changed !== undefined) item.putUp += 3
      } else {
        // Never dearer than what a buyer may have seen: purchases are not what is tested here.
        const price = item.price - 1
        const changed = await attempt('change price', () => client.changePrice(item.id, usd(price)))
        if (changed !== undefined) item.price = price
      }
    }
  }

  const buy = async ({ client, purchases }: BuyerMemory): Promise<void> => {
    while (!isStopped) {
      const stock = sellers.flatMap(({ items }) => items)
      const item = stock[Math.floor(Math.random() * stock.length)]
      if (item === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        continue
      }
      const added = await attempt('add to cart', () => client.addToCart(item.id, 1))
      if (added === undefined) continue
      const bought = await attempt('buy', () => client.buy(goodCard))
      if (bought !== undefined) purchases.push(bought)
      await attempt('search', () => client.search({ category: lamp.category }))
    }
  }

  const running = Promise.all([...sellers.map(sell), ...buyers.map(buy)])
  return {
    failures,
    get acknowledged() {
      return acknowledged
    },
    get longestCallMs() {
      return longestCallMs
    },
    stop: async () => {
      isStopped = true
      await running
    },
    audit: () => audit(report, sellers, buyers, failures.length > 0),
  }
}

/** `mayHaveMore`: some calls had an unknown outcome, so more than was acknowledged may be there; never less. */
async function audit(
  report: ReadyReport,
  sellers: readonly SellerMemory[],
  buyers: readonly BuyerMemory[],
  mayHaveMore: boolean,
): Promise<string[]> {
  const wrong: string[] = []
  const ledger = new Map((await readLedger(report)).map((entry) => [entry.reference, entry]))
  const boughtUnits = new Map<string, number>()
  for (const { client, purchases } of buyers) {
    const listed = await allPages(await client.listPurchases({ limit: 100 }), (next) =>
      client.nextPage<PurchaseBody>(next),
    )
    const byId = new Map(listed.map((purchase) => [purchase.id, purchase]))
    for (const { id } of purchases) {
      if (byId.get(id)?.state !== 'completed') {
        wrong.push(`acknowledged purchase ${id} is ${byId.get(id)?.state ?? 'missing'}`)
      }
    }
    for (const { id, state, total, lines } of listed) {
      const payment = ledger.get(id)
      const paid = payment?.status === 'APPROVED'
      if (paid !== (state === 'completed')) {
        wrong.push(`purchase ${id} is ${state}, its payment ${payment?.status ?? 'unknown'}`)
      }
      if (paid && payment.amount !== total.amount) {
        wrong.push(`purchase ${id} costs ${total.amount}, paid were ${payment.amount}`)
      }
      if (state !== 'completed') continue
      for (const { itemId, quantity } of lines) {
        boughtUnits.set(itemId, (boughtUnits.get(itemId) ?? 0) + quantity)
      }
    }
    const me = await client.me()
    const completed = listed.filter(({ state }) => state === 'completed').length
    if (me.itemsPurchased !== completed) {
      wrong.push(
        `${me.username} has ${completed} purchases of one unit, counted ${me.itemsPurchased}`,
      )
    }
  }
  for (const { client, items } of sellers) {
    for (const { id, putUp, price } of items) {
      const { item } = await client.getItem(id)
      const present = item.quantity + (boughtUnits.get(id) ?? 0)
      if (mayHaveMore ? present < putUp : present !== putUp) {
        wrong.push(`item ${id}: ${putUp} units put up, ${present} sold and left`)
      }
      if (mayHaveMore ? item.price.amount > price : item.price.amount !== price) {
        wrong.push(`item ${id}: its price was set to ${price}, it is ${item.price.amount}`)
      }
    }
    const sales = await allPages(await client.listSales({ limit: 100 }), (next) =>
      client.nextPage<SaleBody>(next),
    )
    const sold = items.reduce((sum, { id }) => sum + (boughtUnits.get(id) ?? 0), 0)
    const listedUnits = sales.reduce((sum, { quantity }) => sum + quantity, 0)
    if (listedUnits !== sold) wrong.push(`a seller lists ${listedUnits} units sold, buyers ${sold}`)
    const { itemsSold } = await client.rating()
    if (itemsSold !== sold) wrong.push(`a seller has ${itemsSold} units counted, buyers ${sold}`)
  }
  return wrong
}
