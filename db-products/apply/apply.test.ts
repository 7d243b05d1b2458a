import { beforeEach, describe, expect, test } from 'vitest'
import type { Outcome } from '../../common/errors.ts'
import { MemoryTables } from '../../replication/state-machine/memory-tables.ts'
import { apply } from '../application.ts'
import type {
  CreateItem,
  ItemReference,
  ItemView,
  ProductsCommand,
  ReserveLine,
  ValueOf,
} from '../commands/command.ts'
import { bought, items, reservations, sales, sellers } from '../tables.ts'

const noon = 1_700_000_000_000
const seller = 7
const buyer = 4

let tables: MemoryTables
let clockMs: number

beforeEach(() => {
  tables = new MemoryTables()
  clockMs = noon
})

/** Applies at the next millisecond. A refusal must leave the tables as they were. */
async function run<Command extends ProductsCommand>(
  command: Command,
): Promise<Outcome<ValueOf<Command>>> {
  clockMs += 1
  const before = structuredClone(tables.contents())
  const outcome = await apply(command, tables, clockMs)
  if (!outcome.ok) expect(tables.contents()).toEqual(before)
  return outcome as Outcome<ValueOf<Command>>
}

async function putUp(change: Partial<CreateItem> = {}): Promise<ItemReference> {
  const outcome = await run({
    type: 'createItem',
    sellerId: seller,
    name: 'Red shoe',
    category: 3,
    keywords: ['Shoe'],
    foldedKeywords: ['shoe'],
    searchText: 'red shoe shoe',
    condition: 'used',
    price: 100,
    quantity: 5,
    ...change,
  })
  if (!outcome.ok) throw new Error(outcome.code)
  return { category: outcome.value.category, serial: outcome.value.serial }
}

const rowOf = async (item: ItemReference) => {
  const row = await tables.get(items, { serial: item.serial })
  if (row === undefined) throw new Error('the item is gone')
  return row
}

const line = (item: ItemReference, quantity = 1, ceiling = 100): ReserveLine => ({
  item,
  quantity,
  ceiling,
})

const reserve = (purchaseId: string, lines: ReserveLine[], buyerId = buyer) =>
  run({ type: 'reserve', purchaseId, buyerId, currency: 'USD', lines })
const confirm = (purchaseId: string) => run({ type: 'confirm', purchaseId })
const release = (purchaseId: string) => run({ type: 'release', purchaseId })

describe('items', () => {
  test('serials come from one counter for all categories', async () => {
    expect(await putUp({ category: 3 })).toEqual({ category: 3, serial: 1 })
    expect(await putUp({ category: 0 })).toEqual({ category: 0, serial: 2 })
    const [first] = tables.all(items)
    expect(first).toMatchObject({ version: 1, held: 0, up: 0, down: 0, created_at_ms: noon + 1 })
  })

  test('the answer holds nothing about reservations or folding', async () => {
    const item = await putUp()
    const outcome = await run({
      type: 'changePrice',
      sellerId: seller,
      item,
      ifVersion: 0,
      price: 90,
    })
    expect(outcome).toEqual({
      ok: true,
      value: {
        serial: 1,
        category: 3,
        seller_id: seller,
        name: 'Red shoe',
        keywords: ['Shoe'],
        condition: 'used',
        price: 90,
        quantity: 5,
        up: 0,
        down: 0,
        version: 2,
        created_at_ms: noon + 1,
      } satisfies ItemView,
    })
  })

  test("another's item, and a wrong category, are not found", async () => {
    const item = await putUp()
    const change = { type: 'changeUnits', change: 1, ifVersion: 0 } as const
    const notFound = { ok: false, code: 'ITEM_NOT_FOUND' }
    expect(await run({ ...change, sellerId: 8, item })).toMatchObject(notFound)
    const elsewhere = { ...item, category: 4 }
    expect(await run({ ...change, sellerId: seller, item: elsewhere })).toMatchObject(notFound)
  })

  test('an edit of a version that has passed is refused', async () => {
    const item = await putUp()
    const edit = { type: 'changePrice', sellerId: seller, item, price: 90, ifVersion: 1 } as const
    expect(await run(edit)).toMatchObject({ ok: true, value: { version: 2 } })
    const mismatch = { ok: false, code: 'VERSION_MISMATCH', details: { version: 2 } }
    expect(await run(edit)).toMatchObject(mismatch)
  })

  test('units stay between 0 and 10^6', async () => {
    const item = await putUp({ quantity: 5 })
    const change = (units: number) =>
      run({ type: 'changeUnits', sellerId: seller, item, ifVersion: 0, change: units })
    expect(await change(-6)).toMatchObject({ code: 'TOO_FEW_UNITS', details: { available: 5 } })
    expect(await change(999_996)).toMatchObject({ code: 'QUANTITY_LIMIT' })
    expect(await change(-5)).toMatchObject({ value: { quantity: 0, version: 2 } })
    expect(await change(1_000_000)).toMatchObject({ value: { quantity: 1_000_000 } })
  })

  test('held units count towards the limit: giving them back must not pass it', async () => {
    const item = await putUp({ quantity: 5 })
    await reserve('p', [line(item, 5)])
    const add = { type: 'changeUnits', sellerId: seller, item, ifVersion: 0 } as const
    expect(await run({ ...add, change: 999_996 })).toMatchObject({ code: 'QUANTITY_LIMIT' })
    expect(await run({ ...add, change: 999_995 })).toMatchObject({ ok: true })
    await release('p')
    expect(await rowOf(item)).toMatchObject({ quantity: 1_000_000, held: 0 })
  })
})

describe('reservations', () => {
  test('take the units at once, at the present price', async () => {
    const item = await putUp({ price: 80 })
    const outcome = await reserve('p', [line(item, 2, 100)])
    expect(outcome).toEqual({
      ok: true,
      value: {
        state: 'held',
        lines: [
          { serial: 1, category: 3, sellerId: seller, name: 'Red shoe', quantity: 2, price: 80 },
        ],
      },
    })
    expect(await rowOf(item)).toMatchObject({ quantity: 3, held: 2, version: 1 })
  })

  test('all lines or none', async () => {
    const plenty = await putUp({ quantity: 5 })
    const rare = await putUp({ quantity: 1 })
    expect(await reserve('p', [line(plenty, 5), line(rare, 2)])).toEqual({
      ok: false,
      code: 'OUT_OF_STOCK',
      details: {
        lines: [{ itemId: '3-2', available: 1, price: { amount: 100, currency: 'USD' } }],
      },
    })
    expect(await rowOf(plenty)).toMatchObject({ quantity: 5, held: 0 })
  })

  test('a price above the ceiling refuses, naming the lines that rose', async () => {
    const risen = await putUp({ price: 101 })
    const same = await putUp({ price: 100 })
    expect(await reserve('p', [line(risen), line(same)])).toEqual({
      ok: false,
      code: 'PRICE_CHANGED',
      details: {
        lines: [{ itemId: '3-1', available: 5, price: { amount: 101, currency: 'USD' } }],
      },
    })
  })

  test('a refusal names so many lines as fit into an answer', async () => {
    const lines: ReserveLine[] = []
    for (let i = 0; i < 60; i += 1) lines.push(line(await putUp({ quantity: 0 })))
    const outcome = await reserve('p', lines)
    if (outcome.ok) throw new Error('nothing was refused')
    expect(outcome.details?.lines).toHaveLength(50)
    expect(JSON.stringify(outcome.details).length).toBeLessThan(6_000)
  })

  test('an unknown item refuses', async () => {
    const outcome = await reserve('p', [line({ category: 1, serial: 99 })])
    expect(outcome).toMatchObject({ code: 'ITEM_NOT_FOUND', details: { itemId: '1-99' } })
  })

  test('a repeat finds the same reservation, at the price of then', async () => {
    const item = await putUp({ price: 80 })
    const first = await reserve('p', [line(item, 2)])
    await run({ type: 'changePrice', sellerId: seller, item, ifVersion: 0, price: 90 })
    expect(await reserve('p', [line(item, 2)])).toEqual(first)
    expect(await rowOf(item)).toMatchObject({ quantity: 3, held: 2 })
  })

  test('12 want 1 of 5: 5 have it, 7 are refused', async () => {
    const item = await putUp({ quantity: 5 })
    const outcomes = []
    for (let i = 0; i < 12; i += 1) outcomes.push(await reserve(`p${i}`, [line(item)], i + 1))
    expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(5)
    expect(outcomes.filter((outcome) => !outcome.ok)).toHaveLength(7)
    expect(await rowOf(item)).toMatchObject({ quantity: 0, held: 5 })
  })

  test('confirming sells: sales, counts, who has bought what', async () => {
    const shoe = await putUp()
    const hat = await putUp({ sellerId: 8, name: 'Hat', price: 30 })
    await reserve('p', [line(shoe, 2), line(hat, 1)])
    expect(await confirm('p')).toMatchObject({ ok: true, value: { state: 'confirmed' } })

    expect(tables.all(sales)).toEqual([
      {
        sale_serial: 1,
        purchase_id: 'p',
        serial: 1,
        category: 3,
        seller_id: seller,
        buyer_id: buyer,
        name: 'Red shoe',
        quantity: 2,
        price: 100,
        sold_at_ms: clockMs,
      },
      expect.objectContaining({ sale_serial: 2, serial: 2, seller_id: 8, quantity: 1, price: 30 }),
    ])
    expect(tables.all(sellers)).toEqual([
      { seller_id: seller, up: 0, down: 0, items_sold: 2 },
      { seller_id: 8, up: 0, down: 0, items_sold: 1 },
    ])
    expect(tables.all(bought)).toEqual([
      { buyer_id: buyer, serial: 1, vote: null },
      { buyer_id: buyer, serial: 2, vote: null },
    ])
    expect(await rowOf(shoe)).toMatchObject({ quantity: 3, held: 0, version: 1 })
  })

  test('confirming and releasing again change nothing', async () => {
    const item = await putUp()
    await reserve('sold', [line(item)])
    await reserve('given back', [line(item, 2)])
    const confirmed = await confirm('sold')
    const released = await release('given back')
    const after = structuredClone(tables.contents())
    expect(await confirm('sold')).toEqual(confirmed)
    expect(await release('given back')).toEqual(released)
    expect(await reserve('sold', [line(item)])).toEqual(confirmed)
    expect(tables.contents()).toEqual(after)
    expect(await rowOf(item)).toMatchObject({ quantity: 4, held: 0 })
  })

  test('what has ended one way does not end the other way', async () => {
    const item = await putUp()
    await reserve('sold', [line(item)])
    await confirm('sold')
    await reserve('given back', [line(item)])
    await release('given back')
    expect(await release('sold')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    expect(await confirm('given back')).toMatchObject({ code: 'ILLEGAL_TRANSITION' })
    expect(await confirm('unknown')).toMatchObject({ code: 'PURCHASE_NOT_FOUND' })
  })

  test('releasing an unknown purchase leaves a tombstone that refuses a late reserve', async () => {
    const item = await putUp()
    expect(await release('p')).toEqual({ ok: true, value: { state: 'released', lines: [] } })
    expect(await reserve('p', [line(item)])).toMatchObject({ code: 'PURCHASE_ABANDONED' })
    expect(await release('p')).toMatchObject({ ok: true, value: { state: 'released' } })
    expect(await rowOf(item)).toMatchObject({ quantity: 5, held: 0 })
    expect(tables.all(reservations)).toHaveLength(1)
  })
})

describe('votes', () => {
  const vote = (item: ItemReference, direction: 'up' | 'down', buyerId = buyer) =>
    run({ type: 'vote', buyerId, item, vote: direction })

  async function buy(purchaseId: string, item: ItemReference, buyerId = buyer): Promise<void> {
    await reserve(purchaseId, [line(item)], buyerId)
    await confirm(purchaseId)
  }

  test('only for what one has bought, once the sale is confirmed', async () => {
    const item = await putUp()
    expect(await vote(item, 'up')).toMatchObject({ code: 'NOT_PURCHASED' })
    await reserve('p', [line(item)])
    expect(await vote(item, 'up')).toMatchObject({ code: 'NOT_PURCHASED' })
    await confirm('p')
    expect(await vote(item, 'up')).toMatchObject({ ok: true, value: { up: 1, down: 0 } })
    expect(await vote({ category: 3, serial: 99 }, 'up')).toMatchObject({ code: 'ITEM_NOT_FOUND' })
  })

  test('count for the item and its seller, and leave the version alone', async () => {
    const item = await putUp()
    await buy('p1', item, 1)
    await buy('p2', item, 2)
    await vote(item, 'up', 1)
    await vote(item, 'down', 2)
    expect(await rowOf(item)).toMatchObject({ up: 1, down: 1, version: 1 })
    expect(tables.all(sellers)).toEqual([{ seller_id: seller, up: 1, down: 1, items_sold: 2 }])
  })

  test('one per buyer and item, also after buying it again', async () => {
    const item = await putUp()
    await buy('p1', item)
    await vote(item, 'down')
    const again = { code: 'ALREADY_VOTED', details: { vote: 'down' } }
    expect(await vote(item, 'up')).toMatchObject(again)
    await buy('p2', item)
    expect(await vote(item, 'up')).toMatchObject(again)
  })
})
