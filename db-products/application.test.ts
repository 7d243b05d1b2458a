/** A batch must cost few round trips: what its commands read is loaded before, in two rounds. */
import { expect, test } from 'vitest'
import type { Table, TableSession } from '../platform/postgres/tables.ts'
import { MemoryTables } from '../replication/state-machine/memory-tables.ts'
import { productsApplication } from './application.ts'
import type { ProductsCommand } from './commands/command.ts'

const application = productsApplication()

/** Notes every row that is read although nothing has loaded or written it before. */
function watched(tables: MemoryTables): { session: TableSession; unloaded: string[] } {
  const known = new Set<string>()
  const unloaded: string[] = []
  const nameOf = (table: { name: string; key: readonly string[] }, row: object) =>
    JSON.stringify([table.name, ...table.key.map((column) => (row as never)[column])])
  const session: TableSession = {
    get: (table, key) => {
      const name = nameOf(table, key)
      if (!known.has(name)) unloaded.push(name)
      known.add(name)
      return tables.get(table, key)
    },
    prefetch: async (table, keys) => {
      for (const key of keys) known.add(nameOf(table, key))
    },
    put: <Row extends object, Key extends keyof Row & string>(table: Table<Row, Key>, row: Row) => {
      known.add(nameOf(table, row))
      tables.put(table, row)
    },
    remove: (table, key) => tables.remove(table, key),
    select: (sql, parameters) => tables.select(sql, parameters),
    execute: (sql, parameters) => tables.execute(sql, parameters),
  }
  return { session, unloaded }
}

const item = (serial: number) => ({ category: 0, serial })
const create = (sellerId: number): ProductsCommand => ({
  type: 'createItem',
  sellerId,
  name: 'x',
  category: 0,
  keywords: [],
  foldedKeywords: [],
  searchText: 'x',
  condition: 'new',
  price: 1,
  quantity: 9,
})
const reserve = (purchaseId: string, ...serials: number[]): ProductsCommand => ({
  type: 'reserve',
  purchaseId,
  buyerId: 1,
  currency: 'USD',
  lines: serials.map((serial) => ({ item: item(serial), quantity: 1, ceiling: 1 })),
})
const confirm = (purchaseId: string): ProductsCommand => ({ type: 'confirm', purchaseId })
const release = (purchaseId: string): ProductsCommand => ({ type: 'release', purchaseId })
const vote = (serial: number): ProductsCommand => ({
  type: 'vote',
  buyerId: 1,
  item: item(serial),
  vote: 'up',
})

/** Each batch in a session of its own, as SqlStateMachine does it. */
async function runBatches(...batches: ProductsCommand[][]): Promise<string[]> {
  const tables = new MemoryTables()
  const all: string[] = []
  for (const [index, batch] of batches.entries()) {
    const { session, unloaded } = watched(tables)
    await application.prefetch(batch, session)
    for (const body of batch) {
      expect(await application.apply(body, session, index + 1)).toMatchObject({ ok: true })
    }
    all.push(...unloaded)
  }
  return all
}

test('apply reads nothing that prefetch has not loaded', async () => {
  const unloaded = await runBatches(
    [create(1), create(2), create(1)],
    [reserve('p', 1, 2), reserve('q', 2, 3), release('unknown')],
    [
      { type: 'changePrice', sellerId: 1, item: item(3), price: 2, ifVersion: 0 },
      { type: 'changeUnits', sellerId: 2, item: item(2), change: 1, ifVersion: 0 },
    ],
    [confirm('p'), release('q')],
    [vote(1), vote(2), confirm('p'), release('q')],
  )
  expect(unloaded).toEqual([])
})

test('what one command makes, the next of the same batch finds, loaded or not', async () => {
  await runBatches([create(1), reserve('p', 1), confirm('p'), vote(1)])
})
