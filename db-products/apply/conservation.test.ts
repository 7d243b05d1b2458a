/** Whatever sequence of commands is ordered: units are neither lost nor made, and counts agree. */
import fc from 'fast-check'
import { test } from 'vitest'
import { assert } from '../../common/assert.ts'
import { MemoryTables } from '../../replication/state-machine/memory-tables.ts'
import { apply } from '../application.ts'
import type { ItemView, ProductsCommand } from '../commands/command.ts'
import { bought, items, reservations, sales, sellers } from '../tables.ts'

const itemCount = 3
const item = fc.integer({ min: 1, max: itemCount }).map((serial) => ({ category: 0, serial }))
const purchaseId = fc.integer({ min: 1, max: 6 }).map((n) => `p${n}`)
const buyerId = fc.integer({ min: 1, max: 2 })

const command: fc.Arbitrary<ProductsCommand> = fc.oneof(
  fc.record({
    type: fc.constant('reserve' as const),
    purchaseId,
    buyerId,
    currency: fc.constant('USD'),
    lines: fc
      .uniqueArray(
        fc.record({
          item,
          quantity: fc.integer({ min: 1, max: 4 }),
          ceiling: fc.integer({ min: 1, max: 3 }),
        }),
        { minLength: 1, selector: (line) => line.item.serial },
      )
      .map((lines) => lines.sort((a, b) => a.item.serial - b.item.serial)),
  }),
  fc.record({ type: fc.constant('confirm' as const), purchaseId }),
  fc.record({ type: fc.constant('release' as const), purchaseId }),
  fc.record({
    type: fc.constant('changeUnits' as const),
    sellerId: fc.constant(1),
    item,
    ifVersion: fc.constant(0),
    change: fc.integer({ min: -4, max: 4 }),
  }),
  fc.record({
    type: fc.constant('changePrice' as const),
    sellerId: fc.constant(1),
    item,
    ifVersion: fc.constant(0),
    price: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    type: fc.constant('vote' as const),
    buyerId,
    item,
    vote: fc.constantFrom('up' as const, 'down' as const),
  }),
)

async function putUpItems(tables: MemoryTables): Promise<void> {
  for (let serial = 1; serial <= itemCount; serial += 1) {
    const created = await apply(
      {
        type: 'createItem',
        sellerId: 1,
        name: 'x',
        category: 0,
        keywords: [],
        foldedKeywords: [],
        searchText: 'x',
        condition: 'new',
        price: 2,
        quantity: 6,
      },
      tables,
      serial,
    )
    assert(created.ok && (created.value as ItemView).serial === serial, 'serials count from 1')
  }
}

function sum<T>(rows: readonly T[], count: (row: T) => number): number {
  return rows.reduce((total, row) => total + count(row), 0)
}

function checkUnits(tables: MemoryTables, putUp: ReadonlyMap<number, number>): void {
  const lines = (state: string) =>
    tables.all(reservations).flatMap((row) => (row.state === state ? row.lines : []))
  for (const row of tables.all(items)) {
    const ofItem = (line: { serial: number }) => line.serial === row.serial
    const held = sum(lines('held').filter(ofItem), (line) => line.quantity)
    const sold = sum(lines('confirmed').filter(ofItem), (line) => line.quantity)
    const recorded = sum(tables.all(sales).filter(ofItem), (sale) => sale.quantity)
    assert(row.quantity >= 0, 'units for sale are never negative')
    assert(row.held === held, 'an item holds what its held reservations have')
    assert(recorded === sold, 'sales are what was confirmed')
    assert(row.quantity + held + sold === putUp.get(row.serial), 'units are neither lost nor made')
  }
}

function checkCounts(tables: MemoryTables): void {
  const votes = tables.all(bought).filter((row) => row.vote !== null)
  const up = votes.filter((row) => row.vote === 'up').length
  const seller = tables.all(sellers)[0] ?? { up: 0, down: 0, items_sold: 0 }
  assert(seller.up === up && seller.down === votes.length - up, "a seller's rating is the votes")
  assert(sum(tables.all(items), (row) => row.up) === up, "the items' feedback is the votes")
  const sold = sum(tables.all(sales), (sale) => sale.quantity)
  assert(seller.items_sold === sold, "a seller's count is the units sold")
}

test('units are neither lost nor made, and counts agree with what was recorded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const tables = new MemoryTables()
      await putUpItems(tables)
      const putUp = new Map(tables.all(items).map((row) => [row.serial, row.quantity]))
      for (const [index, body] of commands.entries()) {
        const outcome = await apply(body, tables, 100 + index)
        if (body.type === 'changeUnits' && outcome.ok) {
          const { serial } = body.item
          putUp.set(serial, (putUp.get(serial) ?? 0) + body.change)
        }
        checkUnits(tables, putUp)
        checkCounts(tables)
      }
    }),
    { numRuns: 200 },
  )
})
