/** The audit's checks are proven by what they must find: each planted fault is told, and a sound record is not. */
import { describe, expect, it } from 'vitest'
import type { CartBody, PurchaseBody } from '../../buyer/bodies.ts'
import { usd } from '../e2e/people.ts'
import { fairPrices, paymentsAgree, settledInTime, told } from './agreement.ts'
import type { Outcome } from './history.ts'

const line = { itemId: '4-1', quantity: 2, price: usd(100), sellerId: 1, name: 'Lamp' }
const purchase: PurchaseBody = {
  id: 'p1',
  state: 'completed',
  lines: [line],
  total: usd(200),
  card: { last4: '4242' },
  authorizationId: 'a',
  failure: null,
  transitions: [],
}
const failed: PurchaseBody = { ...purchase, id: 'p2', state: 'failed' }
const paid = { reference: 'p1', status: 'APPROVED', amount: 200 }
const cart: CartBody = {
  lines: [{ ...line, available: 5, currentPrice: usd(100) }],
  total: usd(200),
  saved: false,
  problems: [],
  purchaseId: null,
}
const attempt = (outcome: Outcome<PurchaseBody>, seen = cart) => ({
  buyer: 'b',
  cart: seen,
  called: { invokedAtMs: 100, returnedAtMs: 200, outcome },
})
const bought = attempt({ ok: true, value: purchase })

describe('payments', () => {
  it('that agree with the purchases are passed', () => {
    const voided = { reference: 'p2', status: 'VOIDED', amount: 200 }
    expect(paymentsAgree([purchase, failed], [paid])).toEqual([])
    expect(paymentsAgree([purchase, failed], [paid, voided])).toEqual([])
  })

  it.each([
    ['a completed purchase without a payment', [purchase], []],
    ['a completed purchase whose payment was voided', [purchase], [{ ...paid, status: 'VOIDED' }]],
    ['a failed purchase that was paid', [failed], [{ ...paid, reference: 'p2' }]],
    ['a payment of another amount', [purchase], [{ ...paid, amount: 199 }]],
    ['a payment without a purchase', [], [paid]],
    ['two payments under one reference', [purchase], [paid, paid]],
    ['a total that is not the sum', [{ ...purchase, lines: [] }], [paid]],
  ])('find %s', (_what, purchases, ledger) => {
    expect(paymentsAgree(purchases, ledger)).toHaveLength(1)
  })
})

it('a purchase that is settled too long after all was calm is found', () => {
  const step = (state: PurchaseBody['state'], atMs: number) => ({
    state,
    at: new Date(atMs).toISOString(),
  })
  const taken = (openedAtMs: number, settledAtMs: number) =>
    settledInTime(
      [{ ...purchase, transitions: [step('pending', openedAtMs), step('completed', settledAtMs)] }],
      100_000,
    )
  expect(taken(20_000, 130_000)).toEqual([])
  expect(taken(20_000, 130_001)).toHaveLength(1)
  expect(taken(110_000, 140_001)).toHaveLength(1)
})

describe('what clients were told', () => {
  it('is passed when it is what was recorded', () => {
    const declined = attempt({ ok: false, code: 'PAYMENT_DECLINED', purchaseId: 'p2' })
    const second = attempt({ ok: false, code: 'PURCHASE_IN_PROGRESS', purchaseId: 'p1' })
    const empty = attempt({ ok: false, code: 'CART_EMPTY' })
    expect(told([bought, declined, second, empty], [purchase, failed])).toEqual([])
  })

  it.each([
    ['an acknowledged purchase that is missing', bought, []],
    ['an acknowledged purchase that failed', bought, [{ ...purchase, state: 'failed' } as const]],
    [
      'a refused purchase that completed',
      attempt({ ok: false, code: 'OUT_OF_STOCK', purchaseId: 'p1' }),
      [purchase],
    ],
    [
      'a part of a cart',
      attempt({ ok: true, value: purchase }, { ...cart, lines: [...cart.lines, ...cart.lines] }),
      [purchase],
    ],
  ])('finds %s', (_what, tried, purchases) => {
    expect(told([tried], purchases)).toHaveLength(1)
  })
})

describe('prices', () => {
  const set = (amount: number, invokedAtMs: number) => ({
    amount,
    invokedAtMs,
    returnedAtMs: invokedAtMs + 10,
  })
  const check = (...prices: ReturnType<typeof set>[]) =>
    fairPrices([{ id: '4-1', prices }], [bought])

  it('that the item had, or may have had, are passed', () => {
    expect(check(set(100, 0))).toEqual([])
    expect(check(set(500, 0), set(100, 95))).toEqual([])
    expect(check(set(500, 0), set(100, 150), set(400, 199))).toEqual([])
  })

  it('from before and after are found, and one above what was seen', () => {
    expect(check(set(100, 0), set(90, 50))).toHaveLength(1)
    expect(check(set(90, 0), set(100, 201))).toHaveLength(1)
    const cheaper = {
      ...cart,
      lines: [{ ...line, price: usd(99), available: 5, currentPrice: usd(100) }],
    }
    const dear = attempt({ ok: true, value: purchase }, cheaper)
    expect(fairPrices([{ id: '4-1', prices: [set(100, 0)] }], [dear])).toHaveLength(1)
  })
})
