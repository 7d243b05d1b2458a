/** What clients are told, as the documents say, while parts of the marketplace do not work. */
import { afterAll, expect, it } from 'vitest'
import { type Answer, type CallOptions, newSession } from '../../rest/caller.ts'
import { until } from '../../until.ts'
import { goodCard, lamp } from '../people.ts'
import { idleSeconds, type Market, newKey, outcomeOf, type Sided, statusOf } from './market.ts'

/** Idle sessions end so late: what is not recorded, and group time's steps, come on top. */
const surelyExpiredMs = 1_100 * idleSeconds + 10_000 + 1_000

/** `leftAlone`: sessions that have not been used for a while, of which none has been forgotten yet. */
export function outageContract(
  market: () => Market,
  leftAlone: () => Awaited<ReturnType<Market['leaveSessionsAlone']>>,
): void {
  const customers = [0, 1, 2, 3, 4].map((id) => `customers-${id}`)
  const signalAll = (names: readonly string[], signal: NodeJS.Signals): void => {
    for (const name of names) market().cluster.signal(name, signal)
  }
  /** Begun in the first test, answered in the third: meanwhile other things can be looked at. */
  let accepted: Promise<Answer> | undefined
  afterAll(() => signalAll(['payment'], 'SIGCONT'))

  it('a purchase that is under way locks the cart', async () => {
    const { buy, buyer, goodOptions } = market()
    const { token } = await newSession(buyer)
    const mine = async (id: string, options: CallOptions = goodOptions(id)) =>
      outcomeOf(await buy(id, { token, ...options }))
    expect(await mine('addToCart')).toBe('200')
    signalAll(['payment'], 'SIGSTOP')
    accepted = buy('buyCart', { token, body: { card: goodCard } })
    const isOpen = async () => (await buy('showCart', { token })).body.purchaseId !== null
    await until(isOpen, 5_000, 'the purchase is open')
    const changes = ['addToCart', 'removeFromCart', 'clearCart', 'saveCart', 'acceptPrices']
    for (const id of [...changes, 'buyCart']) {
      expect([id, await mine(id)]).toEqual([id, '409 PURCHASE_IN_PROGRESS'])
    }
  })

  it('a key whose request failed for want of a quorum is not used up: repeated, it works, once [K6]', async () => {
    const { seller, cluster } = market()
    const { token } = await newSession(seller)
    const call = (id: string, options: CallOptions) => seller(id, { token, ...options })
    const { id } = (await call('createItem', { body: lamp })).body
    const putUp = { body: { ...lamp, name: 'Put up twice' }, key: newKey() }
    const change = { params: { id }, body: { change: 2 }, key: newKey() }
    const most = ['products-0', 'products-1', 'products-2']
    for (const name of most) cluster.signal(name, 'SIGSTOP')
    try {
      const requests = [call('createItem', putUp), call('changeUnits', change)]
      for (const { status, body } of await Promise.all(requests)) {
        expect([503, 504]).toContain(status)
        expect(body.retryable).toBe(true)
      }
    } finally {
      for (const name of most) cluster.signal(name, 'SIGCONT')
    }
    for (const server of [1, 2]) {
      expect(await statusOf(call('createItem', { ...putUp, server }))).toBe(201)
      expect(await statusOf(call('changeUnits', { ...change, server }))).toBe(200)
    }
    const { items } = (await call('listItems', {})).body
    expect(items).toHaveLength(2)
    const changed = (await call('showItem', { params: { id } })).body
    expect(changed.quantity).toBe(lamp.quantity + 2)
  })

  it('a purchase that takes long is told as accepted', async () => {
    const { status, headers, body } = (await accepted) as Answer
    signalAll(['payment'], 'SIGCONT')
    expect([status, headers.location]).toEqual([202, `/v1/purchases/${body.id}`])
  })

  it('a session that was left alone has expired, which every operation says but logging out', async () => {
    const { outcomesOf, operations } = market()
    const { sinceMs, tokenFor } = leftAlone()
    const isOver = () => performance.now() - sinceMs > surelyExpiredMs
    await until(isOver, surelyExpiredMs, 'the sessions have expired')
    const vary = (options: CallOptions, of: Sided) => ({ ...options, token: tokenFor(of) })
    const expired = await outcomesOf(vary, operations('session'))
    expect(expired).toEqual(new Set(['401 SESSION_EXPIRED', '204']))
  })

  it('a group that does not answer makes every operation give up in time', async () => {
    signalAll(customers, 'SIGSTOP')
    try {
      const asItShouldBe = await market().outcomesOf((options) => options)
      expect(asItShouldBe).toEqual(new Set(['504 DEADLINE_EXCEEDED']))
    } finally {
      signalAll(customers, 'SIGCONT')
    }
  })

  it('a group that is gone makes every operation unavailable, with when to come back', async () => {
    const { cluster, outcomesOf } = market()
    for (const name of customers) {
      // As ./agora kill does it: it stays down.
      cluster.directory.markDown(name)
      cluster.signal(name, 'SIGKILL')
    }
    expect(await outcomesOf((options) => options)).toEqual(new Set(['503 UNAVAILABLE']))
  })
}
