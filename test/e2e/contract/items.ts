/** Items and their lists, as the documents say. */
import { expect, it } from 'vitest'
import { newSession } from '../../rest/caller.ts'
import { lamp, usd } from '../people.ts'
import { type Market, statusOf } from './market.ts'

export function itemContract(market: () => Market): void {
  it('have an ETag, which If-Match is held against', async () => {
    const { sell, buy } = market()
    const { body, headers } = await sell('createItem', { body: lamp })
    const params = { id: body.id }
    const etag = String(headers.etag)
    expect(headers.location).toBe(`/v1/items/${body.id}`)
    for (const call of [sell, buy]) {
      expect((await call('showItem', { params })).headers.etag).toBe(etag)
      // Sales do not move it, so it cannot say that nothing has changed.
      const asked = { params, headers: { 'If-None-Match': etag } }
      expect((await call('showItem', asked)).body.quantity).toBe(lamp.quantity)
    }
    const ifMatch = { params, headers: { 'If-Match': etag } }
    const price = { price: usd(5_000) }
    const changed = await sell('changePrice', { ...ifMatch, body: price })
    expect([changed.status, changed.body.price.amount]).toEqual([200, 5_000])
    expect(changed.headers.etag).not.toBe(etag)
    expect(await statusOf(sell('changePrice', { ...ifMatch, body: price }))).toBe(412)
    expect(await statusOf(sell('changeUnits', { ...ifMatch, body: { change: 1 } }))).toBe(412)
    expect(await statusOf(sell('changeUnits', { params, body: { change: 2 } }))).toBe(200)
    expect(await statusOf(sell('changeUnits', { params, body: { change: -1_000 } }))).toBe(409)
  })

  it('that are not there, or another seller’s, are not found', async () => {
    const { sell, buy, seller, itemId } = market()
    const another = (await newSession(seller)).token
    const mine = { params: { id: itemId }, token: another }
    const body = { price: usd(1) }
    const refusals = [
      sell('showItem', mine),
      sell('changePrice', { ...mine, body }),
      sell('changeUnits', { ...mine, body: { change: 1 } }),
      buy('showItem', { params: { id: '1-999999' } }),
      buy('addToCart', { body: { itemId: '1-999999', quantity: 1 } }),
      buy('giveFeedback', { params: { id: '1-999999' }, body: { vote: 'up' } }),
      buy('removeFromCart', { params: { id: '1-999999' } }),
      buy('showSellerRating', { params: { id: '999999' } }),
      buy('showPurchase', { params: { id: 'p0' } }),
    ]
    const statuses = await Promise.all(refusals.map(statusOf))
    expect(new Set(statuses)).toEqual(new Set([404]))
  })

  it('come in pages that neither repeat nor skip while others are put up', async () => {
    const { sell, buy, seller } = market()
    const { token } = await newSession(seller)
    const put = async () => (await sell('createItem', { body: lamp, token })).body.id as string
    const ids: string[] = []
    for (let count = 0; count < 7; count += 1) ids.unshift(await put())
    const shown: string[] = []
    let query: string | undefined = 'limit=3'
    while (query !== undefined) {
      const { body } = await sell('listItems', { token, query })
      shown.push(...body.items.map(({ id }: { id: string }) => id))
      await put()
      query = body.next?.split('?')[1]
    }
    expect(shown).toEqual(ids)
    const first = await buy('searchItems', { query: 'limit=1&keyword=lamp' })
    const cursor = new URL(first.body.next, 'http://server').searchParams.get('cursor') ?? ''
    const elsewhere = `limit=1&keyword=desk&cursor=${cursor}`
    expect(await statusOf(buy('searchItems', { query: elsewhere }))).toBe(400)
    expect(await statusOf(sell('listSales', { token }))).toBe(200)
    expect(await statusOf(sell('showRating', { token }))).toBe(200)
  })
}
