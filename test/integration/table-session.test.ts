import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Client } from 'pg'
import { RowCache } from '../../platform/postgres/row-cache.ts'
import { SqlTableSession } from '../../platform/postgres/table-session.ts'
import { defineTable } from '../../platform/postgres/tables.ts'
import { freshDatabase, Places } from './postgres-fixture.ts'

type ThingRow = {
  readonly id: string
  readonly place: number
  readonly n: number | null
  readonly on: boolean
  readonly doc: unknown
  readonly raw: Uint8Array | null
}

const things = defineTable<ThingRow>()({
  name: 'things',
  key: ['id', 'place'],
  columns: {
    id: 'text',
    place: 'integer',
    n: 'bigint',
    on: 'boolean',
    doc: 'jsonb',
    raw: 'bytea',
  },
})

const tags = defineTable<{ readonly tag: string }>()({
  name: 'tags',
  key: ['tag'],
  columns: { tag: 'text' },
})

const places = new Places()
let client: Client
let statements: string[] = []

beforeAll(async () => {
  client = await freshDatabase(await places.start(await places.dataDir()))
  await client.query(`
    CREATE TABLE things (id text COLLATE "C", place integer, n bigint, "on" boolean NOT NULL,
                         doc jsonb, raw bytea, PRIMARY KEY (id, place));
    CREATE TABLE tags (tag text COLLATE "C" PRIMARY KEY)`)
  const query = client.query.bind(client) as (...parts: unknown[]) => Promise<unknown>
  client.query = ((...parts: unknown[]) => {
    const [first] = parts as [string | { text: string }]
    statements.push(typeof first === 'string' ? first : first.text)
    return query(...parts)
  }) as typeof client.query
})
afterAll(async () => {
  await client.end()
  await places.clean()
})
beforeEach(async () => {
  await client.query('TRUNCATE things, tags')
  statements = []
})

const nothing = { text: 'SELECT', values: [] }
const session = () => new SqlTableSession(client, new RowCache())
const thing = (id: string, place: number, doc: unknown = null): ThingRow => ({
  ...{ id, place, doc, n: 7, on: true, raw: null },
})

/** No NUL and no half surrogate pairs: what commands can carry. */
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''))
const json = fc.jsonValue({ stringUnit: 'binary' }).map((value) => {
  return JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '')) as unknown
})
const rows = fc.uniqueArray(
  fc.record({
    id: text,
    place: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
    n: fc.option(fc.maxSafeInteger()),
    on: fc.boolean(),
    doc: json,
    raw: fc.option(fc.uint8Array({ maxLength: 20 })),
  }),
  { selector: ({ id, place }) => `${id}\0${place}`, maxLength: 12 },
)

describe('a table session', () => {
  it('reads from memory exactly what comes back from the database', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (written) => {
        await client.query('TRUNCATE things')
        const first = session()
        for (const row of written) first.put(things, row)
        const cached = await Promise.all(written.map((key) => first.get(things, key)))
        await first.commit(nothing)
        const second = session()
        await second.prefetch(things, written)
        const loaded = await Promise.all(written.map((key) => second.get(things, key)))
        expect(loaded).toEqual(cached)
        // toEqual does not look at the order of keys; code that lists them would.
        expect(JSON.stringify(loaded)).toBe(JSON.stringify(cached))
      }),
      { numRuns: 150 },
    )
  })

  it('needs one statement per table to read and one for all to write', async () => {
    const one = session()
    const keys = Array.from({ length: 50 }, (_, at) => ({ id: `${at % 5}`, place: at }))
    await Promise.all([
      one.prefetch(things, keys),
      one.prefetch(tags, [{ tag: 'a' }, { tag: 'b' }, { tag: 'a' }]),
    ])
    for (const { id, place } of keys) {
      expect(await one.get(things, { id, place })).toBeUndefined()
      one.put(things, thing(id, place))
    }
    one.put(tags, { tag: 'a' })
    one.remove(tags, { tag: 'b' })
    await one.commit(nothing)
    expect(statements).toHaveLength(3)
    const { rows: counts } = await client.query(
      'SELECT (SELECT count(*) FROM things) AS things, (SELECT count(*) FROM tags) AS tags',
    )
    expect(counts).toEqual([{ things: 50, tags: 1 }])
  })

  it('replaces and removes what is there', async () => {
    const before = session()
    for (const at of [1, 2, 3]) before.put(things, thing('a', at, { at }))
    before.put(tags, { tag: 'kept' })
    await before.commit(nothing)
    const one = session()
    one.put(things, thing('a', 1, 'new'))
    one.remove(things, { id: 'a', place: 2 })
    one.remove(things, { id: 'not there', place: 2 })
    one.put(things, thing('a', 4))
    one.remove(things, { id: 'a', place: 4 })
    one.put(tags, { tag: 'kept' })
    expect(await one.get(things, { id: 'a', place: 2 })).toBeUndefined()
    await one.commit(nothing)
    const { rows: left } = await client.query('SELECT place, doc FROM things ORDER BY place')
    expect(left).toEqual([
      { place: 1, doc: 'new' },
      { place: 3, doc: { at: 3 } },
    ])
  })

  it('writes nothing when any part fails, with SQL of its own or without', async () => {
    for (const withSql of [false, true]) {
      const one = session()
      one.put(tags, { tag: 'a' })
      if (withSql) await one.execute(`INSERT INTO tags VALUES ('b')`)
      one.put(tags, { tag: 'c' })
      await expect(one.commit({ text: 'SELECT 1 / $1::int', values: [0] })).rejects.toThrow('zero')
      expect((await client.query('SELECT * FROM tags')).rows).toEqual([])
    }
  })
})
