import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AMOUNT_MAX, QUANTITY_MAX } from '../../common/money.ts'
import { CART_LINES_MAX } from '../limits.ts'
import { type CartLine, savedCarts } from '../tables.ts'
import { addUnits, removeUnits, sameLines, takeUnits, totalOfLines } from './cart-lines.ts'
import type { CartOutcome } from './outcomes.ts'
import { addToCart, openPurchase, usd, World } from './test-world.ts'

const remove = (tokenHash: string, itemId: string, quantity: number) =>
  ({ type: 'removeFromCart', tokenHash, itemId: itemId as never, quantity }) as const
const clear = (tokenHash: string) => ({ type: 'clearCart', tokenHash }) as const
const save = (tokenHash: string) => ({ type: 'saveCart', tokenHash }) as const
const accept = (tokenHash: string, prices: Record<string, number>) =>
  ({
    type: 'acceptCartPrices',
    tokenHash,
    prices: Object.entries(prices).map(([itemId, amount]) => ({
      itemId: itemId as never,
      price: usd(amount),
    })),
  }) as const

const shown = (cart: CartOutcome) =>
  cart.lines.map(({ itemId, quantity, price }) => `${itemId} x${quantity} @${price.amount}`)

describe('adding to a cart', () => {
  test('merges lines, keeps their order and the price that was seen', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', 2, { price: usd(100) })
    await world.put('a', '1-2', 1, { price: usd(50) })
    const cart = await world.put('a', '1-1', 3, { price: usd(120) })
    expect(shown(cart)).toEqual(['1-1 x5 @100', '1-2 x1 @50'])
  })

  test('refuses more than is available in sum', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', 2, { available: 3 })
    expect(await world.apply(addToCart('a', '1-1', 2, { available: 3 }))).toMatchObject({
      code: 'OUT_OF_STOCK',
      details: { itemId: '1-1', available: 3, inCart: 2 },
    })
    expect(await world.codeOf(addToCart('a', '1-1', 1, { available: 3 }))).toBe('ok')
  })

  test('is bounded in lines, units and total', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', QUANTITY_MAX, { available: 2 * QUANTITY_MAX, price: usd(1) })
    const more = { available: 2 * QUANTITY_MAX, price: usd(1) }
    expect(await world.codeOf(addToCart('a', '1-1', 1, more))).toBe('QUANTITY_LIMIT')
    expect(await world.codeOf(addToCart('a', '1-2', 1, { price: usd(AMOUNT_MAX) }))).toBe(
      'QUANTITY_LIMIT',
    )
    for (let line = 2; line <= CART_LINES_MAX; line += 1) await world.put('a', `1-${line}`)
    expect(await world.codeOf(addToCart('a', '2-1'))).toBe('QUANTITY_LIMIT')
    expect(await world.codeOf(addToCart('a', '1-2'))).toBe('ok')
  })

  test('keeps to one currency', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1')
    const euros = { price: { amount: 500, currency: 'EUR' } }
    expect(await world.codeOf(addToCart('a', '1-2', 1, euros))).toBe('CURRENCY_MISMATCH')
  })
})

describe('removing from a cart', () => {
  test('takes units, the line with the last of them, or the whole line for 0', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', 3)
    await world.put('a', '1-2', 2)
    expect(shown(await world.must(remove('a', '1-1', 1)))).toEqual(['1-1 x2 @500', '1-2 x2 @500'])
    expect(shown(await world.must(remove('a', '1-1', 2)))).toEqual(['1-2 x2 @500'])
    expect(shown(await world.must(remove('a', '1-2', 0)))).toEqual([])
  })

  test('refuses what is not there', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', 3)
    expect(await world.codeOf(remove('a', '1-1', 4))).toBe('NOT_IN_CART')
    expect(await world.codeOf(remove('a', '1-2', 0))).toBe('NOT_IN_CART')
  })
})

describe('a saved cart', () => {
  test('is what the next login starts from; clearing empties only the session', async () => {
    const world = new World()
    const { account } = await world.shopper('a')
    await world.put('a', '1-1', 3)
    expect((await world.must<CartOutcome>(save('a'))).saved).toBe(true)
    expect(await world.must(clear('a'))).toEqual({ lines: [], saved: false, lockedBy: null })
    await world.login('b', account.id)
    const cart = await world.put('b', '1-2')
    expect(shown(cart)).toEqual(['1-1 x3 @500', '1-2 x1 @500'])
    expect(cart.saved).toBe(false)
  })

  test('is cleared by saving an empty cart', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1')
    await world.must(save('a'))
    await world.must(clear('a'))
    expect(await world.must(save('a'))).toEqual({ lines: [], saved: true, lockedBy: null })
    expect(world.tables.all(savedCarts)).toEqual([])
  })
})

describe('accepting prices', () => {
  test('changes the lines it names and no others', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1')
    await world.put('a', '1-2')
    const cart = await world.must<CartOutcome>(accept('a', { '1-2': 700, '1-9': 1 }))
    expect(shown(cart)).toEqual(['1-1 x1 @500', '1-2 x1 @700'])
  })

  test('refuses a total that cannot be paid', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1', 2)
    expect(await world.codeOf(accept('a', { '1-1': AMOUNT_MAX }))).toBe('QUANTITY_LIMIT')
  })
})

test('while a purchase is open nothing about the cart changes, and it cannot be bought twice', async () => {
  const world = new World()
  await world.shopper('a')
  await world.put('a', '1-1')
  await world.open('a', 'p1')
  const changes = [
    addToCart('a', '1-2'),
    remove('a', '1-1', 0),
    clear('a'),
    save('a'),
    accept('a', { '1-1': 1 }),
    openPurchase('a', 'p2'),
  ]
  for (const change of changes) {
    expect(await world.apply(change)).toMatchObject({
      code: 'PURCHASE_IN_PROGRESS',
      details: { purchaseId: 'p1' },
    })
  }
})

describe('cart lines, whatever is done with them', () => {
  const change = fc.record({
    add: fc.boolean(),
    itemId: fc.integer({ min: 1, max: 4 }).map((serial) => `1-${serial}`),
    quantity: fc.integer({ min: 1, max: 20 }),
    available: fc.integer({ min: 0, max: 40 }),
    price: fc.integer({ min: 1, max: 1000 }).map(usd),
  })

  test('count what was added less what was removed, one line per item, never none', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        let lines: readonly CartLine[] = []
        const model = new Map<string, number>()
        for (const { add, itemId, quantity, available, price } of changes) {
          const before = model.get(itemId) ?? 0
          const outcome = add
            ? addUnits(lines, { itemId, quantity, price }, available)
            : removeUnits(lines, { itemId, quantity })
          const legal = add ? before + quantity <= available : quantity <= before
          expect(outcome.ok).toBe(legal)
          if (!outcome.ok) continue
          lines = outcome.value
          model.set(itemId, before + (add ? quantity : -quantity))
        }
        const counted = new Map(lines.map(({ itemId, quantity }) => [itemId, quantity]))
        expect(counted.size).toBe(lines.length)
        expect(counted).toEqual(new Map([...model].filter(([, quantity]) => quantity > 0)))
      }),
    )
  })

  test('taking everything leaves nothing; taking what is not there leaves all', () => {
    const line = fc.record({
      itemId: fc.integer({ min: 1, max: 99 }).map((serial) => `1-${serial}`),
      quantity: fc.integer({ min: 1, max: 20 }),
      price: fc.constant(usd(3)),
    })
    const someLines = fc.uniqueArray(line, { selector: ({ itemId }) => itemId, minLength: 1 })
    fc.assert(
      fc.property(someLines, (lines) => {
        expect(takeUnits(lines, lines)).toEqual([])
        const elsewhere = lines.map((one) => ({ ...one, itemId: `2${one.itemId}` }))
        expect(sameLines(takeUnits(lines, elsewhere), lines)).toBe(true)
        const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
        expect(totalOfLines(lines)).toEqual(usd(3 * units))
      }),
    )
  })
})
