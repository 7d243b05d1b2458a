/** Ids, money, text and addresses. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHostPort, isLoopback, parseHostPort } from './host-port.ts'
import { isRequestId, itemId, parseAccountId, parseItemId, parsePurchaseId } from './ids.ts'
import { AMOUNT_MAX, formatMoney, isAmount, isQuantity, parseAmount, totalOf } from './money.ts'
import { codePointLength, isPlainText, usernameKey } from './unicode.ts'

describe('ids', () => {
  it('of items are category and serial', () => {
    expect(parseItemId(itemId(3, 1042))).toEqual({ id: '3-1042', category: 3, serial: 1042 })
    expect(parseItemId('0-1')).toMatchObject({ category: 0 })
    for (const bad of [
      '',
      '3',
      '3-',
      '3-0',
      '03-1',
      '3-01',
      '100-1',
      '3-1 ',
      '-1-1',
      `3-1${'0'.repeat(15)}`,
    ]) {
      expect(parseItemId(bad)).toBeUndefined()
    }
  })

  it('of accounts are positive and safe', () => {
    expect(parseAccountId('7')).toBe(7)
    for (const bad of ['', '0', '01', '-1', '1.5', '1e3', '9007199254740993']) {
      expect(parseAccountId(bad)).toBeUndefined()
    }
  })

  it('of purchases and requests need no escaping', () => {
    expect(parsePurchaseId('p_1-a')).toBe('p_1-a')
    for (const bad of ['', '-a', 'a/b', 'a'.repeat(65)])
      expect(parsePurchaseId(bad)).toBeUndefined()
    expect([
      isRequestId('a'.repeat(128)),
      isRequestId('a'.repeat(129)),
      isRequestId('a b'),
    ]).toEqual([true, false, false])
  })
})

describe('money', () => {
  const usd = (amount: number) => ({ amount, currency: 'USD' })

  it('has limits', () => {
    expect([isAmount(1), isAmount(AMOUNT_MAX), isAmount(0), isAmount(AMOUNT_MAX + 1)]).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect([
      isAmount(1.5),
      isAmount(Number.NaN),
      isQuantity(1_000_000),
      isQuantity(1_000_001),
    ]).toEqual([false, false, true, false])
  })

  it('adds up exactly, or not at all', () => {
    const line = fc.record({
      price: fc.integer({ min: 1, max: AMOUNT_MAX }).map(usd),
      quantity: fc.integer({ min: 1, max: 1_000_000 }),
    })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        let exact = 0n
        for (const { price, quantity } of lines) exact += BigInt(price.amount) * BigInt(quantity)
        const expected = exact > BigInt(AMOUNT_MAX) ? undefined : usd(Number(exact))
        expect(totalOf(lines, 'USD')).toEqual(expected)
      }),
    )
  })

  it('is never mixed', () => {
    expect(() => totalOf([{ price: usd(1), quantity: 1 }], 'EUR')).toThrow(/one currency/)
  })

  it('is written and read as people do', () => {
    expect([1999, 5, 100, 0].map((amount) => formatMoney(usd(amount)))).toEqual([
      '19.99 USD',
      '0.05 USD',
      '1.00 USD',
      '0.00 USD',
    ])
    expect(formatMoney({ amount: 500, currency: 'JPY' })).toBe('500 JPY')
    expect(['19.99', '20', '0.5'].map((text) => parseAmount(text, 'USD'))).toEqual([1999, 2000, 50])
    for (const bad of ['', '.5', '1.999', '-1', '1,5', '1e3']) {
      expect(parseAmount(bad, 'USD')).toBeUndefined()
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: AMOUNT_MAX }), (amount) => {
        const [text = ''] = formatMoney(usd(amount)).split(' ')
        expect(parseAmount(text, 'USD')).toBe(amount)
      }),
    )
  })
})

describe('text', () => {
  it('is counted in code points of its composed form', () => {
    expect(['Ada', 'e\u0301', '👍🏽', ''].map(codePointLength)).toEqual([3, 1, 2, 0])
  })

  it('is plain unless it hides something', () => {
    expect(['Ada ☕', 'né', '👩‍🚀'].map(isPlainText)).toEqual([true, true, true])
    expect(['a\u0000', 'a\nb', '\ud800', '\uffff', '\u0085'].map(isPlainText)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ])
  })

  it.each([
    ['Ada', 'aDA'],
    ['Straße', 'STRASSE'],
    ['STRAẞE', 'strasse'],
    ['ﬁsh', 'FISH'],
    ['Σίσυφος', 'ΣΊΣΥΦΟΣ'],
    ['é', 'E\u0301'],
    ['Ａｄａ', 'ada'],
    ['a\u00adda', 'ada'],
    ['a\u200dda', 'ADA'],
    ['Å', '\u212b'],
  ])('"%s" and "%s" are one username', (a, b) => {
    expect(usernameKey(a)).toBe(usernameKey(b))
  })

  it('keeps different usernames apart', () => {
    expect(usernameKey('ı')).not.toBe(usernameKey('i'))
    expect(usernameKey('e')).not.toBe(usernameKey('é'))
  })

  it('has keys that are their own key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(usernameKey(usernameKey(name))).toBe(usernameKey(name))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('addresses', () => {
  it.each(['127.0.0.1:80', 'db-3.example:6080', '[::1]:1'])('%s is one', (text) => {
    const address = parseHostPort(text)
    expect(address && formatHostPort(address)).toBe(text)
  })

  it.each(['', 'a', 'a:', ':1', 'a:0', 'a:65536', 'a:1x', '::1:80', 'a b:1'])(
    '"%s" is none',
    (text) => {
      expect(parseHostPort(text)).toBeUndefined()
    },
  )

  it('of this machine are known', () => {
    expect(['127.0.0.1', '127.9.9.9', 'localhost', '::1'].every(isLoopback)).toBe(true)
    expect(['0.0.0.0', '10.0.0.1', '127.example.com', '::'].some(isLoopback)).toBe(false)
  })
})
