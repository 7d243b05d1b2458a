import { describe, expect, test } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { parseRequest } from '../../replication/replica/requests.ts'
import * as itemCommands from './items.ts'
import * as purchaseCommands from './purchases.ts'

const createItem = (request: object) => parseRequest(itemCommands.createItem('USD'), request)
const changePrice = (request: object) => parseRequest(itemCommands.changePrice('USD'), request)
const changeUnits = (request: object) => parseRequest(itemCommands.changeUnits, request)
const vote = (request: object) => parseRequest(itemCommands.vote, request)
const reserve = (request: object) => parseRequest(purchaseCommands.reserve('USD'), request)
const confirm = (request: object) => parseRequest(purchaseCommands.confirm, request)
const release = (request: object) => parseRequest(purchaseCommands.release, request)

const good = {
  context: { requestId: 'r', fingerprint: '', keepForADay: false },
  sellerId: 7,
  name: 'Red shoe',
  category: 3,
  keywords: ['Shoe', 'red'],
  condition: 'NEW',
  price: { amount: 1999, currency: 'USD' },
  quantity: 5,
}

/** The error that `action` throws, as a code and the paths of its fields. */
function refusalOf(action: () => unknown): { code: string; paths: string[] } {
  try {
    action()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    expect(error.definite).toBe(true)
    return { code: error.code, paths: error.fields.map((field) => field.path) }
  }
  throw new Error('nothing was refused')
}

const invalid = (...paths: string[]) => ({ code: 'INVALID_ARGUMENT', paths })

describe('createItem', () => {
  test('carries everything that depends on Unicode tables, folded already', () => {
    expect(createItem({ ...good, name: 'Straße ÉTÉ', keywords: ['Shoe', 'SHOE'] })).toEqual({
      type: 'createItem',
      sellerId: 7,
      name: 'Straße ÉTÉ',
      category: 3,
      keywords: ['Shoe', 'SHOE'],
      foldedKeywords: ['shoe'],
      searchText: 'strasse été shoe',
      condition: 'new',
      price: 1999,
      quantity: 5,
    })
  })

  test.each<[string, object, string[]]>([
    ['a 33-character name', { name: 'x'.repeat(33) }, ['name']],
    ['an empty name', { name: '' }, ['name']],
    ['a blank name', { name: ' \u200b ' }, ['name']],
    ['a name PostgreSQL cannot store', { name: 'a\u0000b' }, ['name']],
    ['half a surrogate pair', { name: 'a\ud83d' }, ['name']],
    ['6 keywords', { keywords: ['a', 'b', 'c', 'd', 'e', 'f'] }, ['keywords']],
    ['a 9-character keyword', { keywords: ['ok', 'ninechars'] }, ['keywords.1']],
    ['an empty keyword', { keywords: [''] }, ['keywords.0']],
    ['category 100', { category: 100 }, ['category']],
    ['category −1, as uint32', { category: 4294967295 }, ['category']],
    ['no condition', { condition: 'CONDITION_UNSPECIFIED' }, ['condition']],
    ['another condition', { condition: 'Weird' }, ['condition']],
    ['price 0', { price: { amount: 0, currency: 'USD' } }, ['price.amount']],
    ['a fraction', { price: { amount: 1.5, currency: 'USD' } }, ['price.amount']],
    ['a price above 10^12', { price: { amount: 1e12 + 1, currency: 'USD' } }, ['price.amount']],
    ['no price', { price: null }, ['price']],
    ['quantity −1', { quantity: -1 }, ['quantity']],
    ['quantity above 10^6', { quantity: 1_000_001 }, ['quantity']],
    ['no seller', { sellerId: 0 }, ['sellerId']],
  ])('refuses %s', (_, change, paths) => {
    expect(refusalOf(() => createItem({ ...good, ...change }))).toEqual(invalid(...paths))
  })

  test('names all bad fields at once', () => {
    const bad = { ...good, name: '', price: { amount: 0, currency: 'EUR' }, quantity: -1 }
    const paths = ['name', 'price.amount', 'price.currency', 'quantity']
    expect(refusalOf(() => createItem(bad))).toEqual(invalid(...paths))
  })

  test('refuses another currency by name', () => {
    const bad = { ...good, price: { amount: 1, currency: 'EUR' } }
    const refusal = { code: 'CURRENCY_MISMATCH', paths: ['price.currency'] }
    expect(refusalOf(() => createItem(bad))).toEqual(refusal)
  })

  test('counts code points after NFC: 32 letters with combining accents fit', () => {
    const name = 'e\u0301'.repeat(32)
    expect(createItem({ ...good, name }).name).toBe('é'.repeat(32))
    expect(createItem({ ...good, keywords: ['👟'.repeat(8)] }).keywords).toHaveLength(1)
  })

  test('takes the limits themselves', () => {
    const atLimits = {
      ...good,
      category: 99,
      keywords: ['a', 'b', 'c', 'd', '12345678'],
      price: { amount: 1e12, currency: 'USD' },
      quantity: 1e6,
    }
    expect(createItem(atLimits)).toMatchObject({ category: 99, price: 1e12, quantity: 1e6 })
    expect(createItem({ ...good, keywords: [], quantity: 0 })).toMatchObject({ quantity: 0 })
  })
})

describe('editing an item', () => {
  const edit = { sellerId: 7, itemId: '3-12', ifVersion: 0 }

  test('names the item by category and serial', () => {
    const price = { amount: 5, currency: 'USD' }
    expect(changePrice({ ...edit, price })).toEqual({
      type: 'changePrice',
      sellerId: 7,
      item: { category: 3, serial: 12 },
      price: 5,
      ifVersion: 0,
    })
    expect(changeUnits({ ...edit, change: -3, ifVersion: 4 })).toMatchObject({ ifVersion: 4 })
  })

  test.each(['', '3', '3-', '03-12', '3-012', '100-1', '3-0', '3-1 ', 'x'.repeat(1000)])(
    'an id that no item can have is not found: %j',
    (itemId) => {
      const refusal = { code: 'ITEM_NOT_FOUND', paths: ['itemId'] }
      expect(refusalOf(() => changeUnits({ ...edit, itemId, change: 1 }))).toEqual(refusal)
    },
  )

  test('refuses a change of nothing, a fraction, a version below 0', () => {
    expect(refusalOf(() => changeUnits({ ...edit, change: 0 }))).toEqual(invalid('change'))
    expect(refusalOf(() => changeUnits({ ...edit, change: 0.5 }))).toEqual(invalid('change'))
    const bad = { ...edit, change: 1, ifVersion: -1 }
    expect(refusalOf(() => changeUnits(bad))).toEqual(invalid('ifVersion'))
  })

  test('a vote names buyer, item and direction', () => {
    const up = { type: 'vote', buyerId: 4, item: { category: 3, serial: 12 }, vote: 'up' }
    expect(vote({ buyerId: 4, itemId: '3-12', up: true })).toEqual(up)
    expect(refusalOf(() => vote({ buyerId: 0, itemId: '3-12', up: true }))).toEqual(
      invalid('buyerId'),
    )
  })
})

describe('reserve', () => {
  const usd = (amount: number) => ({ amount, currency: 'USD' })
  const line = (itemId: string, quantity = 1, ceiling = 100) => ({
    itemId,
    quantity,
    ceiling: usd(ceiling),
  })
  const request = (...lines: object[]): object => ({
    purchaseId: 'p-1',
    buyerId: 4,
    lines,
  })

  test('puts the lines in order of their serials', () => {
    const command = reserve(request(line('9-2'), line('1-10'), line('5-1', 3, 7)))
    expect(command.lines.map(({ item }) => item.serial)).toEqual([1, 2, 10])
    expect(command.currency).toBe('USD')
    expect(command.lines[0]).toEqual({
      item: { category: 5, serial: 1 },
      quantity: 3,
      ceiling: 7,
    })
  })

  test.each<[string, object, string[]]>([
    ['no lines', request(), ['lines']],
    ['an item twice', request(line('1-1'), line('1-1')), ['lines']],
    ['quantity 0', request(line('1-1', 0)), ['lines.0.quantity']],
    ['no ceiling', request({ ...line('1-1'), ceiling: null }), ['lines.0.ceiling']],
    ['more than money can count', request(line('1-1', 1e6, 1e12)), ['lines']],
    ['a strange purchase id', { ...request(line('1-1')), purchaseId: 'a b' }, ['purchaseId']],
    [
      '1001 lines',
      request(...Array.from({ length: 1001 }, (_, i) => line(`1-${i + 1}`))),
      ['lines'],
    ],
  ])('refuses %s', (_, input, paths) => {
    expect(refusalOf(() => reserve(input))).toEqual(invalid(...paths))
  })

  test('settling needs a purchase id', () => {
    expect(refusalOf(() => confirm({ purchaseId: '' }))).toEqual(invalid('purchaseId'))
    expect(release({ purchaseId: 'p-1' })).toEqual({ type: 'release', purchaseId: 'p-1' })
  })
})
