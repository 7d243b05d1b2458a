import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../common/random.ts'
import { createCheckout } from './checkout.ts'
import { createCustomersModel, createPaymentsModel, createProductsModel } from './model/services.ts'
import type { PurchaseServices } from './ports.ts'

const card = { name: 'A', number: '4242424242424242', expiration: '12/99', securityCode: '123' }

/** Services that answer, once `open` is called. */
function world() {
  let isOpen = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    isOpen = resolve
  })
  const customers = createCustomersModel(() => Date.now())
  const products = createProductsModel(new Map([['3-1', { quantity: 5, price: 100 }]]))
  const payments = createPaymentsModel(
    () => true,
    () => undefined,
  )
  const services: PurchaseServices = {
    records: {
      advance: async ({ id, claim }, step) => customers.advance(id, claim, step),
      claim: async () => Promise.reject(new Error('nobody claims here')),
      get: async (id) => customers.get(id),
      listStanding: async () => [],
    },
    reservations: {
      reserve: async (request) => products.reserve(request),
      confirm: async (id) => products.confirm(id),
      release: async (id) => products.release(id),
    },
    payments: {
      async charge({ reference, amount }) {
        await gate
        return payments.charge(reference, amount)
      },
      find: async (reference) => payments.find(reference),
      void: async (reference) => payments.void(reference),
    },
  }
  const open = async (claimedBy: string) => {
    const lines = [{ itemId: '3-1', quantity: 1, ceiling: { amount: 100, currency: 'USD' } }]
    const purchase = customers.open({ id: 'p1', buyerId: 1, lines, cardLast4: '4242', claimedBy })
    return { purchase, replayed: false }
  }
  const clock = { nowMs: () => Date.now(), sleep: (ms: number) => sleep(ms) }
  const patience = { clock, random: seededRandom(1) }
  const checkout = createCheckout({ services, patience, report: () => undefined })
  return { checkout, open, customers, letPayments: () => isOpen() }
}

describe('a purchase that takes long', () => {
  it('is answered as it is when the time is up, and driven on', async () => {
    const { checkout, open, customers, letPayments } = world()
    const answerByUnixMs = Date.now() + 30
    const answer = await checkout.run({ open, card, claimedBy: 'me', answerByUnixMs })
    expect(answer.purchase.state).toBe('reserved')
    letPayments()
    await checkout.drain(5_000)
    expect(customers.get('p1').state).toBe('completed')
  })

  it('is waited for by a server that stops, but not for ever', async () => {
    const { checkout, open, letPayments } = world()
    await checkout.run({ open, card, claimedBy: 'me', answerByUnixMs: Date.now() + 10 })
    const startedAtMs = Date.now()
    await checkout.drain(50)
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(45)
    letPayments()
    await checkout.drain(5_000)
  })
})
