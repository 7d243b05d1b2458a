import { describe, expect, it } from 'vitest'
import { type ChargeRequest, chargeProblems, isCardNumber, testCards } from './card.ts'

const good: ChargeRequest = {
  reference: 'p-1',
  name: 'Ada Lovelace',
  number: '4242424242424242',
  expiration: '12/30',
  securityCode: '123',
  amount: 1999,
  currency: 'USD',
}
const at = (iso: string) => ({ currency: 'USD', nowUnixMs: Date.parse(iso) })
const now = at('2026-03-15T00:00:00Z')
const badFields = (change: Partial<ChargeRequest>, rules = now): string[] =>
  chargeProblems({ ...good, ...change }, rules).map(({ path }) => path)

describe('a request', () => {
  it('that is right has no problems', () => {
    expect(badFields({})).toEqual([])
  })

  it.each<[keyof ChargeRequest, (string | number)[]]>([
    ['reference', ['', 'a b', '<x>', 'x'.repeat(65), '-a']],
    ['name', ['', 'x'.repeat(65), 'a\u0000b']],
    ['number', ['', '4242424242424241', '4242 4242 4242 4242', '42424242424', '0'.repeat(20)]],
    ['expiration', ['', '13/30', '00/30', '1/30', '12/2030', '02/26']],
    ['securityCode', ['', '12', '12345', 'abc']],
    ['amount', [0, -1, 0.5, 1_000_000_000_001, Number.NaN]],
    ['currency', ['', 'EUR', 'usd']],
  ])('is refused for its %s', (field, values) => {
    for (const value of values) expect(badFields({ [field]: value })).toEqual([field])
  })

  it('is told all that is wrong with it, and never sees its values again', () => {
    const problems = chargeProblems({ ...good, number: '4242424242424241', securityCode: '9' }, now)
    expect(problems.map(({ path }) => path)).toEqual(['number', 'securityCode'])
    expect(JSON.stringify(problems)).not.toContain('4242')
  })

  it('may come until the month of the card has ended everywhere', () => {
    const march = { expiration: '03/26' }
    expect(badFields(march, at('2026-04-01T11:59:59Z'))).toEqual([])
    expect(badFields(march, at('2026-04-01T12:00:00Z'))).toEqual(['expiration'])
    expect(badFields({ expiration: '12/26' }, at('2027-01-01T13:00:00Z'))).toEqual(['expiration'])
  })
})

describe('card numbers', () => {
  it('of the test cards are all well-formed', () => {
    expect([...testCards.keys()].filter((number) => !isCardNumber(number))).toEqual([])
  })

  it('with any one digit changed are noticed', () => {
    const number = '5555555555554444'
    for (let place = 0; place < number.length; place += 1) {
      for (let digit = 0; digit < 10; digit += 1) {
        const changed = number.slice(0, place) + digit + number.slice(place + 1)
        expect(isCardNumber(changed)).toBe(changed === number)
      }
    }
  })
})
