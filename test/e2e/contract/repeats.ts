/** Requests repeated under their keys, as the documents say. */
import { expect, it } from 'vitest'
import { type CallOptions, newSession, password } from '../../rest/caller.ts'
import { lamp, usd } from '../people.ts'
import { type Call, type Market, newKey } from './market.ts'

export function repeatContract(market: () => Market): void {
  it('at four servers at once has one effect and one answer', async () => {
    const { sell, seller } = market()
    const { token } = await newSession(seller)
    const key = newKey()
    const repeats = [0, 1, 2, 3, 0, 1, 2, 3].map((server) =>
      sell('createItem', { body: lamp, token, key, server }),
    )
    const answers = await Promise.all(repeats)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const replayed = answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')
    expect(replayed).toHaveLength(7)
    expect((await sell('listItems', { token })).body.items).toHaveLength(1)
  })

  it('with another body is refused', async () => {
    const { sell, buy, buyer, itemId } = market()
    const key = newKey()
    const params = { id: itemId }
    const { token } = await newSession(buyer)
    const username = `u${newKey().slice(0, 12)}`
    const pairs: [Call, string, CallOptions, CallOptions][] = [
      [sell, 'createItem', { body: lamp }, { body: { ...lamp, quantity: 6 } }],
      [
        sell,
        'changePrice',
        { params, body: { price: usd(1) } },
        { params, body: { price: usd(2) } },
      ],
      [sell, 'changeUnits', { params, body: { change: 1 } }, { params, body: { change: 2 } }],
      [buy, 'addToCart', { body: { itemId, quantity: 2 } }, { body: { itemId, quantity: 1 } }],
      [buy, 'removeFromCart', { params, query: 'quantity=1' }, { params }],
      [buy, 'giveFeedback', { params, body: { vote: 'up' } }, { params, body: { vote: 'down' } }],
      [
        buy,
        'createAccount',
        { body: { username, password } },
        { body: { username, password, name: 'B' } },
      ],
      [
        sell,
        'createAccount',
        { body: { username, password } },
        { body: { username, password, name: 'B' } },
      ],
    ]
    for (const [call, id, first, second] of pairs) {
      const shared = call === buy && id !== 'createAccount' ? { key, token } : { key }
      await call(id, { ...first, ...shared })
      const answer = await call(id, { ...second, ...shared })
      expect([id, answer.status, answer.body.code]).toEqual([id, 422, 'IDEMPOTENCY_MISMATCH'])
      // Another password is not told from the first: it is no part of what is compared.
      const repeat = await call(id, { ...first, ...shared })
      expect([id, repeat.headers['idempotent-replayed']]).toEqual([id, 'true'])
    }
  })
}
