/**
 * One replica of the products group: real PostgreSQL, real gRPC, a Raft group of one member.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { memberId } from '../../common/member.ts'
import {
  type CreateItemRequest,
  createProductsClient,
  type Item__Output,
  type ProductsClient,
  type SearchRequest,
} from '../../db-products/api.ts'
import { productsReplica } from '../../db-products/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'products-test', level: 'error' })
const seller = 7
const buyer = 4
const anyReplica = { local: false }

let dataDir: string
let replica: Replica
let client: ProductsClient
let requests = 0

async function start(): Promise<void> {
  const self = { id: memberId(0), host: '127.0.0.1', port: 0 }
  const config = {
    ...loadConfig({ CLUSTER_SECRET: secret, DATA_DIR: dataDir }),
    productDbs: [self],
  }
  const onFatal = (error: unknown) => {
    throw error
  }
  replica = await startReplica(productsReplica(config, self), { logger, onFatal })
  await replica.serving
  const members = [{ host: self.host, port: replica.port }]
  client = createProductsClient({ members, secret, logger })
}

async function stop(): Promise<void> {
  client.close()
  await replica.stop()
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'agora-products-'))
  await start()
})

afterAll(async () => {
  await stop()
  await rm(dataDir, { recursive: true, force: true })
})

const soon = () => ({ deadline: { atUnixMs: Date.now() + 10_000 } })
const usd = (amount: number) => ({ amount, currency: 'USD' })

function once(requestId?: string) {
  requests += 1
  return { requestId: requestId ?? `request-${requests}`, fingerprint: '', keepForADay: true }
}

async function putUp(change: Partial<CreateItemRequest> = {}): Promise<Item__Output> {
  const request: CreateItemRequest = {
    context: once(),
    sellerId: seller,
    name: 'Red shoe',
    category: 3,
    keywords: ['Shoe', 'red'],
    condition: 'NEW',
    price: usd(1999),
    quantity: 5,
    ...change,
  }
  const { item } = await client.createItem(request, soon())
  if (item === null) throw new Error('an item was put up, but not returned')
  return item
}

async function itemNow(id: string): Promise<Item__Output> {
  const { items } = await client.getItems({ context: anyReplica, ids: [id] }, soon())
  const [item] = items
  if (item === undefined) throw new Error(`there is no item ${id}`)
  return item
}

const reserve = (purchaseId: string, id: string, quantity = 1, ceiling = 1999, buyerId = buyer) =>
  client.reserve(
    {
      context: once(),
      purchaseId,
      buyerId,
      lines: [{ itemId: id, quantity, ceiling: usd(ceiling) }],
    },
    soon(),
  )
const confirm = (purchaseId: string) => client.confirm({ context: once(), purchaseId }, soon())
const release = (purchaseId: string) => client.release({ context: once(), purchaseId }, soon())
const vote = (id: string, up: boolean, buyerId = buyer) =>
  client.vote({ context: once(), buyerId, itemId: id, up }, soon())

/** The AppError that a call ends with, as far as it matters. */
async function refusal(call: Promise<unknown>) {
  try {
    await call
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { code, definite, fields, details } = error
    return { code, definite, fields: fields.map(({ path }) => path), details }
  }
  throw new Error('nothing was refused')
}

describe('items', () => {
  test('what was put up is found by its id', async () => {
    const item = await putUp({ name: 'Grüne Lampe', category: 0, condition: 'USED' })
    expect(item).toMatchObject({
      id: expect.stringMatching(/^0-[1-9]\d*$/),
      sellerId: seller,
      name: 'Grüne Lampe',
      category: 0,
      keywords: ['Shoe', 'red'],
      condition: 'USED',
      price: usd(1999),
      quantity: 5,
      up: 0,
      down: 0,
      version: 1,
    })
    expect(Math.abs(item.createdAtMs - Date.now())).toBeLessThan(60_000)
    expect(await itemNow(item.id)).toEqual(item)
  })

  test('ids that name nothing are left out; the others come in the order asked for', async () => {
    const first = await putUp()
    const second = await putUp({ sellerId: 8 })
    const wrongCategory = `9-${first.id.split('-')[1]}`
    const ids = [second.id, '3-999999', 'x', wrongCategory, first.id, second.id]
    const found = await client.getItems({ context: anyReplica, ids }, soon())
    expect(found.items.map(({ id }) => id)).toEqual([second.id, first.id])
    const own = await client.getItems({ context: anyReplica, ids, sellerId: 8 }, soon())
    expect(own.items.map(({ id }) => id)).toEqual([second.id])
  })

  test('every bad field is named', async () => {
    const bad = putUp({
      name: 'x'.repeat(33),
      keywords: ['a', 'b', 'c', 'd', 'e', 'ninechars'],
      price: usd(0),
      quantity: -1,
      category: 100,
      condition: 'CONDITION_UNSPECIFIED',
    })
    expect(await refusal(bad)).toMatchObject({
      code: 'INVALID_ARGUMENT',
      definite: true,
      fields: expect.arrayContaining([
        'name',
        'keywords',
        'price.amount',
        'quantity',
        'category',
        'condition',
      ]),
    })
    const euros = putUp({ price: { amount: 1, currency: 'EUR' } })
    expect(await refusal(euros)).toMatchObject({ code: 'CURRENCY_MISMATCH', definite: true })
    const nameless = client.confirm({ context: null, purchaseId: 'p' }, soon())
    expect(await refusal(nameless)).toMatchObject({ fields: ['context.requestId'] })
  })

  test('a price changes for its seller, from the version that was seen', async () => {
    const { id } = await putUp()
    const change = { sellerId: seller, itemId: id, price: usd(5), ifVersion: 1 }
    const changed = await client.changePrice({ context: once(), ...change }, soon())
    expect(changed.item).toMatchObject({ price: usd(5), version: 2 })
    const again = await refusal(client.changePrice({ context: once(), ...change }, soon()))
    expect(again).toMatchObject({ code: 'VERSION_MISMATCH', definite: true })
    const other = { ...change, sellerId: 8, ifVersion: 0 }
    const foreign = await refusal(client.changePrice({ context: once(), ...other }, soon()))
    expect(foreign).toMatchObject({ code: 'ITEM_NOT_FOUND' })
  })

  test('units are added and taken away within their limits', async () => {
    const { id } = await putUp({ quantity: 2 })
    const change = (units: number) =>
      client.changeUnits({ context: once(), sellerId: seller, itemId: id, change: units }, soon())
    expect((await change(-2)).item).toMatchObject({ quantity: 0, version: 2 })
    expect(await refusal(change(-1))).toMatchObject({ code: 'TOO_FEW_UNITS' })
    expect(await refusal(change(1_000_001))).toMatchObject({ code: 'INVALID_ARGUMENT' })
    expect((await change(1_000_000)).item).toMatchObject({ quantity: 1_000_000 })
    expect(await refusal(change(1))).toMatchObject({ code: 'QUANTITY_LIMIT' })
  })

  test("a seller's own items: newest first, in pages, on sale or sold out", async () => {
    const mine = []
    for (let i = 0; i < 5; i += 1) mine.push(await putUp({ sellerId: 77, quantity: i % 2 }))
    const page = async (availability: 'ALL' | 'ON_SALE' | 'SOLD_OUT', limit: number, cursor = '') =>
      client.listSellerItems(
        { context: anyReplica, sellerId: 77, availability, limit, cursor },
        soon(),
      )
    const newestFirst = mine.map(({ id }) => id).reverse()
    const first = await page('ALL', 3)
    const second = await page('ALL', 3, first.nextCursor)
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(newestFirst)
    expect(second.nextCursor).toBe('')
    expect((await page('ON_SALE', 9)).items).toHaveLength(2)
    expect((await page('SOLD_OUT', 9)).items).toHaveLength(3)
    const foreign = await refusal(page('ON_SALE', 3, first.nextCursor))
    expect(foreign).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['cursor'] })
  })
})

describe('search', () => {
  /** Items of this test live in a category of their own. */
  const search = async (category: number, request: SearchRequest = {}) =>
    client.search({ context: anyReplica, category, limit: 20, ...request }, soon())
  const namesIn = async (category: number, request: SearchRequest = {}) =>
    (await search(category, request)).items.map(({ name }) => name)

  test('without keywords: newest first; what is sold out is not shown', async () => {
    await putUp({ category: 20, name: 'one' })
    await putUp({ category: 20, name: 'two' })
    const gone = await putUp({ category: 20, name: 'three', quantity: 0 })
    expect(await namesIn(20)).toEqual(['two', 'one'])
    expect(await itemNow(gone.id)).toMatchObject({ quantity: 0 })
  })

  test('filters: condition and price range', async () => {
    await putUp({ category: 21, name: 'cheap', price: usd(10), condition: 'USED' })
    await putUp({ category: 21, name: 'fair', price: usd(100) })
    await putUp({ category: 21, name: 'dear', price: usd(1000) })
    expect(await namesIn(21, { condition: 'USED' })).toEqual(['cheap'])
    expect(await namesIn(21, { minPrice: 100 })).toEqual(['dear', 'fair'])
    expect(await namesIn(21, { minPrice: 11, maxPrice: 999 })).toEqual(['fair'])
    expect(await namesIn(21, { maxPrice: 0 })).toEqual([])
    const empty = await refusal(search(21, { minPrice: 2, maxPrice: 1 }))
    expect(empty).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['minPrice'] })
  })

  test('keywords: first those that match, then what resembles them, typos included', async () => {
    await putUp({ category: 22, name: 'Garden table', keywords: ['garden', 'TABLE'] })
    await putUp({ category: 22, name: 'Table lamp', keywords: ['lamp'] })
    await putUp({ category: 22, name: 'Coffee table', keywords: ['table'] })
    await putUp({ category: 22, name: 'Bicycle', keywords: ['bike'] })
    expect(await namesIn(22, { keywords: ['Table', 'garden'] })).toEqual([
      'Garden table',
      'Coffee table',
      'Table lamp',
    ])
    expect(await namesIn(22, { keywords: ['bicycel'] })).toEqual(['Bicycle'])
    expect(await namesIn(22, { keywords: ['BIKE'] })).toEqual(['Bicycle'])
    expect(await namesIn(22, { keywords: ['zzzz'] })).toEqual([])
  })

  test('an item is found at a similarity of 0.4, below what PostgreSQL assumes', async () => {
    await putUp({ category: 23, name: 'Wardrobe', keywords: [] })
    // word_similarity('warderob', 'wardrobe') = 5/9
    expect(await namesIn(23, { keywords: ['warderob'] })).toEqual(['Wardrobe'])
    expect(await namesIn(23, { keywords: ['wales'] })).toEqual([])
  })

  test('words beyond ASCII, and words without a single letter', async () => {
    await putUp({ category: 24, name: 'Кроссовки красные', keywords: ['обувь'] })
    await putUp({ category: 24, name: 'Book', keywords: ['c++', '★'] })
    expect(await namesIn(24, { keywords: ['кросовки'] })).toEqual(['Кроссовки красные'])
    expect(await namesIn(24, { keywords: ['ОБУВЬ'] })).toEqual(['Кроссовки красные'])
    expect(await namesIn(24, { keywords: ['★'] })).toEqual(['Book'])
    expect(await namesIn(24, { keywords: ['C++'] })).toEqual(['Book'])
    expect(await namesIn(24, { keywords: ['!'] })).toEqual([])
  })

  test('pages follow the rank without gaps or repetitions', async () => {
    const words = [['lamp'], ['lamp', 'desk'], [], ['desk']]
    for (let i = 0; i < 13; i += 1) {
      await putUp({ category: 25, name: `Desk lamp ${i}`, keywords: words[i % 4] ?? [] })
    }
    for (const keywords of [[], ['lamp', 'desk'], ['lamp']]) {
      const all = await search(25, { keywords })
      expect(all.items).toHaveLength(13)
      expect(all.nextCursor).toBe('')
      const paged: string[] = []
      let cursor = ''
      do {
        const page = await search(25, { keywords, limit: 3, cursor })
        paged.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      } while (cursor !== '')
      expect(paged).toEqual(all.items.map(({ id }) => id))
    }
    const { nextCursor } = await search(25, { keywords: ['lamp'], limit: 3 })
    const foreign = await refusal(search(25, { keywords: ['desk'], cursor: nextCursor }))
    expect(foreign).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['cursor'] })
  })

  test('of equals, the better liked comes first, then the newer', async () => {
    const names = ['old', 'liked', 'disliked', 'new']
    const [, liked, disliked] = await Promise.all(
      names.map((name) =>
        putUp({ category: 26, name: 'Mug', keywords: [name.slice(0, 8), 'mug'] }),
      ),
    )
    if (liked === undefined || disliked === undefined) throw new Error('not put up')
    for (const [purchase, item, up] of [
      ['mug-1', liked, true],
      ['mug-2', disliked, false],
    ] as const) {
      await reserve(purchase, item.id)
      await confirm(purchase)
      await vote(item.id, up)
    }
    const { items } = await search(26, { keywords: ['mug'] })
    expect(items.at(0)?.id).toBe(liked.id)
    expect(items.at(-1)?.id).toBe(disliked.id)
    const [second, third] = items.slice(1, 3).map(({ id }) => Number(id.split('-')[1]))
    expect(second).toBeGreaterThan(third ?? 0)
  })
})

describe('purchases', () => {
  test('reserve, confirm: sales, counts, the right to vote', async () => {
    const { id } = await putUp({ sellerId: 50, name: 'Clock', price: usd(900) })
    const reserved = await reserve('clock', id, 2, 1000)
    expect(reserved).toEqual({
      state: 'HELD',
      lines: [{ itemId: id, sellerId: 50, name: 'Clock', quantity: 2, price: usd(900) }],
      replayed: false,
    })
    expect(await itemNow(id)).toMatchObject({ quantity: 3, version: 1 })
    expect(await refusal(vote(id, true))).toMatchObject({ code: 'NOT_PURCHASED', definite: true })
    expect(await confirm('clock')).toMatchObject({ state: 'CONFIRMED', lines: reserved.lines })
    expect(await confirm('clock')).toMatchObject({ state: 'CONFIRMED' })

    const { sales } = await client.listSales({ context: anyReplica, sellerId: 50 }, soon())
    expect(sales).toEqual([
      {
        purchaseId: 'clock',
        itemId: id,
        name: 'Clock',
        quantity: 2,
        price: usd(900),
        soldAtMs: expect.any(Number),
      },
    ])
    expect((await vote(id, true)).item).toMatchObject({ up: 1, down: 0, version: 1 })
    expect(await refusal(vote(id, false))).toMatchObject({ code: 'ALREADY_VOTED' })
    const rating = await client.getSellerRating({ context: anyReplica, sellerId: 50 }, soon())
    expect(rating).toEqual({ sellerId: 50, up: 1, down: 0, itemsSold: 2 })
  })

  test('a seller of whom nothing is known has zeros', async () => {
    const rating = await client.getSellerRating({ context: anyReplica, sellerId: 999 }, soon())
    expect(rating).toEqual({ sellerId: 999, up: 0, down: 0, itemsSold: 0 })
  })

  test('sales come newest first, in pages, whatever the ids and however fast they follow', async () => {
    const { id } = await putUp({ sellerId: 51, quantity: 10 })
    const sold = ['page-m', 'page-c', 'page-x', 'page-a', 'page-q']
    for (const purchaseId of sold) {
      await reserve(purchaseId, id)
      await confirm(purchaseId)
    }
    const seen: string[] = []
    let cursor = ''
    do {
      const page = await client.listSales(
        { context: anyReplica, sellerId: 51, limit: 2, cursor },
        soon(),
      )
      seen.push(...page.sales.map(({ purchaseId }) => purchaseId))
      cursor = page.nextCursor
    } while (cursor !== '')
    expect(seen).toEqual(sold.toReversed())
  })

  test('what is not there, or costs more, is refused and named', async () => {
    const { id } = await putUp({ quantity: 1, price: usd(500) })
    const lines = [{ itemId: id, available: 1, price: usd(500) }]
    expect(await refusal(reserve('short', id, 2))).toEqual({
      code: 'OUT_OF_STOCK',
      definite: true,
      fields: [],
      details: { lines },
    })
    const dear = await refusal(reserve('dear', id, 1, 499))
    expect(dear).toMatchObject({ code: 'PRICE_CHANGED', details: { lines } })
    const none = await refusal(reserve('none', '3-999999'))
    expect(none).toMatchObject({ code: 'ITEM_NOT_FOUND' })
    expect(await itemNow(id)).toMatchObject({ quantity: 1 })
  })

  test('release gives the units back; a tombstone refuses a late reserve', async () => {
    const { id } = await putUp({ quantity: 3 })
    await reserve('back', id, 3)
    expect(await refusal(reserve('late', id))).toMatchObject({ code: 'OUT_OF_STOCK' })
    expect(await release('back')).toMatchObject({ state: 'RELEASED' })
    expect(await release('back')).toMatchObject({ state: 'RELEASED' })
    expect(await itemNow(id)).toMatchObject({ quantity: 3 })
    expect(await refusal(confirm('back'))).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    expect(await release('never')).toEqual({ state: 'RELEASED', lines: [], replayed: false })
    expect(await refusal(reserve('never', id))).toMatchObject({ code: 'PURCHASE_ABANDONED' })
    expect(await refusal(confirm('unheard'))).toMatchObject({ code: 'PURCHASE_NOT_FOUND' })
  })

  test('12 buyers race for 5 units: 5 have one, 7 are refused', async () => {
    const { id } = await putUp({ quantity: 5 })
    const races = Array.from({ length: 12 }, (_, i) => reserve(`race-${i}`, id, 1, 1999, i + 1))
    const results = await Promise.allSettled(races)
    const refused = results.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(7)
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'OUT_OF_STOCK', definite: true })
    }
    expect(await itemNow(id)).toMatchObject({ quantity: 0 })
  })
})

describe('repeated requests', () => {
  test('return the first answer, and have one effect', async () => {
    const context = once('repeat-create')
    const first = await putUp({ context, sellerId: 60 })
    const request = {
      context,
      sellerId: 60,
      name: 'Red shoe',
      category: 3,
      keywords: ['Shoe', 'red'],
      condition: 'NEW',
      price: usd(1999),
      quantity: 5,
    } as const
    const again = await client.createItem({ ...request, keywords: [...request.keywords] }, soon())
    expect(again).toEqual({ item: first, replayed: true })
    const { items } = await client.listSellerItems({ context: anyReplica, sellerId: 60 }, soon())
    expect(items).toHaveLength(1)
  })

  test('at the same time, too', async () => {
    const { id } = await putUp({ quantity: 100 })
    const context = once('repeat-at-once')
    const change = { context, sellerId: seller, itemId: id, change: -1 }
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => client.changeUnits(change, soon())),
    )
    expect(replies.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(replies.map(({ item }) => item?.quantity))).toEqual(new Set([99]))
    expect(await itemNow(id)).toMatchObject({ quantity: 99 })
  })

  test('a refusal is repeated as well, although by now it would succeed', async () => {
    const { id } = await putUp({ quantity: 0 })
    const lines = [{ itemId: id, quantity: 1, ceiling: usd(1999) }]
    const request = { context: once(), purchaseId: 'stubborn', buyerId: buyer, lines }
    expect(await refusal(client.reserve(request, soon()))).toMatchObject({ code: 'OUT_OF_STOCK' })
    await client.changeUnits({ context: once(), sellerId: seller, itemId: id, change: 1 }, soon())
    expect(await refusal(client.reserve(request, soon()))).toMatchObject({
      code: 'OUT_OF_STOCK',
      details: { replayed: true },
    })
  })

  test('another body under the same id is refused', async () => {
    const context = { ...once('fingerprinted'), fingerprint: 'one' }
    await putUp({ context })
    const other = putUp({ context: { ...context, fingerprint: 'two' }, name: 'Blue shoe' })
    expect(await refusal(other)).toMatchObject({ code: 'IDEMPOTENCY_MISMATCH', definite: true })
  })
})

describe('the replica', () => {
  test('tells how its group is', async () => {
    const { json } = await client.getStatus({}, soon())
    expect(JSON.parse(json)).toMatchObject({ protocol: 'raft', self: 0, writable: true })
  })

  test('a restart keeps everything: stock, reservations, votes, answers', async () => {
    const kept = await putUp({ sellerId: 70, category: 30, context: once('before-restart') })
    await reserve('held-over', kept.id, 2)
    await reserve('sold', kept.id, 1)
    await confirm('sold')
    await vote(kept.id, false)
    const before = await itemNow(kept.id)
    const sales = await client.listSales({ context: anyReplica, sellerId: 70 }, soon())

    await stop()
    await start()

    expect(await itemNow(kept.id)).toEqual(before)
    expect(await client.listSales({ context: anyReplica, sellerId: 70 }, soon())).toEqual(sales)
    const again = await putUp({ sellerId: 70, category: 30, context: once('before-restart') })
    expect(again).toEqual(kept)
    expect(await release('held-over')).toMatchObject({ state: 'RELEASED' })
    expect(await itemNow(kept.id)).toMatchObject({ quantity: before.quantity + 2 })
    expect(await refusal(vote(kept.id, true))).toMatchObject({ code: 'ALREADY_VOTED' })
    const found = await client.search(
      { context: { local: true }, category: 30, keywords: ['shoe'] },
      soon(),
    )
    expect(found.items.map(({ id }) => id)).toEqual([kept.id])
    const next = await putUp({ category: 30 })
    expect(Number(next.id.split('-')[1])).toBeGreaterThan(Number(kept.id.split('-')[1]))
  })
})
