/**
 * What a measured seller and a measured buyer do, over and over, each through its operations: every
 * operation of the surface occurs, with a purchase in each round of a buyer.
 */
import type { Random } from '../common/random.ts'
import { type BuyerClient, createBuyerClient } from '../buyer/api.ts'
import { createSellerClient, type SellerClient } from '../seller/api.ts'
import { ApiProblem } from '../shop/api-problem.ts'
import type { Recorder } from './measure.ts'

export type Addresses = { readonly sellers: readonly string[]; readonly buyers: readonly string[] }

export type ClientTask = {
  readonly recorder: Recorder
  readonly random: Random
  readonly currency: string
  /** True once the run is over: the round in progress is the last. */
  readonly finished: () => boolean
}

const password = 'a benchmark password'
const words = ['red', 'shoe', 'lamp', 'book', 'travel', 'audio', 'kitchen', 'garden'] as const
const categories = 20
const card = {
  name: 'Bench Buyer',
  number: '4242424242424242',
  expiration: '12/39',
  securityCode: '123',
} as const

/** The code of a refusal; anything else is counted under its name. */
export function codeOf(error: unknown): string {
  if (error instanceof ApiProblem) return error.code
  return error instanceof Error ? error.name : String(error)
}

/** Creates an account and logs in; not measured by the run, which starts when all are ready. */
export async function openSeller(addresses: Addresses, username: string): Promise<SellerClient> {
  const client = createSellerClient({ servers: addresses.sellers })
  await client.createAccount({ username, password })
  await client.login({ username, password })
  return client
}

export async function openBuyer(addresses: Addresses, username: string): Promise<BuyerClient> {
  const client = createBuyerClient({ servers: addresses.buyers })
  await client.createAccount({ username, password })
  await client.login({ username, password })
  return client
}

export async function runSeller(client: SellerClient, task: ClientTask): Promise<void> {
  const { recorder, random, currency, finished } = task
  const measure = <T>(name: string, call: () => Promise<T>): Promise<T | undefined> =>
    recorder.measure(`seller ${name}`, call, codeOf)
  while (!finished()) {
    const name = `Bench ${pick(random)} ${random.integer(1, 9_999)}`
    const put = await measure('put item up', () =>
      client.createItem({
        name,
        category: random.integer(0, categories - 1),
        keywords: [pick(random), pick(random)],
        condition: random.next() < 0.8 ? 'new' : 'used',
        price: { amount: random.integer(100, 50_000), currency },
        quantity: random.integer(50, 500),
      }),
    )
    if (put !== undefined) {
      const { id } = put.item
      const amount = random.integer(100, 50_000)
      await measure('change price', () => client.changePrice(id, { amount, currency }))
      await measure('change units', () => client.changeUnits(id, random.integer(1, 20)))
      await measure('get item', () => client.getItem(id))
    }
    await measure('list items', () => client.listItems({ availability: 'onSale' }))
    await measure('list sales', () => client.listSales())
    await measure('rating', () => client.rating())
  }
}

export async function runBuyer(client: BuyerClient, task: ClientTask): Promise<void> {
  const { recorder, random, finished } = task
  const measure = <T>(name: string, call: () => Promise<T>): Promise<T | undefined> =>
    recorder.measure(`buyer ${name}`, call, codeOf)
  /** One vote per item: a second one would be refused, rightly. */
  const voted = new Set<string>()
  while (!finished()) {
    const category = random.integer(0, categories - 1)
    await measure('search', () => client.search({ category }))
    const found = await measure('search', () => client.search({ keywords: [pick(random)] }))
    const inStock = (found?.items ?? []).filter(({ quantity }) => quantity >= 10)
    const item = inStock[random.integer(0, Math.max(0, inStock.length - 1))]
    if (item === undefined) continue
    await measure('get item', () => client.getItem(item.id))
    await measure('seller rating', () => client.sellerRating(item.sellerId))
    const added = await measure('add to cart', () => client.addToCart(item.id, 2))
    await measure('show cart', () => client.cart())
    if (added === undefined) continue
    await measure('remove from cart', () => client.removeFromCart(item.id, 1))
    if (random.next() < 0.2) {
      await measure('save cart', () => client.saveCart())
    }
    // Sellers change prices meanwhile: a cart is bought at the prices of the moment.
    await measure('accept prices', () => client.acceptPrices())
    const bought = await measure('buy', () => client.buy(card))
    if (bought === undefined) await measure('clear cart', () => client.clearCart())
    await measure('list purchases', () => client.listPurchases())
    if (bought !== undefined && !voted.has(item.id) && random.next() < 0.2) {
      voted.add(item.id)
      await measure('feedback', () => client.giveFeedback(item.id, 'up'))
    }
  }
}

function pick(random: Random): string {
  return words[random.integer(0, words.length - 1)] ?? words[0]
}
