/** Rules of purchases and feedback (docs/domain.md), through the servers of a cluster. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { BuyerClient } from '../../../buyer/api.ts'
import { until } from '../../until.ts'
import type { TestCluster } from '../cluster.ts'
import { dumpThroughSql } from '../dump.ts'
import {
  decliningCard,
  goodCard,
  lamp,
  newBuyer,
  newSeller,
  readLedger,
  uniqueName,
  usd,
} from '../people.ts'
import { ask, codeOf, putUp } from './asking.ts'

export function purchaseRules(cluster: () => TestCluster): void {
  const report = () => cluster().report
  const statusOf = async (reference: string): Promise<string | undefined> =>
    (await readLedger(report())).find((entry) => entry.reference === reference)?.status

  it('all lines are bought or none, and too few units charge nothing [P1, P9, P10]', async () => {
    const seller = await newSeller(report())
    const [buyer, faster] = [await newBuyer(report()), await newBuyer(report())]
    expect(await codeOf(buyer.buy(goodCard))).toBe('CART_EMPTY')
    const [a, b] = [await putUp(seller), await putUp(seller, { quantity: 1 })]
    await buyer.addToCart(a.id, 2)
    await buyer.addToCart(b.id, 1)
    await faster.addToCart(b.id, 1)
    await faster.buy(goodCard)
    expect(await codeOf(buyer.buy(goodCard))).toBe('OUT_OF_STOCK')
    expect((await buyer.getItem(a.id)).quantity).toBe(5)
    const [failed] = (await buyer.listPurchases()).items
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'OUT_OF_STOCK' } })
    expect(await statusOf(failed?.id ?? '')).toBeUndefined()
    await buyer.removeFromCart(b.id)
    await buyer.buy(goodCard)
    expect((await buyer.getItem(a.id)).quantity).toBe(3)
  })

  it('is declined with the reason, and nothing else has changed [P8, Y2]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const item = await putUp(seller)
    await buyer.addToCart(item.id, 5)
    const [server = ''] = report().buyers
    const reasons = [
      ['4000000000000002', /declined/i],
      ['4000000000009995', /funds/i],
      ['4000000000000069', /expired/i],
      ['4000000000000127', /code/i],
      ['4000000000000119', /process/i],
    ] as const
    for (const [number, reason] of reasons) {
      const body = { card: { ...goodCard, number } }
      const answer = await ask(server, buyer.token, { method: 'post', path: '/v1/purchases', body })
      expect(answer).toMatchObject({ status: 402, code: 'PAYMENT_DECLINED' })
      expect((answer.body as { detail: string }).detail).toMatch(reason)
      expect(await statusOf((answer.body as { purchaseId: string }).purchaseId)).toBe('DECLINED')
      expect((await buyer.getItem(item.id)).quantity).toBe(5)
      expect((await buyer.cart()).lines).toHaveLength(1)
    }
    for (const number of ['5555555555554444', '4000000000001000', '4000000000002008']) {
      const purchase = await buyer.buy({ ...goodCard, number })
      expect(purchase).toMatchObject({ state: 'completed' })
      expect(await statusOf(purchase.id)).toBe('APPROVED')
      await seller.changeUnits(item.id, 1)
      await buyer.addToCart(item.id, 1)
    }
  })

  it('shows what was paid, when, and four digits of the card; no trace of the rest [P14, P15]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const [a, b] = [await putUp(seller), await putUp(seller, { price: usd(7) })]
    await buyer.addToCart(a.id, 2)
    await buyer.addToCart(b.id, 3)
    // Valid, used nowhere else, and long enough not to be found by chance.
    const card = { ...goodCard, number: '5105105105105100', securityCode: '9071' }
    const { id } = await retryUntilApproved(() => buyer.buy(card))
    const purchase = await buyer.getPurchase(id)
    expect(purchase).toMatchObject({
      state: 'completed',
      total: usd(2 * lamp.price.amount + 21),
      card: { last4: '5100' },
      lines: [
        { itemId: a.id, quantity: 2, price: lamp.price, sellerId: a.sellerId },
        { itemId: b.id, quantity: 3, price: usd(7), sellerId: b.sellerId },
      ],
    })
    const steps = purchase.transitions
    expect(steps.map(({ state }) => state)).toEqual(['pending', 'reserved', 'paid', 'completed'])
    expect([...steps].sort((x, y) => x.at.localeCompare(y.at))).toEqual(steps)
    expect((await buyer.me()).itemsPurchased).toBe(5)
    expect((await seller.rating()).itemsSold).toBe(5)
    await buyer.addToCart(b.id, 1)
    const later = await buyer.buy(goodCard)
    const listed = (await buyer.listPurchases()).items.filter(({ state }) => state === 'completed')
    expect(listed.map((one) => one.id)).toEqual([later.id, id])
    for (const text of await everythingStored(cluster())) {
      expect(text.includes(card.number)).toBe(false)
    }
  })

  it('another purchase and changes of the cart wait for the open one; 202 tells where to look [P5, P11]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const item = await putUp(seller)
    await buyer.addToCart(item.id, 1)
    const [server = '', other = ''] = report().buyers
    const body = { card: goodCard }
    cluster().signal('payment', 'SIGSTOP')
    let open: Awaited<ReturnType<typeof ask>>
    try {
      const buying = ask(server, buyer.token, {
        method: 'post',
        path: '/v1/purchases',
        body,
        attemptTimeoutMs: 12_000,
      })
      await until(async () => (await buyer.cart()).purchaseId !== null, 5_000, 'the cart is locked')
      for (const change of [
        { method: 'post', path: '/v1/cart/items', body: { itemId: item.id, quantity: 1 } },
        { method: 'delete', path: `/v1/cart/items/${item.id}` },
        { method: 'delete', path: '/v1/cart' },
        { method: 'post', path: '/v1/cart/save' },
        { method: 'post', path: '/v1/cart/prices' },
        { method: 'post', path: '/v1/purchases', body },
      ] as const) {
        const refused = await ask(other, buyer.token, change)
        expect(refused, change.path).toMatchObject({ status: 409, code: 'PURCHASE_IN_PROGRESS' })
      }
      open = await buying
    } finally {
      cluster().signal('payment', 'SIGCONT')
    }
    expect(open.status).toBe(202)
    const path = open.headers.location ?? ''
    const state = async () =>
      ((await ask(other, buyer.token, { method: 'get', path })).body as { state: string }).state
    await until(async () => (await state()) === 'completed', 30_000, 'the purchase is completed')
    expect((await buyer.cart()).purchaseId).toBeNull()
    await buyer.addToCart(item.id, 1)
    expect(await codeOf(buyer.buy(decliningCard))).toBe('PAYMENT_DECLINED')
    expect((await buyer.removeFromCart(item.id)).lines).toEqual([])
  })

  it('what dying servers leave is completed if it was charged, else voided, in 30 s [P12, P13, Y5]', async () => {
    const seller = await newSeller(report())
    const [charged, uncharged] = [await newBuyer(report()), await newBuyer(report())]
    const [a, b] = [await putUp(seller), await putUp(seller)]
    await charged.addToCart(a.id, 2)
    await uncharged.addToCart(b.id, 2)
    const before = (await readLedger(report())).length
    const [server = ''] = report().buyers
    const clients = new AbortController()
    const idempotencyKey = uniqueName('given-up')
    const buy = (buyer: BuyerClient, card: object): Promise<unknown> =>
      fetch(`${server}/v1/purchases`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${buyer.token}`,
          'idempotency-key': idempotencyKey,
        },
        body: JSON.stringify({ card }),
        signal: clients.signal,
      })
    const buying = [buy(charged, { ...goodCard, number: '4000000000002008' })]
    await until(async () => (await readLedger(report())).length > before, 10_000, 'it is charged')
    cluster().signal('payment', 'SIGSTOP')
    buying.push(buy(uncharged, goodCard))
    const stateOf = async (buyer: BuyerClient) => (await buyer.listPurchases()).items[0]?.state
    await until(
      async () => (await stateOf(uncharged)) === 'reserved',
      5_000,
      'it waits for payment',
    )
    // The clients leave, and the card with them: whoever settles these has none.
    clients.abort()
    await Promise.allSettled(buying)
    for (const one of cluster().processes()) {
      if (one.group === 'buyers' || one.name === 'payment') cluster().signal(one.name, 'SIGKILL')
    }
    const settled = async (buyer: BuyerClient) =>
      ['completed', 'failed'].includes((await stateOf(buyer)) ?? '')
    await until(() => settled(charged), 30_000, 'what was charged is settled')
    await until(() => settled(uncharged), 30_000, 'what was not charged is settled')
    const [done] = (await charged.listPurchases()).items
    const [given] = (await uncharged.listPurchases()).items
    expect([done?.state, await statusOf(done?.id ?? '')]).toEqual(['completed', 'APPROVED'])
    expect([given?.state, await statusOf(given?.id ?? '')]).toEqual(['failed', 'VOIDED'])
    expect(given?.failure?.code).toBe('PURCHASE_ABANDONED')
    const repeat = { method: 'post', path: '/v1/purchases', body: { card: goodCard } } as const
    const told = await ask(server, uncharged.token, { ...repeat, idempotencyKey })
    expect([told.status, told.code]).toEqual([409, 'PURCHASE_ABANDONED'])
    const left = async (id: string) => (await seller.getItem(id)).item.quantity
    expect([await left(a.id), await left(b.id)]).toEqual([3, 5])
  })

  it('only buyers of an item vote, once, for it and its seller [F1, F2, F3]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const [item, other] = [await putUp(seller), await putUp(seller)]
    expect(await codeOf(buyer.giveFeedback(item.id, 'up'))).toBe('NOT_PURCHASED')
    for (const { id } of [item, other]) await buyer.addToCart(id, 1)
    await buyer.buy(goodCard)
    expect((await buyer.giveFeedback(item.id, 'up')).feedback).toEqual({ up: 1, down: 0 })
    for (const vote of ['up', 'down'] as const) {
      expect(await codeOf(buyer.giveFeedback(item.id, vote))).toBe('ALREADY_VOTED')
    }
    await buyer.giveFeedback(other.id, 'down')
    expect((await buyer.getItem(item.id)).feedback).toEqual({ up: 1, down: 0 })
    expect((await buyer.getItem(other.id)).feedback).toEqual({ up: 0, down: 1 })
    expect(await buyer.sellerRating(item.sellerId)).toMatchObject({ up: 1, down: 1, itemsSold: 2 })
    expect((await seller.getItem(item.id)).item.feedback).toEqual({ up: 1, down: 0 })
  })
}

/** A card that is no test card is declined now and then. */
async function retryUntilApproved<T>(buy: () => Promise<T>): Promise<T> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const outcome = await buy().catch((error: unknown) => error)
    if (!(outcome instanceof Error)) return outcome as T
    expect(outcome).toMatchObject({ code: 'PAYMENT_DECLINED' })
  }
  throw new Error('declined 20 times over')
}

/** Every row of every table of one replica of each group, every log, and the ledger. */
async function everythingStored(cluster: TestCluster): Promise<string[]> {
  const { dataDir } = cluster.report
  const rows = await Promise.all(
    ['customers-0', 'products-0'].map((replica) => dumpThroughSql(dataDir, replica)),
  )
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(log|jsonl|json)$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
  expect(files.length).toBeGreaterThan(1)
  expect(rows.every((text) => text.length > 0)).toBe(true)
  return [...rows, ...files]
}
