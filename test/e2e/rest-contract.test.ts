/**
 * The running servers against the OpenAPI documents that they serve: every operation gives every
 * status that is documented, with the headers and the body that are documented, and no other.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Caller,
  type CallOptions,
  createCaller,
  newSession,
  password,
} from '../rest/caller.ts'
import { readContract } from '../rest/contract.ts'
import { send } from '../rest/http.ts'
import { until } from '../until.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { decliningCard, goodCard, lamp, usd } from './people.ts'

let cluster: TestCluster
let seller: Caller
let buyer: Caller
let sellerToken: string
let buyerToken: string
let itemId: string

/** Every call comes from another address, so these bound nobody but who wants to be bounded. */
const limits = { accounts: 3, failedLogins: 3, perSecond: 1 }

beforeAll(async () => {
  cluster = await startCluster({
    basePort: 28_200,
    environment: {
      RATE_LIMIT_ACCOUNTS: String(limits.accounts),
      RATE_LIMIT_FAILED_LOGINS: String(limits.failedLogins),
      RATE_LIMIT_PER_SECOND: String(limits.perSecond),
      ARGON2_MEMORY_KIB: '1024',
    },
  })
  const { sellers, buyers } = cluster.report
  const [sellerServer, buyerServer] = [sellers[0], buyers[0]] as [string, string]
  seller = createCaller(sellers, await readContract(sellerServer))
  buyer = createCaller(buyers, await readContract(buyerServer))
  sellerToken = (await newSession(seller)).token
  buyerToken = (await newSession(buyer)).token
  itemId = (await sell('createItem', { body: { ...lamp, quantity: 100 } })).body.id
})
afterAll(async () => {
  await cluster?.remove()
})

const sell = (id: string, options: CallOptions = {}) =>
  seller(id, { token: sellerToken, ...options })
const buy = (id: string, options: CallOptions = {}) => buyer(id, { token: buyerToken, ...options })
const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status
const newKey = () => randomUUID()

/** Each operation as it should be called, less what depends on a state. */
const good: Readonly<Record<string, () => CallOptions>> = {
  createAccount: () => ({ body: { username: `u${newKey()}`.slice(0, 30), password } }),
  logIn: () => ({ body: { username: 'nobody', password } }),
  createItem: () => ({ body: lamp }),
  showItem: () => ({ params: { id: itemId } }),
  changePrice: () => ({ params: { id: itemId }, body: { price: usd(4_490) } }),
  changeUnits: () => ({ params: { id: itemId }, body: { change: 1 } }),
  addToCart: () => ({ body: { itemId, quantity: 1 } }),
  removeFromCart: () => ({ params: { id: itemId } }),
  giveFeedback: () => ({ params: { id: itemId }, body: { vote: 'up' } }),
  showSellerRating: () => ({ params: { id: '1' } }),
  buyCart: () => ({ body: { card: goodCard } }),
  showPurchase: () => ({ params: { id: 'pAAAAAAAAAAAAAAAAAAAAAA' } }),
}

type Sided = { readonly call: typeof sell; readonly id: string; readonly server: string }

/** Every operation of both roles. */
function everyOperation(): Sided[] {
  const { sellers, buyers } = cluster.report
  return [
    ...seller.contract.operations.map(({ id }) => ({ call: sell, id, server: sellers[0] ?? '' })),
    ...buyer.contract.operations.map(({ id }) => ({ call: buy, id, server: buyers[0] ?? '' })),
  ]
}

/** The statuses that a variation of the good call gets, of all operations. */
async function statusesOf(vary: (options: CallOptions, id: string) => CallOptions) {
  const answers = await Promise.all(
    everyOperation().map(({ call, id }) => call(id, vary(good[id]?.() ?? {}, id))),
  )
  return new Set(answers.map(({ status }) => status))
}

describe('every operation', () => {
  it('refuses unknown fields, malformed JSON, 64 KiB and a byte, and other media', async () => {
    const colour = { colour: 'red' }
    expect(await statusesOf((options) => ({ ...options, body: colour }))).toEqual(new Set([400]))
    expect(await statusesOf((options) => ({ ...options, body: '{"a":' }))).toEqual(new Set([400]))
    const padded = (sizeBytes: number) => `{"a":"${'x'.repeat(sizeBytes - 8)}"}`
    const big = (sizeBytes: number) => (options: CallOptions) => ({
      ...options,
      body: padded(sizeBytes),
    })
    expect(await statusesOf(big(65_536))).toEqual(new Set([400]))
    expect(await statusesOf(big(65_537))).toEqual(new Set([413]))
    const text = { 'Content-Type': 'text/plain' }
    const inText = (options: CallOptions) => ({ ...options, body: '{}', headers: text })
    expect(await statusesOf(inText)).toEqual(new Set([415]))
  })

  it('refuses a query that it does not know', async () => {
    const asked = (options: CallOptions) => ({ ...options, query: 'colour=red' })
    expect(await statusesOf(asked)).toEqual(new Set([400]))
  })

  it('that needs a session is refused without one, with a made-up one, and to the other role', async () => {
    const needing = everyOperation().filter(({ call, id }) => {
      const { contract } = call === sell ? seller : buyer
      return contract.operation(id).operation.security !== undefined
    })
    expect(needing.length).toBeGreaterThan(20)
    const others = (call: typeof sell) => (call === sell ? buyerToken : sellerToken)
    for (const token of [() => undefined, () => 'A'.repeat(43), others]) {
      const refusals = needing.map(({ call, id }) =>
        statusOf(call(id, { ...good[id]?.(), token: token(call) })),
      )
      expect(new Set(await Promise.all(refusals))).toEqual(new Set([401]))
    }
  })

  it('is refused, with when to come back, to an address that calls too often', async () => {
    for (const { call, id, server } of everyOperation()) {
      const from = '127.0.9.9'
      // Whatever it is: unknown addresses count as well.
      const flood = () => send({ url: `${server}/nothing`, method: 'GET', from })
      await Promise.all(Array.from({ length: 2 * limits.perSecond + 3 }, flood))
      const answer = await call(id, { ...good[id]?.(), from, server: 0 })
      expect([id, answer.status]).toEqual([id, 429])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.headers.ratelimit).toMatch(/^"address";r=0;t=\d+$/)
      expect(answer.headers['ratelimit-policy']).toBe(`"address";q=${2 * limits.perSecond};w=2`)
    }
  })
})

describe('accounts and sessions', () => {
  it('are created, shown and ended', async () => {
    for (const call of [seller, buyer]) {
      const { username, token } = await newSession(call)
      const again = { body: { username: username.toUpperCase(), password } }
      expect(await statusOf(call('createAccount', again))).toBe(409)
      expect(await statusOf(call('logIn', { body: { username, password: 'wrong one' } }))).toBe(401)
      expect((await call('showMe', { token })).body).toMatchObject({ username })
      expect(await statusOf(call('logOut', { token }))).toBe(204)
      expect(await statusOf(call('showMe', { token }))).toBe(401)
    }
  })

  it('are limited over all servers together, repeats of what succeeded excepted', async () => {
    const from = '127.0.9.1'
    const key = newKey()
    const create = (server: number, more: CallOptions = {}) =>
      seller('createAccount', { ...good.createAccount?.(), from, server, key: newKey(), ...more })
    const body = { username: `u${newKey().slice(0, 12)}`, password }
    const first = await create(0, { body, key })
    expect([first.status, await statusOf(create(1)), await statusOf(create(2))]).toEqual([
      201, 201, 201,
    ])
    expect(first.headers.ratelimit).toContain('"accounts";r=2;t=')
    for (const server of [0, 1, 2, 3]) {
      const refused = await create(server)
      expect(refused.status).toBe(429)
      expect(refused.body.code).toBe('RATE_LIMITED')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(200)
      expect(refused.headers.ratelimit).toContain('"accounts";r=0;t=')
      expect(refused.headers['ratelimit-policy']).toContain('"accounts";q=3;w=300')
    }
    const repeat = await create(3, { body, key })
    expect([repeat.status, repeat.body.id]).toEqual([201, first.body.id])
    expect(repeat.headers['idempotent-replayed']).toBe('true')
    expect(await statusOf(create(0, { from: '127.0.9.2' }))).toBe(201)
  })

  it('let nobody guess on at another server, nor lock the owner out', async () => {
    const { username } = await newSession(buyer)
    const from = '127.0.9.3'
    const guess = (server: number) =>
      buyer('logIn', { body: { username, password: 'wrong one' }, from, server })
    const answers = []
    for (const server of [0, 1, 2, 3, 0]) answers.push(await guess(server))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429])
    expect(
      answers.map(({ headers }) => /"failed-logins";r=(\d)/.exec(String(headers.ratelimit))?.[1]),
    ).toEqual(['2', '1', '0', '0', '0'])
    const owner = await buyer('logIn', { body: { username, password }, from: '127.0.9.4' })
    expect(owner.status).toBe(201)
  })
})

describe('items', () => {
  it('have an ETag, which If-Match and If-None-Match are held against', async () => {
    const { body, headers } = await sell('createItem', { body: lamp })
    const params = { id: body.id }
    const etag = String(headers.etag)
    expect(headers.location).toBe(`/v1/items/${body.id}`)
    for (const call of [sell, buy]) {
      expect((await call('showItem', { params })).headers.etag).toBe(etag)
      const unchanged = { params, headers: { 'If-None-Match': etag } }
      expect(await statusOf(call('showItem', unchanged))).toBe(304)
    }
    const ifMatch = { params, headers: { 'If-Match': etag } }
    const price = { price: usd(5_000) }
    const changed = await sell('changePrice', { ...ifMatch, body: price })
    expect([changed.status, changed.body.price.amount]).toEqual([200, 5_000])
    expect(changed.headers.etag).not.toBe(etag)
    expect(await statusOf(sell('changePrice', { ...ifMatch, body: price }))).toBe(412)
    expect(await statusOf(sell('changeUnits', { ...ifMatch, body: { change: 1 } }))).toBe(412)
    expect(await statusOf(sell('changeUnits', { params, body: { change: 2 } }))).toBe(200)
    expect(await statusOf(sell('changeUnits', { params, body: { change: -1_000 } }))).toBe(409)
  })

  it('that are not there, or another seller’s, are not found', async () => {
    const another = (await newSession(seller)).token
    const mine = { params: { id: itemId }, token: another }
    const body = { price: usd(1) }
    const refusals = [
      sell('showItem', mine),
      sell('changePrice', { ...mine, body }),
      sell('changeUnits', { ...mine, body: { change: 1 } }),
      buy('showItem', { params: { id: '1-999999' } }),
      buy('addToCart', { body: { itemId: '1-999999', quantity: 1 } }),
      buy('giveFeedback', { params: { id: '1-999999' }, body: { vote: 'up' } }),
      buy('removeFromCart', { params: { id: '1-999999' } }),
      buy('showSellerRating', { params: { id: '999999' } }),
      buy('showPurchase', { params: { id: 'p0' } }),
    ]
    const statuses = await Promise.all(refusals.map(statusOf))
    expect(new Set(statuses)).toEqual(new Set([404]))
  })

  it('come in pages that neither repeat nor skip while others are put up', async () => {
    const { token } = await newSession(seller)
    const put = async () => (await sell('createItem', { body: lamp, token })).body.id as string
    const ids: string[] = []
    for (let count = 0; count < 7; count += 1) ids.unshift(await put())
    const shown: string[] = []
    let query: string | undefined = 'limit=3'
    while (query !== undefined) {
      const { body } = await sell('listItems', { token, query })
      shown.push(...body.items.map(({ id }: { id: string }) => id))
      await put()
      query = body.next?.split('?')[1]
    }
    expect(shown).toEqual(ids)
    const first = await buy('searchItems', { query: 'limit=1&keyword=lamp' })
    const cursor = new URL(first.body.next, 'http://server').searchParams.get('cursor') ?? ''
    const elsewhere = `limit=1&keyword=desk&cursor=${cursor}`
    expect(await statusOf(buy('searchItems', { query: elsewhere }))).toBe(400)
    expect(await statusOf(sell('listSales', { token }))).toBe(200)
    expect(await statusOf(sell('showRating', { token }))).toBe(200)
  })
})

describe('a request repeated under its key', () => {
  it('at four servers at once has one effect and one answer', async () => {
    const { token } = await newSession(seller)
    const key = newKey()
    const repeats = [0, 1, 2, 3, 0, 1, 2, 3].map((server) =>
      sell('createItem', { body: lamp, token, key, server }),
    )
    const answers = await Promise.all(repeats)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const replayed = answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')
    expect(replayed).toHaveLength(7)
    expect((await sell('listItems', { token })).body.items).toHaveLength(1)
  })

  it('with another body is refused', async () => {
    const key = newKey()
    const params = { id: itemId }
    const { token } = await newSession(buyer)
    const username = `u${newKey().slice(0, 12)}`
    const pairs: [typeof sell, string, CallOptions, CallOptions][] = [
      [sell, 'createItem', { body: lamp }, { body: { ...lamp, quantity: 6 } }],
      [
        sell,
        'changePrice',
        { params, body: { price: usd(1) } },
        { params, body: { price: usd(2) } },
      ],
      [sell, 'changeUnits', { params, body: { change: 1 } }, { params, body: { change: 2 } }],
      [buy, 'addToCart', { body: { itemId, quantity: 2 } }, { body: { itemId, quantity: 1 } }],
      [buy, 'removeFromCart', { params, query: 'quantity=1' }, { params }],
      [buy, 'giveFeedback', { params, body: { vote: 'up' } }, { params, body: { vote: 'down' } }],
      [
        buy,
        'createAccount',
        { body: { username, password } },
        { body: { username, password, name: 'B' } },
      ],
      [
        sell,
        'createAccount',
        { body: { username, password } },
        { body: { username, password, name: 'B' } },
      ],
    ]
    for (const [call, id, first, second] of pairs) {
      const shared = call === buy && id !== 'createAccount' ? { key, token } : { key }
      await call(id, { ...first, ...shared })
      const answer = await call(id, { ...second, ...shared })
      expect([id, answer.status, answer.body.code]).toEqual([id, 422, 'IDEMPOTENCY_MISMATCH'])
      // Another password is not told from the first: it is no part of what is compared.
      const repeat = await call(id, { ...first, ...shared })
      expect([id, repeat.headers['idempotent-replayed']]).toEqual([id, 'true'])
    }
  })
})

describe('a purchase', () => {
  it('goes from the cart to a vote, and its repeats at all servers charge once', async () => {
    const { token } = await newSession(buyer)
    const mine = (id: string, options: CallOptions = {}) => buy(id, { token, ...options })
    const params = { id: itemId }
    expect(await statusOf(mine('buyCart', good.buyCart?.()))).toBe(409)
    expect(await statusOf(mine('giveFeedback', good.giveFeedback?.()))).toBe(403)
    const units = { itemId, quantity: 2 }
    expect(await statusOf(mine('addToCart', { body: units }))).toBe(200)
    expect(await statusOf(mine('addToCart', { body: { itemId, quantity: 10_000 } }))).toBe(409)
    expect(await statusOf(mine('removeFromCart', { params, query: 'quantity=1' }))).toBe(200)
    for (const id of ['saveCart', 'acceptPrices', 'showCart', 'clearCart']) {
      expect([id, await statusOf(mine(id))]).toEqual([id, 200])
    }
    await mine('addToCart', { body: units })
    const declined = await mine('buyCart', { body: { card: decliningCard } })
    expect([declined.status, declined.body.code]).toEqual([402, 'PAYMENT_DECLINED'])
    const key = newKey()
    const repeats = [0, 1, 2, 3].map((server) =>
      mine('buyCart', { ...good.buyCart?.(), key, server }),
    )
    const answers = await Promise.all(repeats)
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
    const [{ body, headers }] = answers as [(typeof answers)[0]]
    expect(headers.location).toBe(`/v1/purchases/${body.id}`)
    expect((await mine('showPurchase', { params: { id: body.id } })).body).toEqual(body)
    expect((await mine('listPurchases')).body.items).toHaveLength(2)
    expect((await mine('showMe')).body).toMatchObject({ itemsPurchased: 2 })
    expect(await statusOf(mine('giveFeedback', good.giveFeedback?.()))).toBe(201)
    expect(await statusOf(mine('giveFeedback', good.giveFeedback?.()))).toBe(409)
    expect(await statusOf(mine('showSellerRating', good.showSellerRating?.()))).toBe(200)
    expect(await statusOf(sell('listSales'))).toBe(200)
  })

  it('under way locks the cart, and is told as accepted when it takes long', async () => {
    const { token } = await newSession(buyer)
    const mine = (id: string) => statusOf(buy(id, { token, ...good[id]?.() }))
    await mine('addToCart')
    cluster.signal('payment', 'SIGSTOP')
    const accepted = buy('buyCart', { token, ...good.buyCart?.() })
    try {
      await until(async () => (await buy('showCart', { token })).body.purchaseId !== null, 5_000)
      for (const id of ['addToCart', 'removeFromCart', 'clearCart', 'saveCart', 'acceptPrices']) {
        expect([id, await mine(id)]).toEqual([id, 409])
      }
      expect(await mine('buyCart')).toBe(409)
      const { status, headers, body } = await accepted
      expect([status, headers.location]).toEqual([202, `/v1/purchases/${body.id}`])
    } finally {
      cluster.signal('payment', 'SIGCONT')
    }
  })
})

describe('a group that', () => {
  const names = [0, 1, 2, 3, 4].map((id) => `customers-${id}`)

  it('does not answer makes every operation give up in time', async () => {
    for (const name of names) cluster.signal(name, 'SIGSTOP')
    try {
      expect(await statusesOf((options) => options)).toEqual(new Set([504]))
    } finally {
      for (const name of names) cluster.signal(name, 'SIGCONT')
    }
  })

  it('is gone makes every operation unavailable, with when to come back', async () => {
    for (const name of names) {
      // As ./agora kill does it: it stays down.
      cluster.directory.markDown(name)
      cluster.signal(name, 'SIGKILL')
    }
    expect(await statusesOf((options) => options)).toEqual(new Set([503]))
  })
})

describe('the documents', () => {
  it('promise nothing that was not seen above', () => {
    expect({ seller: seller.contract.unseen(), buyer: buyer.contract.unseen() }).toEqual({
      seller: [],
      buyer: [],
    })
  })
})
