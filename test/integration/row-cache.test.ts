/** Sessions that share what was committed before them must see nothing but what the database holds. */
import fc from 'fast-check'
import type { Client } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { RowCache } from '../../platform/postgres/row-cache.ts'
import { SqlTableSession } from '../../platform/postgres/table-session.ts'
import { defineTable } from '../../platform/postgres/tables.ts'
import { freshDatabase, Places } from './postgres-fixture.ts'

type CountRow = { readonly id: number; readonly n: number }
const columns = { id: 'integer', n: 'bigint' } as const
const counts = defineTable<CountRow>()({ name: 'counts', key: ['id'], columns })
const others = defineTable<CountRow>()({ name: 'others', key: ['id'], columns })
const once = defineTable<CountRow>()({ name: 'once', key: ['id'], columns, isReadOnce: true })
const tables = [counts, others, once]

const places = new Places()
let client: Client
let statements = 0

beforeAll(async () => {
  client = await freshDatabase(await places.start(await places.dataDir()))
  for (const { name } of tables) {
    await client.query(`CREATE TABLE ${name} (id integer PRIMARY KEY, n bigint)`)
  }
  const query = client.query.bind(client) as (...parts: unknown[]) => Promise<unknown>
  client.query = ((...parts: unknown[]) => {
    statements += 1
    return query(...parts)
  }) as typeof client.query
})
afterAll(async () => {
  await client.end()
  await places.clean()
})
beforeEach(async () => {
  await client.query('TRUNCATE counts, others, once')
})

const nothing = { text: 'SELECT', values: [] }

const table = fc.constantFrom(...tables)
const id = fc.integer({ min: 0, max: 4 })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('get' as const), table, id }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), table, id }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), table, id }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('sum' as const), table }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('double' as const), table, isSaid: fc.boolean() }),
  },
)
const command = fc.record({ steps: fc.array(step, { maxLength: 4 }), isKept: fc.boolean() })
const batches = fc.array(fc.array(command, { maxLength: 4 }), { maxLength: 6 })

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
/** By table, what each row counts. */
type Model = Map<string, Map<number, number>>

const copyOf = (model: Model): Model =>
  new Map([...model].map(([name, rows]) => [name, new Map(rows)]))

/** Does it to both, and compares what both know of it. */
async function take(session: SqlTableSession, model: Model, one: Step): Promise<void> {
  const { name } = one.table
  const rows = model.get(name) ?? new Map<number, number>()
  model.set(name, rows)
  switch (one.kind) {
    case 'get':
    case 'add': {
      const found = await session.get(one.table, { id: one.id })
      expect(found?.n).toBe(rows.get(one.id))
      if (one.kind === 'get') return
      const n = (found?.n ?? 0) + 1
      session.put(one.table, { id: one.id, n })
      rows.set(one.id, n)
      return
    }
    case 'remove':
      session.remove(one.table, { id: one.id })
      rows.delete(one.id)
      return
    case 'sum': {
      const [first] = (await session.select(`SELECT sum(n)::bigint AS n FROM ${name}`)).rows
      const sum = [...rows.values()].reduce((total, n) => total + n, 0)
      expect(first?.n ?? 0).toBe(sum)
      return
    }
    case 'double': {
      const changes = one.isSaid ? [one.table] : undefined
      await session.execute(`UPDATE ${name} SET n = n * 2`, [], changes)
      for (const [key, n] of rows) rows.set(key, n * 2)
    }
  }
}

test('whatever batches do, the next one sees what the database holds', async () => {
  const property = fc.asyncProperty(
    batches,
    fc.integer({ min: 1, max: 6 }),
    async (all, rowsMax) => {
      await client.query('TRUNCATE counts, others, once')
      const committed = new RowCache(rowsMax)
      let model: Model = new Map()
      for (const batch of all) {
        const session = new SqlTableSession(client, committed)
        for (const { steps, isKept } of batch) {
          session.beginCommand()
          const before = copyOf(model)
          for (const one of steps) await take(session, model, one)
          if (isKept) session.keepCommand()
          else {
            await session.undoCommand()
            model = before
          }
        }
        await session.commit(nothing)
        for (const each of tables) {
          const { rows } = await client.query(`SELECT id, n FROM ${each.name}`)
          const held = new Map(rows.map((row) => [row.id, row.n]))
          expect(held).toEqual(model.get(each.name) ?? new Map())
          for (let key = 0; key < 5; key += 1) {
            const known = committed.find(each, { id: key })
            if (known !== undefined) expect(known.row?.n).toBe(held.get(key))
          }
        }
      }
    },
  )
  await fc.assert(property, { numRuns: 100 })
})

test('a batch that touches what was touched before only writes', async () => {
  const committed = new RowCache()
  const first = new SqlTableSession(client, committed)
  first.put(counts, { id: 1, n: 1 })
  expect(await first.get(others, { id: 2 })).toBeUndefined()
  await first.commit(nothing)

  const second = new SqlTableSession(client, committed)
  statements = 0
  await second.prefetch(counts, [{ id: 1 }])
  expect(await second.get(counts, { id: 1 })).toEqual({ id: 1, n: 1 })
  expect(await second.get(others, { id: 2 })).toBeUndefined()
  expect(statements).toBe(0)
  second.put(counts, { id: 1, n: 2 })
  expect(committed.find(counts, { id: 1 })?.row).toEqual({ id: 1, n: 1 })
  await second.commit(nothing)
  expect(statements).toBe(1)
  expect(committed.find(counts, { id: 1 })?.row).toEqual({ id: 1, n: 2 })
})

test('what does not fit, and what is hardly read again, is not kept', () => {
  const committed = new RowCache(2)
  for (const key of [1, 2, 3]) {
    for (const each of tables) committed.keep(each, `${key}`, { id: key, n: 0 })
  }
  expect([1, 2, 3].map((key) => committed.find(counts, { id: key }) === undefined)).toEqual([
    true,
    false,
    false,
  ])
  expect(committed.find(once, { id: 3 })).toBeUndefined()
  committed.forgetTable(counts)
  expect(committed.find(counts, { id: 3 })).toBeUndefined()
  expect(committed.find(others, { id: 3 })).toBeDefined()
})
