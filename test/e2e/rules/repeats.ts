/** Rules of repeated requests (docs/domain.md), at different servers of a cluster. */
import { expect, it } from 'vitest'
import { until } from '../../until.ts'
import type { TestCluster } from '../cluster.ts'
import { withDatabase } from '../databases.ts'
import {
  decliningCard,
  goodCard,
  lamp,
  newBuyer,
  newSeller,
  password,
  readLedger,
  uniqueName,
} from '../people.ts'
import { ask, type Asked, codeOf, putUp } from './asking.ts'

const keptSql = `SELECT kept_until_ms - applied_at_ms AS kept FROM state.results
  WHERE outcome::text LIKE ANY($1)`

function idOf(answer: Asked | undefined): string {
  return (answer?.body as { id: string } | undefined)?.id ?? ''
}

export function repeatRules(cluster: () => TestCluster): void {
  const report = () => cluster().report
  const createItem = { method: 'post', path: '/v1/items', body: lamp } as const

  it('a repeat gets the first answer and has no effect; with other content it is refused [K1, K2]', async () => {
    const seller = await newSeller(report())
    const [here = '', there = ''] = report().sellers
    const idempotencyKey = uniqueName('k')
    const first = await ask(here, seller.token, { ...createItem, idempotencyKey })
    const repeat = await ask(there, seller.token, { ...createItem, idempotencyKey })
    expect(first).toMatchObject({ status: 201, isReplayed: false })
    expect(repeat).toMatchObject({ status: 201, isReplayed: true, body: first.body })
    const body = { ...lamp, quantity: 6 }
    const other = await ask(there, seller.token, { ...createItem, body, idempotencyKey })
    expect(other).toMatchObject({ status: 422, code: 'IDEMPOTENCY_MISMATCH' })
    expect((await seller.listItems()).items).toHaveLength(1)
    for (const bad of ['', 'a b', 'x'.repeat(129)]) {
      const headers = { 'idempotency-key': bad }
      const refused = await ask(here, seller.token, { ...createItem, headers })
      expect(refused, bad).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
  })

  it('repeats at the same time at different servers: one effect, one answer [K3, P4]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const atOnce = (
      servers: readonly string[],
      token: string | undefined,
      request: Parameters<typeof ask>[2],
    ) => {
      const idempotencyKey = uniqueName('k')
      const twelve = Array.from({ length: 12 }, (_, n) => servers[n % servers.length] ?? '')
      return Promise.all(twelve.map((server) => ask(server, token, { ...request, idempotencyKey })))
    }
    const oneAnswer = (answers: readonly Asked[], status: number) => {
      expect(answers.map((answer) => answer.status)).toEqual(answers.map(() => status))
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    }
    const created = await atOnce(report().sellers, seller.token, createItem)
    oneAnswer(created, 201)
    expect((await seller.listItems()).items).toHaveLength(1)
    const id = idOf(created[0])
    const change = { method: 'post', path: `/v1/items/${id}/units`, body: { change: 10 } } as const
    await atOnce(report().sellers, seller.token, change)
    expect((await seller.getItem(id)).item.quantity).toBe(15)

    await buyer.addToCart(id, 3)
    const body = { card: goodCard }
    const bought = await atOnce(report().buyers, buyer.token, {
      method: 'post',
      path: '/v1/purchases',
      body,
    })
    oneAnswer(bought, 201)
    expect((await buyer.listPurchases()).items).toHaveLength(1)
    expect((await seller.getItem(id)).item.quantity).toBe(12)
    const purchaseId = idOf(bought[0])
    const paid = (await readLedger(report())).filter(({ reference }) => reference === purchaseId)
    expect(paid).toEqual([
      expect.objectContaining({ status: 'APPROVED', amount: 3 * lamp.price.amount }),
    ])

    const username = uniqueName('s')
    const account = { method: 'post', path: '/v1/accounts', body: { username, password } } as const
    oneAnswer(await atOnce(report().sellers, undefined, account), 201)
  })

  it('a key counts for its role, account, method and path only [K4]', async () => {
    const idempotencyKey = uniqueName('k')
    const [one, two] = [await newSeller(report()), await newSeller(report())]
    const [server = ''] = report().sellers
    const create = { ...createItem, idempotencyKey }
    const first = await ask(server, one.token, create)
    const others = await ask(server, two.token, create)
    expect(others).toMatchObject({ status: 201, isReplayed: false })
    const { id } = first.body as { id: string }
    const changed = await ask(server, one.token, {
      method: 'post',
      path: `/v1/items/${id}/units`,
      body: { change: 1 },
      idempotencyKey,
    })
    expect(changed).toMatchObject({ status: 200, isReplayed: false })
    for (const [at = ''] of [report().sellers, report().buyers]) {
      for (const username of [uniqueName('u'), uniqueName('u')]) {
        const body = { username, password }
        const request = { method: 'post', path: '/v1/accounts', body, idempotencyKey } as const
        expect(await ask(at, undefined, request)).toMatchObject({ status: 201, isReplayed: false })
      }
    }
  })

  it('cards and passwords are no content: another one gets the first answer [K5, K6]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const item = await putUp(seller)
    await buyer.addToCart(item.id, 1)
    const [server = '', other = ''] = report().buyers
    const buy = (at: string, card: object, idempotencyKey: string) =>
      ask(at, buyer.token, {
        method: 'post',
        path: '/v1/purchases',
        body: { card },
        idempotencyKey,
      })
    const declinedKey = uniqueName('k')
    const declined = await buy(server, decliningCard, declinedKey)
    expect(declined).toMatchObject({ status: 402, code: 'PAYMENT_DECLINED' })
    const again = await buy(other, goodCard, declinedKey)
    expect(again).toMatchObject({ status: 402, code: 'PAYMENT_DECLINED' })
    const purchaseOf = ({ body }: Asked) => (body as { purchaseId: string }).purchaseId
    expect(purchaseOf(again)).toBe(purchaseOf(declined))
    const key = uniqueName('k')
    const bought = await buy(server, goodCard, key)
    expect(await buy(other, decliningCard, key)).toMatchObject({ status: 201, body: bought.body })
    expect((await buyer.listPurchases()).items).toHaveLength(2)

    const username = uniqueName('b')
    const creation = (secret: string) =>
      ask(other, undefined, {
        method: 'post',
        path: '/v1/accounts',
        body: { username, password: secret },
        idempotencyKey: key,
      })
    const created = await creation(password)
    expect(await creation(`another ${password}`)).toMatchObject({ status: 201, body: created.body })
  })

  it('decided refusals are repeated; a 401 is not kept [K6]', async () => {
    const seller = await newSeller(report())
    const { id } = await putUp(seller, { quantity: 1 })
    const [server = '', other = ''] = report().sellers
    const idempotencyKey = uniqueName('k')
    const take = {
      method: 'post',
      path: `/v1/items/${id}/units`,
      body: { change: -2 },
      idempotencyKey,
    } as const
    expect(await ask(server, seller.token, take)).toMatchObject({ code: 'TOO_FEW_UNITS' })
    await seller.changeUnits(id, 5)
    expect(await ask(other, seller.token, take)).toMatchObject({ code: 'TOO_FEW_UNITS' })
    expect((await seller.getItem(id)).item.quantity).toBe(6)
    const create = { ...createItem, idempotencyKey }
    expect(await ask(server, 'A'.repeat(43), create)).toMatchObject({ status: 401 })
    expect(await ask(server, seller.token, create)).toMatchObject({
      status: 201,
      isReplayed: false,
    })
    expect(await codeOf(seller.changeUnits(id, -7))).toBe('TOO_FEW_UNITS')
  })

  it('outcomes are kept a day for a client’s key, ten minutes for the server’s own [K8]', async () => {
    const seller = await newSeller(report())
    const [server = ''] = report().sellers
    const idempotencyKey = uniqueName('k')
    const names = [uniqueName('kept'), uniqueName('kept')] as const
    const withKey = { ...createItem, body: { ...lamp, name: names[0] }, idempotencyKey }
    expect(await ask(server, seller.token, withKey)).toMatchObject({ status: 201 })
    // Past the client, which always sends a key.
    const keyless = await fetch(`${server}/v1/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${seller.token}` },
      body: JSON.stringify({ ...lamp, name: names[1] }),
    })
    expect(keyless.status).toBe(201)
    const keptMs = await withDatabase(report().dataDir, 'products-0', async (connection) => {
      const patterns = names.map((name) => `%${name}%`)
      const find = async () => (await connection.query(keptSql, [patterns])).rows
      await until(async () => (await find()).length === 2, 10_000, 'both are applied there')
      return (await find()).map(({ kept }) => Number(kept))
    })
    const [brief = 0, long = 0] = keptMs.sort((x, y) => x - y)
    const minuteMs = 60_000
    // And a few minutes more, for copies that are late.
    expect([brief >= 10 * minuteMs, brief < 20 * minuteMs]).toEqual([true, true])
    expect([long >= 24 * 60 * minuteMs, long < 25 * 60 * minuteMs]).toEqual([true, true])
  })
}
