/** Rules of items, money and search (docs/domain.md), through the servers of a cluster. */
import { expect, it } from 'vitest'
import type { ItemRequest } from '../../../seller/api.ts'
import type { ItemBody } from '../../../shop/bodies.ts'
import type { TestCluster } from '../cluster.ts'
import { allPages, goodCard, lamp, newBuyer, newSeller, uniqueName, usd } from '../people.ts'
import { codeOf, putUp } from './asking.ts'

export function itemRules(cluster: () => TestCluster): void {
  const report = () => cluster().report

  it('an item gets its category and a serial number as its id [I1]', async () => {
    const seller = await newSeller(report())
    const items = [await putUp(seller, { category: 0 }), await putUp(seller, { category: 99 })]
    const [first, second] = items.map(({ id }) => id.split('-').map(Number))
    expect([first?.[0], second?.[0]]).toEqual([0, 99])
    expect(second?.[1]).toBeGreaterThan(first?.[1] ?? Number.NaN)
  })

  it('an item’s fields have bounds: within them taken, beyond refused [I2, M1, M2, M3]', async () => {
    const seller = await newSeller(report())
    const same = { ...lamp, name: 'x'.repeat(32) }
    const bounds: Partial<ItemRequest>[] = [
      { keywords: [], category: 0, quantity: 0, price: usd(1), condition: 'used' },
      {
        keywords: Array(5).fill('👍'.repeat(8)),
        category: 99,
        quantity: 1_000_000,
        price: usd(10 ** 12),
      },
    ]
    for (const change of bounds) {
      const { item } = await seller.createItem({ ...same, ...change })
      expect(item).toMatchObject({ ...same, ...change })
    }
    const beyond: object[] = [
      { name: '' },
      { name: 'x'.repeat(33) },
      { category: -1 },
      { category: 100 },
      { category: 1.5 },
      { keywords: Array(6).fill('a') },
      { keywords: ['x'.repeat(9)] },
      { keywords: [''] },
      { condition: 'broken' },
      { quantity: -1 },
      { quantity: 1_000_001 },
      { quantity: 0.5 },
      { price: usd(0) },
      { price: usd(10 ** 12 + 1) },
      { price: usd(9.5) },
      { price: 5 },
      { price: { amount: 100, currency: 'EUR' } },
      { price: { amount: '100', currency: 'USD' } },
    ]
    for (const change of beyond) {
      const refused = seller.createItem({ ...lamp, ...change } as ItemRequest)
      expect(await codeOf(refused), JSON.stringify(change)).toBe('INVALID_ARGUMENT')
    }
    expect((await seller.listItems()).items).toHaveLength(bounds.length)
  })

  it('the entity tag moves with edits, not with sales, and If-Match holds an edit to it [I3]', async () => {
    const seller = await newSeller(report())
    const { item, etag } = await seller.createItem(lamp)
    const buyer = await newBuyer(report())
    await buyer.addToCart(item.id, 1)
    await buyer.buy(goodCard)
    expect(await seller.getItem(item.id)).toMatchObject({ etag, item: { quantity: 4 } })
    const changed = await seller.changePrice(item.id, usd(1), { ifMatch: etag })
    expect(changed).toMatchObject({ item: { price: usd(1) } })
    expect(changed.etag).not.toBe(etag)
    expect(await codeOf(seller.changePrice(item.id, usd(2), { ifMatch: etag }))).toBe(
      'VERSION_MISMATCH',
    )
    expect(await codeOf(seller.changeUnits(item.id, 1, { ifMatch: etag }))).toBe('VERSION_MISMATCH')
    expect((await buyer.getItem(item.id)).price).toEqual(usd(1))
  })

  it('units go neither below 0 nor above a million [I4]', async () => {
    const seller = await newSeller(report())
    const { id } = await putUp(seller, { quantity: 3 })
    expect(await codeOf(seller.changeUnits(id, -4))).toBe('TOO_FEW_UNITS')
    expect(await codeOf(seller.changeUnits(id, 999_998))).toBe('QUANTITY_LIMIT')
    expect((await seller.changeUnits(id, 999_997)).item.quantity).toBe(1_000_000)
    expect((await seller.changeUnits(id, -1_000_000)).item.quantity).toBe(0)
  })

  it('a seller lists items on sale, sold out or all, and the sales, newest first [I5, I7, I8]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const ids: string[] = []
    for (const quantity of [1, 5, 2]) ids.push((await putUp(seller, { quantity })).id)
    const [first = '', second = '', third = ''] = ids
    await buyer.addToCart(first, 1)
    await buyer.buy(goodCard)
    await seller.changePrice(third, usd(7))
    await buyer.addToCart(third, 2)
    await buyer.buy(goodCard)
    const listed = async (availability: 'all' | 'onSale' | 'soldOut') =>
      (await seller.listItems({ availability })).items.map(({ id }) => id)
    expect(await listed('all')).toEqual([third, second, first])
    expect(await listed('onSale')).toEqual([second])
    expect(await listed('soldOut')).toEqual([third, first])
    const sales = (await seller.listSales()).items
    expect(sales.map(({ itemId, quantity, price }) => [itemId, quantity, price.amount])).toEqual([
      [third, 2, 7],
      [first, 1, lamp.price.amount],
    ])
    await buyer.giveFeedback(third, 'down')
    expect(await seller.rating()).toMatchObject({ up: 0, down: 1, itemsSold: 3 })
  })
}

export function searchRules(cluster: () => TestCluster): void {
  const report = () => cluster().report

  it('search finds what has units left, by all filters given, bounds included [Q1, Q2, Q6, V2]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const category = 71
    const cheap = await putUp(seller, { category, price: usd(100) })
    const used = await putUp(seller, { category, price: usd(200), condition: 'used' })
    const dear = await putUp(seller, { category, price: usd(300), quantity: 1 })
    await putUp(seller, { category: 72, price: usd(200) })
    const search = async (query: object) =>
      (await buyer.search({ category, ...query })).items.map(({ id }) => id)
    expect(await search({})).toEqual([dear.id, used.id, cheap.id])
    expect(await search({ condition: 'used' })).toEqual([used.id])
    expect(await search({ minPrice: 100, maxPrice: 200 })).toEqual([used.id, cheap.id])
    expect(await search({ minPrice: 201, condition: 'new' })).toEqual([dear.id])
    expect(await search({ maxPrice: 99 })).toEqual([])
    await buyer.addToCart(dear.id, 1)
    const { id } = await buyer.buy(goodCard)
    expect(await search({})).toEqual([used.id, cheap.id])
    expect(await buyer.getItem(dear.id)).toMatchObject({ id: dear.id, quantity: 0 })
    expect((await buyer.getPurchase(id)).lines[0]?.itemId).toBe(dear.id)
  })

  it('keywords find by equality without case, and by likeness, at most five of them [Q3, Q4]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const category = 73
    const item = await putUp(seller, { category, name: 'Mahogany Table', keywords: ['Zq9'] })
    const found = async (...keywords: string[]) =>
      (await buyer.search({ category, keywords })).items.map(({ id }) => id)
    for (const word of ['zq9', 'ZQ9', 'mahogany', 'TABLE', 'mahogani']) {
      expect(await found(word), word).toEqual([item.id])
    }
    // A word similarity of 0.33.
    expect(await found('mahagony')).toEqual([])
    expect(await found('bicycle')).toEqual([])
    expect(await found('bicycle', 'zq9', 'a', 'b', 'c')).toEqual([item.id])
    expect(await codeOf(found('a', 'b', 'c', 'd', 'e', 'f'))).toBe('INVALID_ARGUMENT')
  })

  it('the best come first: keywords, likeness, thumbs, age [Q5]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const category = 74
    const put = (name: string, keywords: string[]) => putUp(seller, { category, name, keywords })
    const like = await put('crimson chairs', [])
    const older = await put('crimson chair', ['seat'])
    const newer = await put('crimson chair', ['seat'])
    const liked = await put('crimson chair', ['seat'])
    const both = await put('thing', ['crimson', 'chair'])
    const disliked = await put('crimson chair', ['seat'])
    for (const [item, vote] of [
      [liked, 'up'],
      [disliked, 'down'],
    ] as const) {
      await buyer.addToCart(item.id, 1)
      await buyer.buy(goodCard)
      await buyer.giveFeedback(item.id, vote)
    }
    const { items } = await buyer.search({ category, keywords: ['crimson', 'chair', 'seat'] })
    const expected = [both, liked, newer, older, disliked, like]
    expect(items.map(({ id }) => id)).toEqual(expected.map(({ id }) => id))
  })

  it('pages hold each item once, and a cursor serves only its own search [Q7]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const category = 75
    const name = uniqueName('pages')
    for (let n = 0; n < 7; n += 1) await putUp(seller, { category, name })
    for (const keywords of [undefined, ['pages']]) {
      const first = await buyer.search({ category, keywords, limit: 3 })
      const pages = await allPages<ItemBody>(first, (next) => buyer.nextPage(next))
      expect(first.items).toHaveLength(3)
      expect(new Set(pages.map(({ id }) => id)).size).toBe(7)
      expect(pages).toHaveLength(7)
      const elsewhere = first.next?.replace(`category=${category}`, 'category=76') ?? ''
      expect(elsewhere).toContain('category=76')
      expect(await codeOf(buyer.nextPage(elsewhere))).toBe('INVALID_ARGUMENT')
    }
  })
}
