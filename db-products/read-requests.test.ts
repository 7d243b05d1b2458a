import { expect, test } from 'vitest'
import { AppError } from '../common/errors.ts'
import { parseRequest } from '../replication/replica/requests.ts'
import { encodeCursor } from './cursor.ts'
import * as reads from './read-requests.ts'

const everything = {
  context: { local: false },
  keywords: [],
  condition: 'CONDITION_UNSPECIFIED',
  cursor: '',
  limit: 0,
}
const search = (request: object) => parseRequest(reads.search, { ...everything, ...request })

function badFieldsOf(action: () => unknown): string[] {
  try {
    action()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.code).toBe('INVALID_ARGUMENT')
    return error.fields.map((field) => field.path)
  }
  throw new Error('nothing was refused')
}

test('a search without filters takes everything, 20 at a time', () => {
  const { filters, after, limit } = search({})
  expect(filters).toEqual({ words: [] })
  expect(after).toBeUndefined()
  expect(limit).toBe(20)
})

test('keywords are folded, sorted, and without repetitions', () => {
  expect(search({ keywords: ['Shoe', 'ÉTÉ', 'SHOE', ' red '] }).filters.words).toEqual([
    'red',
    'shoe',
    'été',
  ])
})

test.each<[string, object, string[]]>([
  ['6 keywords', { keywords: ['a', 'b', 'c', 'd', 'e', 'f'] }, ['keywords']],
  ['a blank keyword', { keywords: ['ok', ' '] }, ['keywords.1']],
  ['a keyword that PostgreSQL cannot take', { keywords: ['a\u0000'] }, ['keywords.0']],
  ['a very long keyword', { keywords: ['x'.repeat(33)] }, ['keywords.0']],
  ['category 100', { category: 100 }, ['category']],
  ['a condition that is none', { condition: 7 }, ['condition']],
  ['a negative price', { minPrice: -1 }, ['minPrice']],
  ['an empty price range', { minPrice: 2, maxPrice: 1 }, ['minPrice']],
  ['more than 100 at a time', { limit: 101 }, ['limit']],
  ['a cursor that is none', { cursor: 'x' }, ['cursor']],
  ['a long cursor', { cursor: 'x'.repeat(10_000) }, ['cursor']],
])('a search with %s is refused', (_, request, paths) => {
  expect(badFieldsOf(() => search(request))).toEqual(paths)
})

test('a cursor is good for its own filters only', () => {
  const { filters } = search({ keywords: ['red', 'shoe'], category: 3 })
  const cursor = encodeCursor(filters, [1, 100, -2, 17])
  const same = { keywords: ['SHOE', 'Red'], category: 3, cursor, limit: 50 }
  expect(search(same).after).toEqual([1, 100, -2, 17])
  expect(badFieldsOf(() => search({ ...same, category: 4 }))).toEqual(['cursor'])
  expect(badFieldsOf(() => search({ ...same, keywords: ['red'] }))).toEqual(['cursor'])
  expect(badFieldsOf(() => search({ ...same, keywords: [] }))).toEqual(['cursor'])
  expect(badFieldsOf(() => search({ ...same, maxPrice: 9 }))).toEqual(['cursor'])
})

test.each([[['x', 1, 1, 1]], [[1, 1, 1]], [[1, 1, 1, 1.5]], [[1, 1, 1, 1, 1]], [[1, 1, 1, null]]])(
  'a cursor with a position that no page ends at is refused: %j',
  (position) => {
    const { filters } = search({ keywords: ['red'] })
    const cursor = encodeCursor(filters, position as number[])
    expect(badFieldsOf(() => search({ keywords: ['red'], cursor }))).toEqual(['cursor'])
  },
)

test("a seller's list goes on below the last serial, for the same seller and availability", () => {
  const request = { sellerId: 7, availability: 'ON_SALE', cursor: '', limit: 5 }
  const first = parseRequest(reads.listSellerItems, request)
  expect(first.before).toBe(Number.MAX_SAFE_INTEGER)
  const cursor = encodeCursor(first.filters, [12])
  expect(parseRequest(reads.listSellerItems, { ...request, cursor }).before).toBe(12)
  const other = { ...request, sellerId: 8, cursor }
  expect(badFieldsOf(() => parseRequest(reads.listSellerItems, other))).toEqual(['cursor'])
  const sales = { sellerId: 7, cursor, limit: 5 }
  expect(badFieldsOf(() => parseRequest(reads.listSales, sales))).toEqual(['cursor'])
})

test('ids that no item can have are left out', () => {
  const asked = parseRequest(reads.getItems, { ids: ['3-1', 'x', '03-1', '0-2'], sellerId: 0 })
  expect(asked.items.map(({ id }) => id)).toEqual(['3-1', '0-2'])
})
