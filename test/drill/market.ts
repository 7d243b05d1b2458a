/**
 * The people of a purchase drill: few items, few units, prices that move both ways, carts of several lines, cards
 * of every kind, so that they get in each other's way. They remember all that they were told.
 */
import { type BuyerClient, createBuyerClient, type PurchaseBody } from '../../buyer/api.ts'
import type { CartBody } from '../../buyer/bodies.ts'
import type { Random } from '../../common/random.ts'
import type { ReadyReport } from '../../launcher/up.ts'
import type { SellerClient } from '../../seller/api.ts'
import { goodCard, lamp, newBuyer, newSeller, usd } from '../e2e/people.ts'
import type { Called, History, Span } from './history.ts'

export type Offer = {
  readonly id: string
  readonly seller: SellerClient
  /** Units put up so far, less those taken away. */
  putUp: number
  /** Every price, in order, with the call that set it. */
  readonly prices: (Span & { readonly amount: number })[]
}

export type Attempt = {
  readonly buyer: string
  /** As it was just before; only this buyer's own calls change it. */
  readonly cart: CartBody
  readonly called: Called<PurchaseBody>
}

export type Shopper = {
  readonly name: string
  readonly client: BuyerClient
  /** The same session and cart through connections of its own, for calls at the same time. */
  readonly twin: BuyerClient
}

export type Market = {
  readonly offers: readonly Offer[]
  readonly shoppers: readonly Shopper[]
  readonly attempts: readonly Attempt[]
  /** Sentences about what was wrong while it happened. */
  readonly wrong: readonly string[]
  stop(): Promise<void>
}

export type MarketOptions = {
  readonly report: ReadyReport
  readonly random: Random
  readonly history: History
  readonly sellers: number
  readonly itemsEach: number
  readonly buyers: number
}

/** The last is no test card: nine in ten are approved. The silent one takes seconds, so it is rare. */
const cards = [
  ...Array<string>(8).fill('4242424242424242'),
  ...Array<string>(3).fill('4000000000000002'),
  '4000000000009995',
  '4000000000002008',
  ...Array<string>(4).fill('4111111111111111'),
]

export async function openMarket(options: MarketOptions): Promise<Market> {
  const { report, random, history } = options
  const offers: Offer[] = []
  for (let n = 0; n < options.sellers; n += 1) {
    const seller = await newSeller(report)
    for (let i = 0; i < options.itemsEach; i += 1) offers.push(await putUp(seller, history))
  }
  const shoppers: Shopper[] = []
  for (let n = 0; n < options.buyers; n += 1) {
    const name = `buyer ${n}`
    const client = await newBuyer(report)
    const token = client.token
    const twin = createBuyerClient({ servers: report.buyers, token })
    shoppers.push({ name, client, twin })
  }
  const attempts: Attempt[] = []
  const wrong: string[] = []
  let isStopped = false
  const working = (async () => {
    await Promise.all([
      ...offers.map(async (offer) => {
        while (!isStopped) await sellOnce(offer, options)
      }),
      ...shoppers.map(async (shopper) => {
        while (!isStopped) wrong.push(...(await shopOnce(shopper, offers, attempts, options)))
      }),
    ])
  })()
  // Told by stop(); until then nobody waits for it.
  working.catch(() => {
    isStopped = true
  })
  return {
    offers,
    shoppers,
    attempts,
    wrong,
    stop: async () => {
      isStopped = true
      await working
    },
  }

  async function putUp(seller: SellerClient, calls: History): Promise<Offer> {
    const quantity = random.integer(1, 6)
    const amount = random.integer(1_000, 2_000)
    const item = { ...lamp, quantity, price: usd(amount) }
    const called = await calls.call('put an item up', (key) => seller.createItem(item, key))
    if (!called.outcome.ok) throw new Error(`An item was refused: ${called.outcome.code}`)
    const { id } = called.outcome.value.item
    return { id, seller, putUp: quantity, prices: [{ ...called, amount }] }
  }
}

async function sellOnce(offer: Offer, { random, history }: MarketOptions): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, random.integer(100, 600)))
  if (random.next() < 0.5) {
    const amount = random.integer(1_000, 2_000)
    const { outcome, ...span } = await history.call('change a price', (key) =>
      offer.seller.changePrice(offer.id, usd(amount), key),
    )
    if (outcome.ok) offer.prices.push({ ...span, amount })
    return
  }
  const change = random.next() < 0.7 ? random.integer(1, 4) : -random.integer(1, 2)
  const { outcome } = await history.call('change units', (key) =>
    offer.seller.changeUnits(offer.id, change, key),
  )
  if (outcome.ok) offer.putUp += change
}

/** Fills the cart, looks at it, and buys it, one way or another. Returns what was wrong about it. */
async function shopOnce(
  { name, client, twin }: Shopper,
  offers: readonly Offer[],
  attempts: Attempt[],
  { random, history }: MarketOptions,
): Promise<string[]> {
  for (let n = random.integer(1, 3); n > 0; n -= 1) {
    const { id } = pick(offers, random)
    const quantity = random.integer(1, 3)
    await history.call('add to a cart', (key) => client.addToCart(id, quantity, key))
  }
  if (random.next() < 0.7) {
    await history.call('accept prices', (key) => client.acceptPrices(key))
  }
  const looked = await history.call('look at a cart', () => client.cart())
  if (!looked.outcome.ok) return [`${name}: its cart was refused: ${looked.outcome.code}`]
  const cart = looked.outcome.value
  if (cart.lines.length === 0) return []
  const card = { ...goodCard, number: pick(cards, random) }
  const buy = (by: BuyerClient) => history.call('buy a cart', (key) => by.buy(card, key))
  if (random.next() < 0.8) attempts.push({ buyer: name, cart, called: await buy(client) })
  else {
    // Twice at the same time, under two keys, at two servers.
    const both = await Promise.all([buy(client), buy(twin)])
    for (const called of both) attempts.push({ buyer: name, cart, called })
    if (both.every(({ outcome }) => outcome.ok)) return [`${name} bought one cart twice`]
  }
  // What could not be bought is not carried along for ever.
  if (random.next() < 0.5) await history.call('clear a cart', (key) => client.clearCart(key))
  return []
}

function pick<T>(from: readonly T[], random: Random): T {
  return from[random.integer(0, from.length - 1)] as T
}
