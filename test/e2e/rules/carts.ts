/** Rules of the cart (docs/domain.md), through the servers of a cluster. */
import { expect, it } from 'vitest'
import type { BuyerClient } from '../../../buyer/api.ts'
import type { TestCluster } from '../cluster.ts'
import { goodCard, lamp, newBuyer, newSeller, uniqueName, usd } from '../people.ts'
import { buyerAgain, codeOf, putUp } from './asking.ts'

const linesOf = async (buyer: BuyerClient) =>
  (await buyer.cart()).lines.map(({ itemId, quantity }) => [itemId, quantity])

export function cartRules(cluster: () => TestCluster): void {
  const report = () => cluster().report

  it('adding merges lines at the first price, checks the sum, reserves nothing [C1, C2, C3]', async () => {
    const seller = await newSeller(report())
    const [one, two] = [await newBuyer(report()), await newBuyer(report())]
    const { id } = await putUp(seller, { quantity: 5 })
    await one.addToCart(id, 2)
    await seller.changePrice(id, usd(1))
    const { lines } = await one.addToCart(id, 3)
    expect(lines).toEqual([expect.objectContaining({ quantity: 5, price: lamp.price })])
    expect(await codeOf(one.addToCart(id, 1))).toBe('OUT_OF_STOCK')
    expect(await linesOf(one)).toEqual([[id, 5]])
    expect((await one.getItem(id)).quantity).toBe(5)
    await two.addToCart(id, 5)
    await two.buy(goodCard)
    expect(await codeOf(one.addToCart(id, 1))).toBe('OUT_OF_STOCK')
  })

  it('units and lines can be taken out, but no more than there are [C4]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const [a, b] = [await putUp(seller), await putUp(seller)]
    await buyer.addToCart(a.id, 3)
    await buyer.addToCart(b.id, 2)
    await buyer.removeFromCart(a.id, 1)
    expect(await linesOf(buyer)).toEqual([
      [a.id, 2],
      [b.id, 2],
    ])
    expect(await codeOf(buyer.removeFromCart(a.id, 3))).toBe('NOT_IN_CART')
    await buyer.removeFromCart(a.id)
    expect(await codeOf(buyer.removeFromCart(a.id))).toBe('NOT_IN_CART')
    await buyer.removeFromCart(b.id, 2)
    expect(await linesOf(buyer)).toEqual([])
  })

  it('logout clears what was not saved; a login begins with the saved copy [C5, C6, C7, C9]', async () => {
    const seller = await newSeller(report())
    const username = uniqueName('b')
    const first = await newBuyer(report(), username)
    const [a, b] = [await putUp(seller), await putUp(seller)]
    await first.addToCart(a.id, 2)
    expect((await first.cart()).saved).toBe(false)
    expect((await first.saveCart()).saved).toBe(true)
    await first.addToCart(b.id, 1)
    expect((await first.cart()).saved).toBe(false)
    const second = await buyerAgain(report(), username)
    expect(await linesOf(second)).toEqual([[a.id, 2]])
    await second.clearCart()
    expect(await linesOf(second)).toEqual([])
    expect(await linesOf(first)).toEqual([
      [a.id, 2],
      [b.id, 1],
    ])
    await first.logout()
    const third = await buyerAgain(report(), username)
    expect(await linesOf(third)).toEqual([[a.id, 2]])
    await third.addToCart(b.id, 3)
    await third.removeFromCart(a.id)
    await third.saveCart()
    expect(await linesOf(await buyerAgain(report(), username))).toEqual([[b.id, 3]])
    await second.saveCart()
    expect(await linesOf(await buyerAgain(report(), username))).toEqual([])
  })

  it('a purchase takes what was bought from the cart and the saved copy only [C8]', async () => {
    const seller = await newSeller(report())
    const username = uniqueName('b')
    const buyer = await newBuyer(report(), username)
    const [a, b] = [await putUp(seller), await putUp(seller)]
    await buyer.addToCart(a.id, 3)
    await buyer.addToCart(b.id, 1)
    await buyer.saveCart()
    const other = await buyerAgain(report(), username)
    await buyer.removeFromCart(a.id, 1)
    await buyer.removeFromCart(b.id)
    await buyer.buy(goodCard)
    expect(await linesOf(buyer)).toEqual([])
    expect(await linesOf(await buyerAgain(report(), username))).toEqual([
      [a.id, 1],
      [b.id, 1],
    ])
    expect(await linesOf(other)).toEqual([
      [a.id, 3],
      [b.id, 1],
    ])
  })

  it('the cart tells what has changed, and present prices can be accepted [C10, C11]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const items = await Promise.all(Array.from({ length: 5 }, () => putUp(seller)))
    const [gone, few, dearer, cheaper, same] = items.map(({ id }) => id) as [
      string,
      string,
      string,
      string,
      string,
    ]
    for (const id of [gone, few, dearer, cheaper, same]) await buyer.addToCart(id, 3)
    await seller.changeUnits(gone, -5)
    await seller.changeUnits(few, -3)
    await seller.changePrice(dearer, usd(5_000))
    await seller.changePrice(cheaper, usd(4_000))
    const problems = (await buyer.cart()).problems.map(({ itemId, code }) => [itemId, code])
    expect(problems).toEqual([
      [gone, 'SOLD_OUT'],
      [few, 'TOO_FEW'],
      [dearer, 'PRICE_ROSE'],
      [cheaper, 'PRICE_FELL'],
    ])
    const accepted = await buyer.acceptPrices()
    expect(accepted.problems.map(({ code }) => code)).toEqual(['SOLD_OUT', 'TOO_FEW'])
    expect(accepted.total).toEqual(usd(3 * (3 * lamp.price.amount + 5_000 + 4_000)))
  })

  it('holds a hundred different items, and no total above 10^12 [C12, M3]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const ids = await Promise.all(Array.from({ length: 101 }, async () => (await putUp(seller)).id))
    await Promise.all(ids.slice(0, 100).map((id) => buyer.addToCart(id, 1)))
    expect(await codeOf(buyer.addToCart(ids[100] ?? '', 1))).toBe('QUANTITY_LIMIT')
    expect((await buyer.addToCart(ids[0] ?? '', 1)).lines).toHaveLength(100)
    const yacht = await putUp(seller, { price: usd(10 ** 12), quantity: 2 })
    await buyer.clearCart()
    expect((await buyer.addToCart(yacht.id, 1)).total).toEqual(usd(10 ** 12))
    expect(await codeOf(buyer.addToCart(yacht.id, 1))).toBe('QUANTITY_LIMIT')
    expect(await codeOf(buyer.addToCart(ids[0] ?? '', 1))).toBe('QUANTITY_LIMIT')
  })
}
