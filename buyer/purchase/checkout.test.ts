import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { seededRandom } from '../../common/random.ts'
import { createCheckout } from './checkout.ts'
import { createCustomersModel, createPaymentsModel, createProductsModel } from './model/services.ts'
import type { PurchaseServices } from './ports.ts'
import type { Report } from './settle.ts'

const card = { name: 'A', number: '4242424242424242', expiration: '12/99', securityCode: '123' }

/** Services that answer: payments once `letPayments` is called. `asked` gathers the calls, and for whom. */
function world({ unreadable = false } = {}) {
  const asked: [call: string, requestId: string | undefined][] = []
  const reported: (string | undefined)[] = []
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
      async advance({ id, claim }, step, { requestId }) {
        asked.push([`record ${step.to}`, requestId])
        return customers.advance(id, claim, step)
      },
      claim: async () => Promise.reject(new Error('nobody claims here')),
      async get(id, { requestId }) {
        asked.push(['get', requestId])
        if (unreadable) throw new AppError('UNAVAILABLE')
        return customers.get(id)
      },
      listStanding: async () => [],
    },
    reservations: {
      async reserve(request, { requestId }) {
        asked.push(['reserve', requestId])
        return products.reserve(request)
      },
      async confirm(id, { requestId }) {
        asked.push(['confirm', requestId])
        return products.confirm(id)
      },
      release: async (id) => products.release(id),
    },
    payments: {
      async charge({ reference, amount }, { requestId }) {
        asked.push(['charge', requestId])
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
  const report: Report = (_purchaseId, _error, requestId) => reported.push(requestId)
  const checkout = createCheckout({ services, patience, report })
  return { checkout, open, customers, letPayments: () => isOpen(), asked, reported }
}

describe('a purchase that takes long', () => {
  it('is answered as it is when the time is up, and driven on', async () => {
    const { checkout, open, customers, letPayments } = world()
    const answerBy = { atUnixMs: Date.now() + 30, requestId: 'r-1' }
    const answer = await checkout.run({ open, card, claimedBy: 'me', answerBy })
    expect(answer.purchase.state).toBe('reserved')
    letPayments()
    await checkout.drain(5_000)
    expect(customers.get('p1').state).toBe('completed')
  })

  it('is waited for by a server that stops, but not for ever', async () => {
    const { checkout, open, letPayments } = world()
    const answerBy = { atUnixMs: Date.now() + 10, requestId: 'r-1' }
    await checkout.run({ open, card, claimedBy: 'me', answerBy })
    const startedAtMs = Date.now()
    await checkout.drain(50)
    expect(Date.now() - startedAtMs).toBeGreaterThanOrEqual(45)
    letPayments()
    await checkout.drain(5_000)
  })
})

describe('the id of the request', () => {
  it('goes into every call, and into what is reported', async () => {
    const { checkout, open, letPayments, asked, reported } = world({ unreadable: true })
    const answerBy = { atUnixMs: Date.now() + 30, requestId: 'r-1' }
    await checkout.run({ open, card, claimedBy: 'me', answerBy })
    letPayments()
    await checkout.drain(5_000)
    const calls = ['reserve', 'record reserved', 'charge', 'get', 'record paid', 'confirm']
    expect(asked).toEqual([...calls, 'record completed'].map((call) => [call, 'r-1']))
    expect(reported).toEqual(['r-1'])
  })

  it('is its own where one request waits for what another drives', async () => {
    const { checkout, open, letPayments, asked } = world()
    const run = (claimedBy: string) => {
      const answerBy = { atUnixMs: Date.now() + 30, requestId: `r-${claimedBy}` }
      return checkout.run({ open, card, claimedBy, answerBy })
    }
    await run('first')
    const before = asked.length
    await run('second')
    const looks = asked.slice(before)
    expect(looks.length).toBeGreaterThan(1)
    expect(new Set(looks.map(([, requestId]) => requestId))).toEqual(new Set(['r-second']))
    letPayments()
    await checkout.drain(5_000)
  })
})
