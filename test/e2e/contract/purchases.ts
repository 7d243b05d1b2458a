/** Buying, as the documents say. */
import { expect, it } from 'vitest'
import { AMOUNT_MAX } from '../../../common/money.ts'
import { type CallOptions, newSession } from '../../rest/caller.ts'
import { decliningCard, lamp, usd } from '../people.ts'
import { type Market, newKey, outcomeOf, statusOf } from './market.ts'

export function purchaseContract(market: () => Market): void {
  it('goes from the cart to a vote, and its repeats at all servers charge once', async () => {
    const { sell, buy, buyer, itemId, goodOptions } = market()
    const { token } = await newSession(buyer)
    const mine = (id: string, options: CallOptions = {}) => buy(id, { token, ...options })
    const good = (id: string) => mine(id, goodOptions(id))
    const params = { id: itemId }
    expect(outcomeOf(await good('buyCart'))).toBe('409 CART_EMPTY')
    expect(outcomeOf(await good('giveFeedback'))).toBe('403 NOT_PURCHASED')
    const units = { itemId, quantity: 2 }
    expect(await statusOf(mine('addToCart', { body: units }))).toBe(200)
    const tooMany = { itemId, quantity: 10_000 }
    expect(outcomeOf(await mine('addToCart', { body: tooMany }))).toBe('409 OUT_OF_STOCK')
    expect(await statusOf(mine('removeFromCart', { params, query: 'quantity=1' }))).toBe(200)
    for (const id of ['saveCart', 'acceptPrices', 'showCart', 'clearCart']) {
      expect([id, await statusOf(mine(id))]).toEqual([id, 200])
    }
    await mine('addToCart', { body: units })
    const declined = await mine('buyCart', { body: { card: decliningCard } })
    expect(outcomeOf(declined)).toBe('402 PAYMENT_DECLINED')
    const key = newKey()
    const repeats = [0, 1, 2, 3].map((server) =>
      mine('buyCart', { ...goodOptions('buyCart'), key, server }),
    )
    const answers = await Promise.all(repeats)
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const [{ body, headers }] = answers as [(typeof answers)[0]]
    expect(headers.location).toBe(`/v1/purchases/${body.id}`)
    expect((await mine('showPurchase', { params: { id: body.id } })).body).toEqual(body)
    expect((await mine('listPurchases')).body.items).toHaveLength(2)
    expect((await mine('showMe')).body).toMatchObject({ itemsPurchased: 2 })
    expect(await statusOf(good('giveFeedback'))).toBe(201)
    expect(outcomeOf(await good('giveFeedback'))).toBe('409 ALREADY_VOTED')
    expect(await statusOf(good('showSellerRating'))).toBe(200)
    expect(await statusOf(sell('listSales'))).toBe(200)
  })

  it('of what is gone, has become dearer, or would cost too much is refused', async () => {
    const { sell, buy, buyer } = market()
    const { token } = await newSession(buyer)
    const mine = async (id: string, options: CallOptions = {}) =>
      outcomeOf(await buy(id, { token, ...options }))
    const quantity = 100_000
    const item = (await sell('createItem', { body: { ...lamp, quantity } })).body
    const change = (id: string, body: object) => sell(id, { params: { id: item.id }, body })
    const add = { body: { itemId: item.id, quantity } }
    const buying = market().goodOptions('buyCart')

    expect(await mine('addToCart', add)).toBe('200')
    await change('changeUnits', { change: -1 })
    expect(await mine('buyCart', buying)).toBe('409 OUT_OF_STOCK')
    await change('changeUnits', { change: 1 })
    await change('changePrice', { price: usd(AMOUNT_MAX) })
    expect(await mine('buyCart', buying)).toBe('409 PRICE_CHANGED')
    // The price is one that an item may have; so many of them would be more than can be counted.
    expect(await mine('acceptPrices')).toBe('409 QUANTITY_LIMIT')
    expect(await mine('clearCart')).toBe('200')
    expect(await mine('addToCart', add)).toBe('409 QUANTITY_LIMIT')
    const most = await change('changeUnits', { change: 1_000_000 })
    expect(outcomeOf(most)).toBe('409 QUANTITY_LIMIT')
  })
}
