import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../common/errors.ts'
import { seededRandom } from '../common/random.ts'
import type { CartReply__Output, Purchase__Output } from '../db-customers/api.ts'
import { createLogger } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import type { Customers } from '../shop/groups.ts'
import { createShopApp } from '../shop/server.ts'
import { createSessions } from '../shop/sessions.ts'
import {
  account,
  type FakeGroups,
  fakeGroups,
  goneGroups,
  goodSession,
  item,
} from '../shop/testing/fake-groups.ts'
import { badFields, type Served, sendExamples, serve } from '../shop/testing/serve.ts'
import { addBuyerOperations } from './operations.ts'
import { createCheckout } from './purchase/checkout.ts'
import {
  createCustomersModel,
  createPaymentsModel,
  createProductsModel,
} from './purchase/model/services.ts'
import type { Purchase, PurchaseServices } from './purchase/ports.ts'

const config = {
  clusterSecret: 'a secret of the tests',
  currency: 'USD',
  rateLimits: {
    accountsPerWindow: 0,
    failedLoginsPerWindow: 0,
    windowSeconds: 60,
    perAddressPerSecond: 0,
  },
  requestsMax: 2_000,
}
const card = {
  name: 'Ada',
  number: '4242424242424242',
  expiration: '12/99',
  securityCode: '123',
}
const buyer = account({ role: 'BUYER' })
const session = goodSession(buyer)
const served: Served[] = []

/** The three services as models without a network; `delayMs` before each effect. */
function modelWorld({ stock = 5, approves = true, price = 100, delayMs = 0 } = {}) {
  const customers = createCustomersModel(() => Date.now())
  const products = createProductsModel(new Map([['3-1', { quantity: stock, price }]]))
  const payments = createPaymentsModel(
    () => approves,
    () => undefined,
  )
  const later = async <T>(effect: () => T): Promise<T> => {
    await sleep(delayMs)
    return effect()
  }
  const services: PurchaseServices = {
    records: {
      advance: ({ id, claim }, step) => later(() => customers.advance(id, claim, step)),
      claim: async () => Promise.reject(new AppError('STALE_CLAIM')),
      get: (id) => later(() => customers.get(id)),
      listStanding: async () => [],
    },
    reservations: {
      reserve: (request) => later(() => products.reserve(request)),
      confirm: (id) => later(() => products.confirm(id)),
      release: (id) => later(() => products.release(id)),
    },
    payments: {
      charge: ({ reference, amount }) => later(() => payments.charge(reference, amount)),
      find: async (reference) => payments.find(reference),
      void: async (reference) => payments.void(reference),
    },
  }
  const ceiling = { amount: 100, currency: 'USD' }
  const openPurchase: Customers['openPurchase'] = async ({ purchaseId = '', claimedBy = '' }) => {
    const known = customers.purchases.has(purchaseId)
    const lines = [{ itemId: '3-1', quantity: 2, ceiling }]
    const opened = { id: purchaseId, buyerId: 7, lines, cardLast4: '4242', claimedBy }
    return { purchase: messageOf(customers.open(opened)), replayed: known }
  }
  return { services, openPurchase, customers, products, payments }
}

function messageOf(purchase: Purchase): Purchase__Output {
  return {
    id: purchase.id,
    buyerId: purchase.buyerId,
    state: 'PENDING',
    lines: purchase.lines.map((line) => ({
      ...line,
      sellerId: 0,
      price: null,
      name: '',
    })),
    total: { amount: 200, currency: 'USD' },
    cardLast4: purchase.cardLast4,
    authorizationId: '',
    failureCode: '',
    failureMessage: '',
    transitions: [{ state: 'PENDING', atMs: 0 }],
    claim: purchase.claim,
    claimedBy: purchase.claimedBy,
    claimExpiresAtMs: purchase.claimExpiresAtMs,
  }
}

async function buyerServer(groups: FakeGroups, services = modelWorld().services): Promise<Served> {
  const clock = { nowMs: () => Date.now(), sleep: (ms: number) => sleep(ms) }
  const patience = { clock, random: seededRandom(1) }
  const checkout = createCheckout({ services, patience, report: () => undefined })
  const sessions = createSessions(groups.customers, 'BUYER')
  const app = createShopApp({
    role: 'buyer',
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics({ process: 'test', defaults: false }),
    readiness: async () => ({ ready: true, checks: {} }),
    config,
    addOperations: (api) =>
      addBuyerOperations(api, { groups, sessions, config, checkout, serverName: 'buyer-0' }),
  })
  const one = await serve(app)
  served.push(one)
  return one
}

afterEach(async () => {
  await Promise.all(served.splice(0).map((one) => one.close()))
})

describe('searching', () => {
  const search = { search: async () => ({ items: [item()], nextCursor: 'c1' }) }

  it('passes on all filters and leads on with them', async () => {
    const groups = fakeGroups(session, search)
    const { http } = await buyerServer(groups)
    const query = 'category=3&keyword=red&keyword=shoe&condition=used&minPrice=1&maxPrice=9&limit=1'
    const { data } = await http.get(`/v1/items?${query}`)
    expect(data.next).toBe(`/v1/items?${query}&cursor=c1`)
    expect(groups.requestsOf('search')[0]).toMatchObject({
      category: 3,
      keywords: ['red', 'shoe'],
      condition: 'USED',
      minPrice: 1,
      maxPrice: 9,
      limit: 1,
    })
  })

  it('takes category 0 for a category, and one keyword', async () => {
    const groups = fakeGroups(session, search)
    const { http } = await buyerServer(groups)
    await http.get('/v1/items?category=0&keyword=red')
    expect(groups.requestsOf('search')[0]).toMatchObject({ category: 0, keywords: ['red'] })
  })

  it.each([
    ['category=100', 'category'],
    ['category=-1', 'category'],
    ['category=', 'category'],
    ['keyword=ninechars', 'keyword.0'],
    ['keyword=a&keyword=b&keyword=c&keyword=d&keyword=e&keyword=f', 'keyword'],
    ['condition=Weird', 'condition'],
    ['minPrice=1.5', 'minPrice'],
    ['minPrice=5&maxPrice=4', 'maxPrice'],
    ['keywords=red', 'keywords'],
  ])('refuses ?%s', async (query, path) => {
    const { http } = await buyerServer(fakeGroups(session, search))
    const answer = await http.get(`/v1/items?${query}`)
    expect([answer.status, badFields(answer.data)]).toEqual([400, [path]])
  })

  it('tells nothing to who has no session, whatever was found meanwhile', async () => {
    const checkSession = async () => {
      await sleep(20)
      throw new AppError('UNAUTHENTICATED')
    }
    const { http } = await buyerServer(fakeGroups({ checkSession }, search))
    const answer = await http.get('/v1/items')
    expect([answer.status, answer.data.items]).toEqual([401, undefined])
  })
})

describe('sellers and items', () => {
  const zeros = { sellerId: 9, up: 0, down: 0, itemsSold: 0 }

  it('knows no rating of a seller who does not exist', async () => {
    const getAccount = () => Promise.reject(new AppError('ACCOUNT_NOT_FOUND'))
    const rated = { getSellerRating: async () => zeros }
    const { http } = await buyerServer(fakeGroups({ ...session, getAccount }, rated))
    expect((await http.get('/v1/sellers/9/rating')).status).toBe(404)
  })

  it('shows zeros for one who has not sold yet', async () => {
    const getAccount = async () => ({ account: account(), replayed: false })
    const rated = { getSellerRating: async () => zeros }
    const { http } = await buyerServer(fakeGroups({ ...session, getAccount }, rated))
    expect((await http.get('/v1/sellers/9/rating')).data).toEqual(zeros)
  })

  it.each([
    ['NOT_PURCHASED', 403],
    ['ALREADY_VOTED', 409],
    ['ITEM_NOT_FOUND', 404],
  ] as const)('answers a vote that is refused with %s by %i', async (code, status) => {
    const vote = () => Promise.reject(new AppError(code))
    const { http } = await buyerServer(fakeGroups(session, { vote }))
    const answer = await http.post('/v1/items/3-1/feedback', { vote: 'up' })
    expect([answer.status, answer.data.code]).toEqual([status, code])
  })

  it('answers 404 for an unknown item', async () => {
    const getItems = async () => ({ items: [], nextCursor: '' })
    const { http } = await buyerServer(fakeGroups(session, { getItems }))
    expect((await http.get('/v1/items/3-99')).data.code).toBe('ITEM_NOT_FOUND')
    expect((await http.get('/v1/items/no-id')).status).toBe(400)
  })
})

describe('the cart', () => {
  const line = (itemId: string, quantity: number, amount: number) => ({
    itemId,
    quantity,
    price: { amount, currency: 'USD' },
  })
  const cart = (lines: CartReply__Output['lines']): CartReply__Output => ({
    lines,
    saved: false,
    lockedByPurchase: '',
    replayed: false,
    needsTouch: false,
  })

  it('shows names, the total, and what has changed', async () => {
    const lines = [
      line('3-1', 2, 1999),
      line('3-2', 2, 1999),
      line('3-3', 2, 2500),
      line('3-4', 1, 5),
    ]
    const items = [
      item({ id: '3-1', quantity: 0 }),
      item({ id: '3-2', quantity: 1, name: 'Blue shoe' }),
      item({ id: '3-3' }),
      item({ id: '3-4' }),
    ]
    const getItems = async () => ({ items, nextCursor: '' })
    const groups = fakeGroups({ ...session, getCart: async () => cart(lines) }, { getItems })
    const { http } = await buyerServer(groups)
    const { data } = await http.get('/v1/cart')
    expect(data.total).toEqual({ amount: 2 * 1999 + 2 * 1999 + 2 * 2500 + 5, currency: 'USD' })
    expect(data.lines[1]).toMatchObject({ name: 'Blue shoe', quantity: 2, available: 1 })
    expect(data.problems).toMatchObject([
      { itemId: '3-1', code: 'SOLD_OUT' },
      { itemId: '3-2', code: 'TOO_FEW' },
      { itemId: '3-3', code: 'PRICE_FELL' },
      { itemId: '3-4', code: 'PRICE_ROSE' },
    ])
  })

  it.each([
    ['get', '/v1/cart'],
    ['post', '/v1/cart/prices'],
  ])('outlives %s %s without a token', async (method, url) => {
    const groups = fakeGroups()
    const { http } = await buyerServer(groups)
    const authorization = ''
    // A promise of the first that nobody waits for would end the process before the second.
    for (const _ of [1, 2]) {
      const answer = await http.request({ method, url, headers: { authorization } })
      expect([answer.status, answer.data.code]).toEqual([401, 'UNAUTHENTICATED'])
    }
    expect(groups.calls).toEqual([])
  })

  it('asks nobody for the items of an empty cart', async () => {
    const groups = fakeGroups({ ...session, getCart: async () => cart([]) })
    const { http } = await buyerServer(groups)
    const { data } = await http.get('/v1/cart')
    expect(data).toEqual({
      lines: [],
      total: { amount: 0, currency: 'USD' },
      saved: false,
      problems: [],
      purchaseId: null,
    })
  })

  it('adds at the present price, of what is for sale now', async () => {
    const addToCart = async () => cart([line('3-1', 2, 1999)])
    const getItems = async () => ({ items: [item()], nextCursor: '' })
    const groups = fakeGroups({ ...session, addToCart }, { getItems })
    const { http } = await buyerServer(groups)
    const answer = await http.post('/v1/cart/items', { itemId: '3-1', quantity: 2 })
    expect(answer.status).toBe(200)
    expect(groups.requestsOf('addToCart')).toMatchObject([
      { itemId: '3-1', quantity: 2, available: 5, price: { amount: 1999, currency: 'USD' } },
    ])
    expect(groups.requestsOf('getItems')).toHaveLength(1)
  })

  it.each([[{ itemId: '3-1', quantity: 0 }], [{ itemId: '3-1', quantity: 1.5 }]])(
    'refuses %j',
    async (body) => {
      const { http } = await buyerServer(fakeGroups(session))
      const answer = await http.post('/v1/cart/items', body)
      expect([answer.status, badFields(answer.data)]).toEqual([400, ['quantity']])
    },
  )

  it('finds a session that the replica at hand has not heard of yet', async () => {
    const checkSession: Customers['checkSession'] = async (request, options) => {
      if (request.context?.local === true) throw new AppError('UNAUTHENTICATED')
      return session.checkSession(request, options)
    }
    const clearCart = async () => cart([])
    const { http } = await buyerServer(fakeGroups({ checkSession, clearCart }))
    expect((await http.delete('/v1/cart')).status).toBe(200)
  })
})

describe('buying', () => {
  it('answers 201 with the purchase', async () => {
    const world = modelWorld()
    const groups = fakeGroups({ ...session, openPurchase: world.openPurchase })
    const { http } = await buyerServer(groups, world.services)
    const answer = await http.post('/v1/purchases', { card })
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toBe(`/v1/purchases/${answer.data.id}`)
    expect(answer.data).toMatchObject({
      state: 'completed',
      total: { amount: 200, currency: 'USD' },
      lines: [{ itemId: '3-1', sellerId: 1, quantity: 2, price: { amount: 100 } }],
      card: { last4: '4242' },
    })
    expect(JSON.stringify(groups.calls)).not.toContain(card.number)
  })

  it.each([
    ['OUT_OF_STOCK', 409, { stock: 1 }],
    ['PRICE_CHANGED', 409, { price: 101 }],
    ['PAYMENT_DECLINED', 402, { approves: false }],
  ] as const)('answers %s by %i, with the purchase’s id', async (code, status, setting) => {
    const world = modelWorld(setting)
    const groups = fakeGroups({ ...session, openPurchase: world.openPurchase })
    const { http } = await buyerServer(groups, world.services)
    const answer = await http.post('/v1/purchases', { card })
    expect([answer.status, answer.data.code]).toEqual([status, code])
    expect(world.customers.get(answer.data.purchaseId).state).toBe('failed')
  })

  it('drives what it opened itself, though it heard of that only when it asked again', async () => {
    const world = modelWorld()
    let isQuorumLost = false
    const checkSession: Customers['checkSession'] = (...call) =>
      isQuorumLost ? Promise.reject(new AppError('UNAVAILABLE')) : session.checkSession(...call)
    const openPurchase: Customers['openPurchase'] = async (...call) => {
      isQuorumLost = true
      return { ...(await world.openPurchase(...call)), replayed: true }
    }
    const { http } = await buyerServer(fakeGroups({ checkSession, openPurchase }), world.services)
    // Whose token it is, is known from now on.
    await http.get('/v1/purchases')
    const { status, data } = await http.post('/v1/purchases', { card })
    expect([status, data.state]).toEqual([201, 'completed'])
  })

  it('has one effect and one answer for repeats at the same time at two servers', async () => {
    const world = modelWorld({ delayMs: 20 })
    const groups = fakeGroups({ ...session, openPurchase: world.openPurchase })
    const servers = [
      await buyerServer(groups, world.services),
      await buyerServer(groups, world.services),
    ]
    const headers = { 'idempotency-key': 'buy-once' }
    const answers = await Promise.all(
      [...servers, ...servers].map(({ http }) => http.post('/v1/purchases', { card }, { headers })),
    )
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1)
    expect(answers.filter((one) => one.headers['idempotent-replayed'] === 'true')).toHaveLength(3)
    expect(world.payments.approvals()).toBe(1)
    expect(world.products.stock.get('3-1')?.quantity).toBe(3)
  })

  it.each(['CART_EMPTY', 'PURCHASE_IN_PROGRESS'] as const)('answers %s by 409', async (code) => {
    const openPurchase = () => Promise.reject(new AppError(code))
    const { http } = await buyerServer(fakeGroups({ ...session, openPurchase }))
    const answer = await http.post('/v1/purchases', { card })
    expect([answer.status, answer.data.code]).toEqual([409, code])
  })

  it.each<[string, object, string]>([
    ['a wrong digit', { number: '4242424242424241' }, 'card.number'],
    ['letters', { number: '4242x' }, 'card.number'],
    ['month 13', { expiration: '13/30' }, 'card.expiration'],
    ['a card that has expired', { expiration: '01/20' }, 'card.expiration'],
    ['a code of 2 digits', { securityCode: '12' }, 'card.securityCode'],
    ['no name', { name: ' ' }, 'card.name'],
    ['an unknown field', { pin: '1' }, 'card.pin'],
  ])('refuses a card with %s, and repeats no number', async (_, change, path) => {
    const groups = fakeGroups(session)
    const { http } = await buyerServer(groups)
    const answer = await http.post('/v1/purchases', { card: { ...card, ...change } })
    expect([answer.status, badFields(answer.data)]).toEqual([400, [path]])
    expect(JSON.stringify(answer.data)).not.toContain('4242')
    expect(groups.requestsOf('openPurchase')).toEqual([])
  })

  it('takes a number as it is printed', async () => {
    const world = modelWorld()
    const groups = fakeGroups({ ...session, openPurchase: world.openPurchase })
    const { http } = await buyerServer(groups, world.services)
    const printed = { ...card, number: '4242 4242-4242 4242' }
    expect((await http.post('/v1/purchases', { card: printed })).status).toBe(201)
    expect(groups.requestsOf('openPurchase')[0]).toMatchObject({ cardLast4: '4242' })
  })
})

it('the description shows bodies that are taken as they stand', async () => {
  const outcomes = await sendExamples(await buyerServer(goneGroups()))
  expect(outcomes).toEqual(['addToCart 503', 'buyCart 503', 'giveFeedback 503'])
})
