/** One cluster without faults: the marketplace as its users see it. */
import { createServer } from 'node:net'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import axios from 'axios'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiProblem } from '../../shop/api-problem.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { differences } from './databases.ts'
import {
  decliningCard,
  goodCard,
  lamp,
  newBuyer,
  newSeller,
  password,
  readLedger,
  uniqueName,
  usd,
} from './people.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await startCluster({ basePort: 21_000 })
})
afterAll(async () => {
  await cluster?.remove()
})

describe('a purchase', () => {
  it('made at the command line shows in sales, in the ledger and in all ten databases [P3, P15, I7]', async () => {
    const { dataDir } = cluster.report
    const passwordFile = join(dataDir, 'password.txt')
    const cardFile = join(dataDir, 'card.json')
    writeFileSync(passwordFile, `${password}\n`)
    writeFileSync(cardFile, JSON.stringify(goodCard))
    const run = (...args: string[]): Record<string, unknown> => {
      const { status, stdout, stderr } = cluster.agora([...args, '--json'])
      expect(status, `${args.join(' ')}: ${stderr}`).toBe(0)
      return JSON.parse(stdout)
    }
    const seller = uniqueName('s')
    const buyer = uniqueName('b')
    run('seller', 'create-account', seller, '--password-file', passwordFile)
    const put = ['put', 'Desk Lamp', '--category', '4', '--price', '44.90', '--quantity', '5']
    const item = run('seller', ...put, '--keyword', 'lamp', 'desk')
    run('buyer', 'create-account', buyer, '--password-file', passwordFile)
    const found = run('buyer', 'search', 'lamp', '--category', '4') as { items: { id: string }[] }
    expect(found.items.map(({ id }) => id)).toContain(item.id)
    run('buyer', 'add', String(item.id), '2')
    const purchase = run('buyer', 'buy', '--card-file', cardFile)
    expect(purchase).toMatchObject({
      state: 'completed',
      total: usd(8_980),
      card: { last4: '4242' },
      lines: [{ itemId: item.id, quantity: 2, price: usd(4_490) }],
    })

    const sales = run('seller', 'sales') as { items: unknown[] }
    expect(sales.items).toEqual([
      expect.objectContaining({ purchaseId: purchase.id, itemId: item.id, quantity: 2 }),
    ])
    expect(run('seller', 'rating')).toMatchObject({ itemsSold: 2 })
    expect(run('buyer', 'whoami')).toMatchObject({ itemsPurchased: 2 })
    const paid = (await readLedger(cluster.report)).filter(
      ({ reference }) => reference === purchase.id,
    )
    expect(paid).toEqual([expect.objectContaining({ status: 'APPROVED', amount: 8_980 })])
    expect(await differences(cluster, 'customers')).toEqual([])
    expect(await differences(cluster, 'products')).toEqual([])
  })

  it('declined gives the units back and says why [P8]', async () => {
    const seller = await newSeller(cluster.report)
    const { item } = await seller.createItem(lamp)
    const buyer = await newBuyer(cluster.report)
    await buyer.addToCart(item.id, 5)
    await expect(buyer.buy(decliningCard)).rejects.toMatchObject({
      status: 402,
      code: 'PAYMENT_DECLINED',
    })
    expect((await buyer.getItem(item.id)).quantity).toBe(5)
    expect((await buyer.cart()).lines).toHaveLength(1)
    const [failed] = (await buyer.listPurchases()).items
    expect(failed).toMatchObject({ state: 'failed', failure: { code: 'PAYMENT_DECLINED' } })
    expect(await buyer.buy(goodCard)).toMatchObject({ state: 'completed' })
  })

  it('is refused when a price has risen since it was seen, and takes one that fell [P6, P7, C10, C11]', async () => {
    const seller = await newSeller(cluster.report)
    const { item } = await seller.createItem(lamp)
    const buyer = await newBuyer(cluster.report)
    await buyer.addToCart(item.id, 1)
    await seller.changePrice(item.id, usd(5_000))
    expect((await buyer.cart()).problems).toEqual([
      expect.objectContaining({ itemId: item.id, code: 'PRICE_ROSE' }),
    ])
    await expect(buyer.buy(goodCard)).rejects.toMatchObject({ status: 409, code: 'PRICE_CHANGED' })
    await buyer.acceptPrices()
    await seller.changePrice(item.id, usd(3_000))
    const purchase = await buyer.buy(goodCard)
    expect(purchase.total).toEqual(usd(3_000))
  })

  it('entitles to one vote, which counts for the item and its seller [F1, F2, F3]', async () => {
    const seller = await newSeller(cluster.report)
    const { item } = await seller.createItem(lamp)
    const buyer = await newBuyer(cluster.report)
    await expect(buyer.giveFeedback(item.id, 'up')).rejects.toMatchObject({ status: 403 })
    await buyer.addToCart(item.id, 1)
    await buyer.buy(goodCard)
    await buyer.giveFeedback(item.id, 'up')
    await expect(buyer.giveFeedback(item.id, 'down')).rejects.toMatchObject({
      status: 409,
      code: 'ALREADY_VOTED',
    })
    expect(await buyer.sellerRating(item.sellerId)).toMatchObject({ up: 1, down: 0, itemsSold: 1 })
  })
})

describe('a race for the last units', () => {
  it('sells 5 units to 5 of 12 buyers and charges nobody for nothing [P2, P3, P9]', async () => {
    const seller = await newSeller(cluster.report)
    const { item } = await seller.createItem({ ...lamp, quantity: 5 })
    const buyers = await Promise.all(Array.from({ length: 12 }, () => newBuyer(cluster.report)))
    for (const buyer of buyers) await buyer.addToCart(item.id, 1)
    const chargedBefore = (await readLedger(cluster.report)).length
    const outcomes = await Promise.allSettled(buyers.map((buyer) => buyer.buy(goodCard)))

    const sold = outcomes.filter(({ status }) => status === 'fulfilled')
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [(outcome.reason as ApiProblem).code] : [],
    )
    expect(sold).toHaveLength(5)
    expect(refused).toEqual(Array.from({ length: 7 }, () => 'OUT_OF_STOCK'))
    const charges = (await readLedger(cluster.report)).slice(chargedBefore)
    expect(charges.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'APPROVED'))
    expect((await seller.getItem(item.id)).item.quantity).toBe(0)
    expect((await seller.listSales()).items).toHaveLength(5)
    const found = await (buyers[0] as (typeof buyers)[number]).search({ keywords: ['lamp'] })
    expect(found.items.map(({ id }) => id)).not.toContain(item.id)
  })
})

describe('bad input', () => {
  it.each([
    ['a 33-character name', { name: 'x'.repeat(33) }, 'name'],
    ['six keywords', { keywords: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'keywords'],
    ['a 9-character keyword', { keywords: ['ninechars'] }, 'keywords'],
    ['a price of 0', { price: usd(0) }, 'price.amount'],
    ['a price that is no integer', { price: usd(9.5) }, 'price.amount'],
    ['an unknown condition', { condition: 'Weird' }, 'condition'],
    ['a quantity of -1', { quantity: -1 }, 'quantity'],
    ['a category out of range', { category: 100 }, 'category'],
    ['an unknown field', { colour: 'red' }, 'colour'],
  ])('%s is refused with the field', async (_what, change, field) => {
    const seller = await newSeller(cluster.report)
    const refusal = seller.createItem({ ...lamp, ...change } as typeof lamp)
    await expect(refusal).rejects.toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    const problem = await refusal.catch((error: ApiProblem) => error)
    const paths = (problem as ApiProblem).errors.map(({ path }) => path)
    expect(
      paths.some((path) => path.startsWith(field)),
      paths.join(' '),
    ).toBe(true)
    expect((await seller.listItems()).items).toEqual([])
  })

  it.each([
    ['malformed JSON', '{"username":', 'application/json', 400],
    [
      'a body over the limit',
      JSON.stringify({ username: 'x'.repeat(70_000) }),
      'application/json',
      413,
    ],
    ['another media type', 'username=x', 'text/plain', 415],
  ])('%s is refused with a problem', async (_what, body, type, status) => {
    const answer = await axios.post(`${cluster.report.sellers[0]}/v1/accounts`, body, {
      headers: { 'content-type': type },
      transformRequest: [(data: unknown) => data],
      validateStatus: () => true,
    })
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.data).toMatchObject({ status, code: expect.any(String) })
  })

  it('a token that is made up, or of the other role, is refused', async () => {
    const buyer = await newBuyer(cluster.report)
    const seller = await newSeller(cluster.report)
    const buyerToken = buyer.token
    buyer.token = 'A'.repeat(43)
    await expect(buyer.cart()).rejects.toMatchObject({ status: 401 })
    seller.token = buyerToken
    await expect(seller.listItems()).rejects.toMatchObject({ status: 401 })
  })
})

describe('the launcher', () => {
  it('names a port that is taken and starts nothing', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(21_505, '127.0.0.1', resolve))
    const dataDir = join(cluster.report.dataDir, 'second')
    const flags = ['--base-port', '21500', '--data-dir', dataDir]
    const { status, stderr } = cluster.agora(['up', ...flags])
    await new Promise((resolve) => holder.close(resolve))
    expect(status).toBe(1)
    expect(stderr).toContain('TCP port 21505 on 127.0.0.1, for seller-1, is taken')
  })

  it('says who is up', () => {
    const { status, stdout } = cluster.agora(['status', '-o', 'json'])
    const processes = JSON.parse(stdout) as { probe: { ready: boolean } }[]
    expect(status).toBe(0)
    expect(processes).toHaveLength(19)
    expect(processes.every(({ probe }) => probe.ready)).toBe(true)
  })

  it('keeps all data over a stop and starts again within 15 s', async () => {
    const seller = await newSeller(cluster.report)
    const { item } = await seller.createItem(lamp)
    await cluster.stop()
    const startedAtMs = performance.now()
    await cluster.start()
    expect(performance.now() - startedAtMs).toBeLessThan(15_000)
    expect((await seller.getItem(item.id)).item).toMatchObject({ id: item.id, quantity: 5 })
  })
})
