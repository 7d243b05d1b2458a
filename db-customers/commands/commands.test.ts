import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { AppError } from '../../common/errors.ts'
import { createAccount, recordFailedLogin } from './accounts.ts'
import { acceptCartPrices, addToCart, removeFromCart } from './carts.ts'
import { parseRequest } from '../../replication/replica/requests.ts'
import { advancePurchase, openPurchase } from './purchases.ts'
import { createSession } from './sessions.ts'

/** The paths of the bad fields, in the order of their names. */
function badFields(shape: z.ZodType<unknown>, request: unknown): string[] {
  try {
    parseRequest(shape, request)
    return []
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'INVALID_ARGUMENT') throw error
    expect(error.definite).toBe(true)
    return error.fields.map(({ path }) => path).sort()
  }
}

const account = {
  context: { requestId: 'r', fingerprint: '', keepForADay: false },
  role: 'SELLER',
  username: 'Zoë',
  usernameKey: 'zoë',
  name: '',
  passwordHash: '$argon2id$v=19$m=1,t=1,p=1$a$b',
  address: '127.0.0.1',
  limit: 0,
  windowSeconds: 0,
}
const token = Buffer.alloc(32, 0xab)
const price = { amount: 1, currency: 'USD' }

describe('a request becomes a body', () => {
  test('without its context, with the role in small letters, ready for JSON', () => {
    const body = parseRequest(createAccount, account)
    expect(body).toMatchObject({ type: 'createAccount', role: 'seller', username: 'Zoë' })
    expect(body).not.toHaveProperty('context')
    expect(JSON.parse(JSON.stringify(body))).toEqual(body)
  })

  test('with the token hash in hexadecimal', () => {
    const request = { role: 'BUYER', accountId: 3, tokenHash: token, idleTimeoutSeconds: 300 }
    expect(parseRequest(createSession, request).tokenHash).toBe('ab'.repeat(32))
  })
})

describe('what does not fit is refused, field by field', () => {
  test('accounts', () => {
    expect(badFields(createAccount, account)).toEqual([])
    const wrong = {
      ...account,
      role: 'ROLE_UNSPECIFIED',
      username: 'x'.repeat(33),
      usernameKey: '',
      name: 'e\u0301', // Not composed.
      passwordHash: '',
      address: 'a b',
      limit: -1,
      windowSeconds: 10,
    }
    expect(badFields(createAccount, wrong)).toEqual(
      ['role', 'username', 'usernameKey', 'name', 'passwordHash', 'address', 'limit'].sort(),
    )
    expect(badFields(createAccount, { ...account, limit: 5 })).toEqual(['windowSeconds'])
    expect(badFields(createAccount, { ...account, username: 'a\u0000b' })).toEqual(['username'])
  })

  test('lengths count code points, not UTF-16 units', () => {
    expect(badFields(createAccount, { ...account, username: '𝒳'.repeat(32) })).toEqual([])
    expect(badFields(createAccount, { ...account, username: '𝒳'.repeat(33) })).toEqual(['username'])
  })

  test('failed logins need a window', () => {
    expect(badFields(recordFailedLogin, account)).toEqual(['windowSeconds'])
  })

  test('sessions', () => {
    const request = { role: 'BUYER', accountId: 0, tokenHash: token.subarray(1) }
    expect(badFields(createSession, { ...request, idleTimeoutSeconds: 0 })).toEqual([
      'accountId',
      'idleTimeoutSeconds',
      'tokenHash',
    ])
  })

  test('carts', () => {
    const line = { tokenHash: token, itemId: '3-1', quantity: 1, price, available: 0 }
    expect(badFields(addToCart, line)).toEqual([])
    const wrong = { ...line, itemId: '3-01', quantity: 0, price: { amount: 0.5, currency: 'usd' } }
    expect(badFields(addToCart, wrong)).toEqual([
      'itemId',
      'price.amount',
      'price.currency',
      'quantity',
    ])
    expect(badFields(addToCart, { ...line, price: null })).toEqual(['price'])
    expect(badFields(removeFromCart, { ...line, quantity: 0 })).toEqual([])
    expect(badFields(removeFromCart, { ...line, quantity: -1 })).toEqual(['quantity'])
    const prices = [
      { itemId: '3-1', price },
      { itemId: 'x', price: { ...price, amount: 0 } },
    ]
    expect(badFields(acceptCartPrices, { tokenHash: token, prices })).toEqual([
      'prices.1.itemId',
      'prices.1.price.amount',
    ])
  })

  test('purchases', () => {
    const open = { tokenHash: token, purchaseId: 'p-1', cardLast4: '424', claimedBy: 'b' }
    expect(badFields(openPurchase, { ...open, claimSeconds: 0 })).toEqual([
      'cardLast4',
      'claimSeconds',
    ])
    const step = {
      purchaseId: 'p-1',
      claim: 1,
      to: 'COMPLETED',
      lines: [],
      authorizationId: '',
      failureCode: '',
      failureMessage: '',
      claimSeconds: 20,
    }
    expect(badFields(advancePurchase, step)).toEqual([])
    expect(badFields(advancePurchase, { ...step, to: 'PENDING' })).toEqual(['to'])
    expect(badFields(advancePurchase, { ...step, to: 'PAID' })).toEqual(['authorizationId'])
    expect(badFields(advancePurchase, { ...step, to: 'RESERVED' })).toEqual(['lines'])
    expect(badFields(advancePurchase, { ...step, failureCode: 'WHATEVER' })).toEqual([
      'failureCode',
    ])
  })
})
