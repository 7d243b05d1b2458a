import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../common/errors.ts'
import { createLogger } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { addAccountOperations } from '../shop/account-operations.ts'
import * as bodies from '../shop/bodies.ts'
import { createPasswords } from '../shop/passwords.ts'
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
import { accountBody } from '../shop/wire.ts'
import { addSellerOperations } from './operations.ts'

const config = {
  clusterSecret: 'a secret of the tests',
  currency: 'USD',
  sessionIdleSeconds: 300,
  rateLimits: {
    accountsPerWindow: 10,
    failedLoginsPerWindow: 3,
    windowSeconds: 60,
    perAddressPerSecond: 0,
  },
  requestsMax: 2_000,
}
const passwords = await createPasswords({ memoryKib: 64, iterations: 1 })
let served: Served | undefined

async function sellerServer(groups: FakeGroups): Promise<Served> {
  const sessions = createSessions(groups.customers, 'SELLER')
  const app = createShopApp({
    role: 'seller',
    logger: createLogger({ name: 'test', level: 'silent' }),
    metrics: createMetrics({ process: 'test', defaults: false }),
    readiness: async () => ({ ready: true, checks: {} }),
    config,
    addOperations(api) {
      const { customers } = groups
      const accounts = { role: 'SELLER', customers, sessions, passwords, config } as const
      addAccountOperations(api, { ...accounts, body: accountBody, schema: bodies.account })
      addSellerOperations(api, { groups, sessions, config })
    },
  })
  served = await serve(app)
  return served
}

afterEach(async () => {
  await served?.close()
  served = undefined
})

const good = {
  name: 'Red shoe',
  category: 3,
  keywords: ['red', 'shoe'],
  condition: 'new',
  price: { amount: 1999, currency: 'USD' },
  quantity: 5,
}
const created = { createItem: async () => ({ item: item(), replayed: false }) }

describe('putting an item up', () => {
  it.each<[string, object, string[]]>([
    ['a 33-character name', { name: 'x'.repeat(33) }, ['name']],
    ['a blank name', { name: '   ' }, ['name']],
    ['a control character', { name: 'a\u0000b' }, ['name']],
    ['6 keywords', { keywords: ['a', 'b', 'c', 'd', 'e', 'f'] }, ['keywords']],
    ['a 9-character keyword', { keywords: ['ok', 'ninechars'] }, ['keywords.1']],
    ['price 0', { price: { amount: 0, currency: 'USD' } }, ['price.amount']],
    ['a negative price', { price: { amount: -1, currency: 'USD' } }, ['price.amount']],
    ['a fraction', { price: { amount: 1.5, currency: 'USD' } }, ['price.amount']],
    ['a price above 10^12', { price: { amount: 1e12 + 1, currency: 'USD' } }, ['price.amount']],
    ['another currency', { price: { amount: 1, currency: 'EUR' } }, ['price.currency']],
    ['a price that is a number', { price: 1999 }, ['price']],
    ['condition "Weird"', { condition: 'Weird' }, ['condition']],
    ['quantity −1', { quantity: -1 }, ['quantity']],
    ['quantity above 10^6', { quantity: 1_000_001 }, ['quantity']],
    ['a quantity in a text', { quantity: '5' }, ['quantity']],
    ['category 100', { category: 100 }, ['category']],
    ['category −1', { category: -1 }, ['category']],
    ['category 1.5', { category: 1.5 }, ['category']],
    ['an unknown field', { colour: 'red' }, ['colour']],
    ['an unknown field of the price', { price: { ...good.price, vat: 1 } }, ['price.vat']],
    ['all at once', { name: '', quantity: -1, condition: 'x' }, ['name', 'condition', 'quantity']],
  ])('refuses %s by name', async (_, change, paths) => {
    const { http } = await sellerServer(fakeGroups(goodSession(), created))
    const answer = await http.post('/v1/items', { ...good, ...change })
    expect(answer.status).toBe(400)
    expect(answer.headers['content-type']).toContain('application/problem+json')
    expect(answer.data.code).toBe('INVALID_ARGUMENT')
    expect(badFields(answer.data)).toEqual(paths)
  })

  it('names every field that is missing', async () => {
    const { http } = await sellerServer(fakeGroups(goodSession(), created))
    const answer = await http.post('/v1/items', {})
    expect(badFields(answer.data).sort()).toEqual(Object.keys(good).sort())
  })

  it('counts code points after normalisation, and passes on what it normalised', async () => {
    const groups = fakeGroups(goodSession(), created)
    const { http } = await sellerServer(groups)
    const name = ` ${'e\u0301'.repeat(32)} `
    const answer = await http.post('/v1/items', { ...good, name, keywords: ['👟'.repeat(8)] })
    expect(answer.status).toBe(201)
    expect(groups.requestsOf('createItem')[0]).toMatchObject({ name: 'é'.repeat(32), sellerId: 7 })
  })

  it('answers with Location and ETag', async () => {
    const { http } = await sellerServer(fakeGroups(goodSession(), created))
    const answer = await http.post('/v1/items', good)
    expect(answer.status).toBe(201)
    expect(answer.headers).toMatchObject({ location: '/v1/items/3-1', etag: '"1"' })
    expect(answer.data).toMatchObject({ id: '3-1', sellerId: 7, feedback: { up: 0, down: 0 } })
  })

  it('refuses what is not JSON, and what is too large', async () => {
    const { http } = await sellerServer(fakeGroups(goodSession(), created))
    const headers = { 'content-type': 'application/json' }
    const malformed = await http.post('/v1/items', '{"name":', { headers })
    expect([malformed.status, malformed.data.code]).toEqual([400, 'MALFORMED_BODY'])
    const large = await http.post('/v1/items', { ...good, name: 'x'.repeat(70_000) })
    expect([large.status, large.data.code]).toEqual([413, 'BODY_TOO_LARGE'])
  })

  it('orders a repeat under the same request id, and says that it was one', async () => {
    const replayed = { createItem: async () => ({ item: item(), replayed: true }) }
    const groups = fakeGroups(goodSession(), replayed)
    const { http } = await sellerServer(groups)
    const headers = { 'idempotency-key': 'once' }
    const answer = await http.post('/v1/items', good, { headers })
    await http.post('/v1/items', { ...good, quantity: 6 }, { headers })
    await http.post('/v1/items', good)
    expect(answer.headers['idempotent-replayed']).toBe('true')
    const contexts = groups.requestsOf('createItem').map(({ context }) => context as never)
    const [first, second, third] = contexts as { requestId: string; fingerprint: string }[]
    expect(second?.requestId).toBe(first?.requestId)
    expect(second?.fingerprint).not.toBe(first?.fingerprint)
    expect(third?.requestId).not.toBe(first?.requestId)
    expect(contexts[0]).toMatchObject({ keepForADay: true })
    expect(contexts[2]).toMatchObject({ keepForADay: false, fingerprint: '' })
  })
})

describe('editing an item', () => {
  const edits = {
    changePrice: async () => ({ item: item({ version: 2 }), replayed: false }),
    changeUnits: async () => ({ item: item({ version: 2 }), replayed: false }),
  }
  const price = { amount: 5, currency: 'USD' }

  it.each([
    ['"3"', 3],
    ['*', 0],
    [undefined, 0],
  ])('passes on If-Match %s', async (ifMatch, ifVersion) => {
    const groups = fakeGroups(goodSession(), edits)
    const { http } = await sellerServer(groups)
    const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch }
    const answer = await http.patch('/v1/items/3-1', { price }, { headers })
    expect([answer.status, answer.headers.etag]).toEqual([200, '"2"'])
    expect(groups.requestsOf('changePrice')[0]).toMatchObject({ ifVersion, price, itemId: '3-1' })
  })

  it.each([
    ['W/"3"', 412],
    ['"x"', 412],
    ['"1", "2"', 400],
  ])('does not pass on If-Match %s', async (ifMatch, status) => {
    const groups = fakeGroups(goodSession(), edits)
    const { http } = await sellerServer(groups)
    const headers = { 'if-match': ifMatch }
    const answer = await http.post('/v1/items/3-1/units', { change: 1 }, { headers })
    expect(answer.status).toBe(status)
    expect(groups.requestsOf('changeUnits')).toEqual([])
  })

  it.each([[{ change: 0 }], [{ change: 1.5 }], [{ change: 1_000_001 }], [{}]])(
    'refuses %j',
    async (body) => {
      const { http } = await sellerServer(fakeGroups(goodSession(), edits))
      const answer = await http.post('/v1/items/3-1/units', body)
      expect([answer.status, badFields(answer.data)]).toEqual([400, ['change']])
    },
  )
})

describe('lists', () => {
  const query = { listSellerItems: async () => ({ items: [item()], nextCursor: 'c/2+' }) }

  it('leads to the next page with the same filters', async () => {
    const groups = fakeGroups(goodSession(), query)
    const { http } = await sellerServer(groups)
    const first = await http.get('/v1/items?limit=1&availability=onSale')
    expect(first.data.items).toHaveLength(1)
    const second = await http.get(first.data.next)
    expect(second.status).toBe(200)
    const availability = 'ON_SALE'
    expect(groups.requestsOf('listSellerItems')).toMatchObject([
      { cursor: '', limit: 1, availability, sellerId: 7 },
      { cursor: 'c/2+', limit: 1, availability, sellerId: 7 },
    ])
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'colour=red', 'availability=x'])(
    'refuses ?%s',
    async (text) => {
      const { http } = await sellerServer(fakeGroups(goodSession(), query))
      const answer = await http.get(`/v1/items?${text}`)
      expect([answer.status, badFields(answer.data)]).toEqual([400, [text.split('=')[0]]])
    },
  )
})

describe('accounts and sessions', () => {
  const request = { username: 'ada', password: 'correct horse' }
  const credentials = async (password = request.password) => ({
    found: true,
    account: account(),
    passwordHash: await passwords.hash(password),
    attemptsLeft: 3,
    retryAfterMs: 0,
  })
  const nobody = {
    found: false,
    account: null,
    passwordHash: '',
    attemptsLeft: 3,
    retryAfterMs: 0,
  }

  const roomForAccounts = {
    getCreationLimit: async () => ({ attemptsLeft: 10, retryAfterMs: 0, answered: false }),
  }

  it('hands over a hash, never the password', async () => {
    const groups = fakeGroups({
      ...roomForAccounts,
      createAccount: async () => ({ account: account(), replayed: false }),
    })
    const { http } = await sellerServer(groups)
    const answer = await http.post('/v1/accounts', { ...request, username: ' Ａda ' })
    expect([answer.status, answer.data]).toMatchObject([201, { id: 7, username: 'ada' }])
    expect(groups.requestsOf('createAccount')[0]).toMatchObject({
      role: 'SELLER',
      username: 'Ａda',
      usernameKey: 'ada',
      name: 'Ａda',
      limit: 10,
      windowSeconds: 60,
    })
    expect(answer.headers).toMatchObject({
      'ratelimit-policy': '"accounts";q=10;w=60',
      ratelimit: '"accounts";r=9;t=60',
    })
    expect(JSON.stringify(groups.calls)).toContain('$argon2id$')
    expect(JSON.stringify(groups.calls)).not.toContain(request.password)
  })

  it.each<[string, object, string[]]>([
    ['a 33-character username', { username: 'x'.repeat(33) }, ['username']],
    ['a short password', { password: 'seven77' }, ['password']],
    ['a long password', { password: 'x'.repeat(129) }, ['password']],
    ['a 33-character name', { name: 'x'.repeat(33) }, ['name']],
    ['no password', { password: undefined }, ['password']],
  ])('refuses %s', async (_, change, paths) => {
    const { http } = await sellerServer(fakeGroups())
    const answer = await http.post('/v1/accounts', { ...request, ...change })
    expect([answer.status, badFields(answer.data)]).toEqual([400, paths])
    expect(JSON.stringify(answer.data)).not.toContain(request.password)
  })

  it('gives a token whose hash is what the group gets', async () => {
    const groups = fakeGroups({
      getCredentials: () => credentials(),
      createSession: async () => ({
        account: account(),
        needsTouch: false,
        idleTimeoutSeconds: 300,
        lastActivityMs: 1,
        replayed: false,
      }),
    })
    const { http } = await sellerServer(groups)
    const answer = await http.post('/v1/sessions', request)
    expect(answer.status).toBe(201)
    expect(answer.data).toMatchObject({ account: { id: 7 }, idleTimeoutSeconds: 300 })
    expect(answer.data.token).toMatch(/^[\w-]{43}$/)
    expect(answer.headers['ratelimit-policy']).toContain('q=3;w=60')
    expect(JSON.stringify(groups.calls)).not.toContain(answer.data.token)
  })

  it.each([
    ['a wrong password', () => credentials('another one')],
    ['an unknown username', async () => nobody],
  ])('counts %s, and does not tell which it was', async (_, getCredentials) => {
    const groups = fakeGroups({
      getCredentials,
      recordFailedLogin: async () => ({ replayed: false }),
    })
    const { http } = await sellerServer(groups)
    const answer = await http.post('/v1/sessions', request)
    expect([answer.status, answer.data.code]).toEqual([401, 'BAD_CREDENTIALS'])
    expect(groups.requestsOf('recordFailedLogin')).toMatchObject([
      { usernameKey: 'ada', address: '127.0.0.1', windowSeconds: 60 },
    ])
  })

  it('refuses another account before hashing, unless the request is a repeat', async () => {
    const noRoom = { attemptsLeft: 0, retryAfterMs: 4_200 }
    const createAccount = async () => ({ account: account(), replayed: true })
    const post = async (answered: boolean) => {
      const getCreationLimit = async () => ({ ...noRoom, answered })
      const groups = fakeGroups({ getCreationLimit, createAccount })
      const { http, close } = await sellerServer(groups)
      const answer = await http.post('/v1/accounts', request)
      await close()
      return { answer, writes: groups.requestsOf('createAccount').length }
    }
    const first = await post(false)
    expect([first.answer.status, first.writes]).toEqual([429, 0])
    expect(first.answer.headers).toMatchObject({
      'retry-after': '5',
      ratelimit: '"accounts";r=0;t=5',
    })
    const repeat = await post(true)
    expect([repeat.answer.status, repeat.writes]).toEqual([201, 1])
  })

  it('lets no more guesses through when they come all at once', async () => {
    let failed = 0
    const groups = fakeGroups({
      getCredentials: async () =>
        failed < 3
          ? { ...nobody, attemptsLeft: 3 - failed }
          : { ...nobody, attemptsLeft: 0, retryAfterMs: 4_200 },
      recordFailedLogin: async () => {
        failed += 1
        return { replayed: false }
      },
    })
    const { http } = await sellerServer(groups)
    const guesses = Array.from({ length: 8 }, () => http.post('/v1/sessions', request))
    const statuses = (await Promise.all(guesses)).map(({ status }) => status).sort()
    expect(statuses).toEqual([401, 401, 401, 429, 429, 429, 429, 429])
  })

  it('refuses before hashing when there were too many attempts', async () => {
    const limited = async () => ({ ...nobody, attemptsLeft: 0, retryAfterMs: 4_200 })
    const groups = fakeGroups({ getCredentials: limited })
    const { http } = await sellerServer(groups)
    const answer = await http.post('/v1/sessions', request)
    expect([answer.status, answer.headers['retry-after']]).toEqual([429, '5'])
    expect(answer.headers.ratelimit).toBe('"failed-logins";r=0;t=5')
  })

  it.each(['', 'Bearer', 'Bearer made-up', `Basic ${'A'.repeat(43)}`])(
    'takes %j for no session, without asking the group',
    async (authorization) => {
      const groups = fakeGroups()
      const { http } = await sellerServer(groups)
      const answer = await http.get('/v1/me', { headers: { authorization } })
      expect([answer.status, groups.calls]).toEqual([401, []])
    },
  )

  it('answers 401 to a token the group does not know', async () => {
    const checkSession = () => Promise.reject(new AppError('UNAUTHENTICATED'))
    const { http } = await sellerServer(fakeGroups({ checkSession }))
    const answer = await http.get('/v1/me')
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer'])
  })

  it('touches a session whose activity is old, and believes the touch', async () => {
    const session = await goodSession().checkSession({}, { deadline: { atUnixMs: 0 } })
    const groups = fakeGroups({
      checkSession: async () => ({ ...session, needsTouch: true }),
      touchSession: () => Promise.reject(new AppError('SESSION_EXPIRED')),
    })
    const { http } = await sellerServer(groups)
    const answer = await http.get('/v1/me')
    expect([answer.status, answer.data.code]).toEqual([401, 'SESSION_EXPIRED'])
  })
})

describe('the description of the interface', () => {
  it('names every route', async () => {
    const { http } = await sellerServer(fakeGroups())
    const { data } = await http.get('/openapi.json')
    expect(Object.keys(data.paths).sort()).toEqual([
      '/v1/accounts',
      '/v1/items',
      '/v1/items/{id}',
      '/v1/items/{id}/units',
      '/v1/me',
      '/v1/me/rating',
      '/v1/sales',
      '/v1/sessions',
      '/v1/sessions/current',
    ])
  })

  it('shows bodies that are taken as they stand', async () => {
    expect(await sendExamples(await sellerServer(goneGroups()))).toEqual([
      'changePrice 503',
      'changeUnits 503',
      'createAccount 503',
      'createItem 503',
      'logIn 503',
    ])
  })

  it('answers 404 and 405 elsewhere', async () => {
    const { http } = await sellerServer(fakeGroups())
    expect((await http.get('/v1/nothing')).data.code).toBe('ROUTE_NOT_FOUND')
    expect((await http.put('/v1/items', {})).data.code).toBe('METHOD_NOT_ALLOWED')
  })
})
