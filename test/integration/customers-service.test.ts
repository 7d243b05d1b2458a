/**
 * One replica of the customers group: real PostgreSQL, real gRPC and a real UDP socket, in a group of
 * one member. All through the client that the servers use.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError, type ErrorCode } from '../../common/errors.ts'
import { memberId } from '../../common/member.ts'
import {
  type AdvancePurchaseRequest,
  type CartReply__Output,
  createCustomersClient,
  type CustomersClient,
  type Role,
} from '../../db-customers/api.ts'
import { customersReplica } from '../../db-customers/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'
import { until } from '../until.ts'

const patienceMs = 15_000

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'customers-test', level: 'error' })
const usd = (amount: number) => ({ amount, currency: 'USD' })

let dataDir: string
let port: number
let replica: Replica
let client: CustomersClient
const fatal: unknown[] = []

async function start(): Promise<void> {
  const customerDbs = `0-127.0.0.1:${port}`
  const config = loadConfig({
    CLUSTER_SECRET: secret,
    DATA_DIR: dataDir,
    CUSTOMER_DBS: customerDbs,
  })
  const self = { id: memberId(0), host: '127.0.0.1', port }
  const onFatal = (error: unknown) => void fatal.push(error)
  // A quick clock, so that what expires on group time does so within a test.
  replica = await startReplica(customersReplica(config, self), {
    logger,
    onFatal,
    clockIntervalMs: 200,
  })
  await replica.serving
  client = createCustomersClient({ members: config.customerDbs, secret, logger })
}

async function stop(): Promise<void> {
  client.close()
  await replica.stop()
}

/** A port whose successor is free as well, for datagrams. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'agora-customers-'))
  port = await freePort()
  await start()
})

afterAll(async () => {
  await stop()
  await rm(dataDir, { recursive: true, force: true })
  expect(fatal).toEqual([])
})

const within10s = () => ({ deadline: { atUnixMs: Date.now() + 10_000 } })
const write = (requestId: string = randomUUID(), fingerprint = '') => ({
  context: { requestId, fingerprint, keepForADay: false },
})
const read = { context: { local: false } }
const hashOf = (token: string) => createHash('sha256').update(token).digest()

async function errorOf(call: Promise<unknown>): Promise<AppError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof AppError) return error
  throw error
}

async function codeOf(call: Promise<unknown>): Promise<ErrorCode> {
  return (await errorOf(call)).code
}

function createAccount(username: string, role: Role = 'BUYER', more: object = {}) {
  const name = { username, usernameKey: username.toLowerCase(), name: `Name of ${username}` }
  const limits = { address: '', limit: 0, windowSeconds: 0 }
  const request = { ...write(), role, ...name, passwordHash: '$argon2id$x', ...limits, ...more }
  return client.createAccount(request, within10s())
}

async function login(accountId: number, idleTimeoutSeconds = 300, role: Role = 'BUYER') {
  const tokenHash = hashOf(randomUUID())
  const request = { ...write(), role, accountId, tokenHash, idleTimeoutSeconds }
  return { tokenHash, session: await client.createSession(request, within10s()) }
}

/** A session of a new buyer. */
async function shopper(): Promise<{ buyerId: number; tokenHash: Buffer }> {
  const { account } = await createAccount(`b${randomUUID().slice(0, 8)}`)
  const buyerId = account?.id ?? 0
  return { buyerId, tokenHash: (await login(buyerId)).tokenHash }
}

function addToCart(tokenHash: Buffer, itemId: string, quantity = 1, more: object = {}) {
  const line = { itemId, quantity, price: usd(100), available: 10 }
  return client.addToCart({ ...write(), tokenHash, ...line, ...more }, within10s())
}

function openPurchase(tokenHash: Buffer, purchaseId: string, claimSeconds = 20) {
  const claim = { claimedBy: 'buyer-1', claimSeconds }
  const request = { ...write(), tokenHash, purchaseId, cardLast4: '4242', ...claim }
  return client.openPurchase(request, within10s())
}

function advance(purchaseId: string, to: AdvancePurchaseRequest['to'], more: object = {}) {
  const request = { ...write(), purchaseId, claim: 1, to, claimSeconds: 20, ...more }
  return client.advancePurchase(request as AdvancePurchaseRequest, within10s())
}

const shown = ({ lines }: CartReply__Output) =>
  lines.map(({ itemId, quantity, price }) => `${itemId} x${quantity} @${price?.amount}`)

describe('accounts', () => {
  test('are created, read, and refused a second time', async () => {
    const { account, replayed } = await createAccount('Ann', 'SELLER')
    expect(replayed).toBe(false)
    expect(account).toMatchObject({ role: 'SELLER', username: 'Ann', name: 'Name of Ann' })
    expect(Date.now() - (account?.createdAtMs ?? 0)).toBeLessThan(60_000)
    const id = account?.id ?? 0
    const found = await client.getAccount({ ...read, role: 'SELLER', id }, within10s())
    expect(found.account).toEqual(account)
    expect(await errorOf(createAccount('ANN', 'SELLER'))).toMatchObject({
      code: 'USERNAME_TAKEN',
      definite: true,
    })
    const unknown = client.getAccount({ ...read, role: 'SELLER', id: 999_999 }, within10s())
    expect(await codeOf(unknown)).toBe('ACCOUNT_NOT_FOUND')
  })

  test('that do not fit are refused field by field', async () => {
    const error = await errorOf(createAccount('x'.repeat(33), 'ROLE_UNSPECIFIED'))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', definite: true })
    const paths = error.fields.map(({ path }) => path).sort()
    expect(paths).toEqual(['name', 'role', 'username'])
  })

  test('are limited per address', async () => {
    const limits = { address: '10.0.0.9', limit: 1, windowSeconds: 3600 }
    await createAccount('limited1', 'BUYER', limits)
    const error = await errorOf(createAccount('limited2', 'BUYER', limits))
    expect(error.code).toBe('RATE_LIMITED')
    expect(error.details.retryAfterMs).toBeGreaterThan(3_500_000)
  })

  test('can be asked about that limit first; what was answered is no new attempt', async () => {
    const limits = { address: '10.0.0.7', limit: 2, windowSeconds: 3600 }
    const ask = (requestId: string) =>
      client.getCreationLimit({ ...read, address: '10.0.0.7', limit: 2, requestId }, within10s())
    expect(await ask('none')).toEqual({ attemptsLeft: 2, retryAfterMs: 0, answered: false })
    await createAccount('asked1', 'BUYER', { ...limits, ...write('asked-1') })
    expect((await ask('none')).attemptsLeft).toBe(1)
    await createAccount('asked2', 'BUYER', { ...limits, ...write('asked-2') })
    const third = createAccount('asked3', 'BUYER', { ...limits, ...write('asked-3') })
    expect(await codeOf(third)).toBe('RATE_LIMITED')
    for (const [requestId, answered] of [
      ['asked-1', true],
      ['asked-3', false],
      ['asked-4', false],
    ] as const) {
      const found = await ask(requestId)
      expect(found).toMatchObject({ attemptsLeft: 0, answered })
      expect(found.retryAfterMs).toBeGreaterThan(3_500_000)
    }
  })

  test('have credentials, and failed logins count towards a limit', async () => {
    await createAccount('cred')
    const login = { role: 'BUYER' as const, usernameKey: 'cred', address: '10.0.0.8' }
    const limits = { limit: 2, windowSeconds: 3600 }
    const ask = (usernameKey = 'cred') =>
      client.getCredentials({ ...read, ...login, ...limits, usernameKey }, within10s())
    expect(await ask()).toMatchObject({
      found: true,
      account: { username: 'cred' },
      passwordHash: '$argon2id$x',
      attemptsLeft: 2,
      retryAfterMs: 0,
    })
    expect(await ask('nobody')).toMatchObject({ found: false, account: null, passwordHash: '' })
    for (const left of [1, 0]) {
      await client.recordFailedLogin({ ...write(), ...login, windowSeconds: 3600 }, within10s())
      expect((await ask()).attemptsLeft).toBe(left)
    }
    expect((await ask()).retryAfterMs).toBeGreaterThan(3_500_000)
  })
})

describe('sessions', () => {
  test('are checked, by role, until they end', async () => {
    const { account } = await createAccount('sess')
    const { tokenHash, session } = await login(account?.id ?? 0)
    expect(session).toMatchObject({ account, needsTouch: false, idleTimeoutSeconds: 300 })
    const check = (role: Role) => client.checkSession({ ...read, role, tokenHash }, within10s())
    expect(await check('BUYER')).toMatchObject({ account, needsTouch: false })
    expect((await client.getCart({ ...read, tokenHash }, within10s())).needsTouch).toBe(false)
    expect(await codeOf(check('SELLER'))).toBe('UNAUTHENTICATED')
    await client.endSession({ ...write(), role: 'BUYER', tokenHash }, within10s())
    expect(await codeOf(check('BUYER'))).toBe('UNAUTHENTICATED')
    const end = client.endSession({ ...write(), role: 'BUYER', tokenHash }, within10s())
    expect(await codeOf(end)).toBe('UNAUTHENTICATED')
  })

  test('expire on group time, and a touch says so', async () => {
    const { account } = await createAccount('idle')
    const { tokenHash } = await login(account?.id ?? 0, 1)
    await addToCart(tokenHash, '1-1')
    const check = () => client.checkSession({ ...read, role: 'BUYER', tokenHash }, within10s())
    const cart = () => client.getCart({ ...read, tokenHash }, within10s())
    await until(async () => (await check()).needsTouch, patienceMs)
    expect((await cart()).needsTouch).toBe(true)
    const touch = () => client.touchSession({ ...write(), role: 'BUYER', tokenHash }, within10s())
    const { lastActivityMs } = await check()
    expect((await touch()).lastActivityMs).toBeGreaterThan(lastActivityMs)

    // Its timeout of 1 s, the tenth of it by which activity may go unrecorded, and a step of group time.
    const expiresAtMs = (await check()).lastActivityMs + 6_100
    await until(async () => (await groupTimeMs()) > expiresAtMs, patienceMs)
    expect(await codeOf(addToCart(tokenHash, '1-1'))).toBe('SESSION_EXPIRED')
    expect(await codeOf(touch())).toBe('SESSION_EXPIRED')
    expect(await codeOf(check())).toBe('UNAUTHENTICATED')
    expect(await codeOf(cart())).toBe('UNAUTHENTICATED')
  })
})

async function groupTimeMs(): Promise<number> {
  const { json } = await client.getStatus({}, within10s())
  return JSON.parse(json).groupTimeMs
}

describe('carts', () => {
  test('are changed, saved, and what the next login starts from', async () => {
    const { buyerId, tokenHash } = await shopper()
    await addToCart(tokenHash, '3-1', 2)
    await addToCart(tokenHash, '3-2', 1, { price: usd(50) })
    expect(shown(await addToCart(tokenHash, '3-1', 1))).toEqual(['3-1 x3 @100', '3-2 x1 @50'])
    const line = { ...write(), tokenHash, itemId: '3-1', quantity: 1 }
    expect(shown(await client.removeFromCart(line, within10s()))).toEqual([
      '3-1 x2 @100',
      '3-2 x1 @50',
    ])
    const prices = [{ itemId: '3-2', price: usd(60) }]
    await client.acceptCartPrices({ ...write(), tokenHash, prices }, within10s())
    expect((await client.saveCart({ ...write(), tokenHash }, within10s())).saved).toBe(true)
    await client.clearCart({ ...write(), tokenHash }, within10s())
    const cart = await client.getCart({ ...read, tokenHash }, within10s())
    expect(cart).toMatchObject({ lines: [], saved: false, lockedByPurchase: '' })

    const next = await login(buyerId)
    const { tokenHash: nextHash } = next
    const started = await client.getCart({ ...read, tokenHash: nextHash }, within10s())
    expect(shown(started)).toEqual(['3-1 x2 @100', '3-2 x1 @60'])
    expect(started.saved).toBe(true)
  })

  test('refuse what cannot be', async () => {
    const { tokenHash } = await shopper()
    const tooMany = await errorOf(addToCart(tokenHash, '3-1', 11))
    expect(tooMany).toMatchObject({ code: 'OUT_OF_STOCK', details: { available: 10, inCart: 0 } })
    const absent = { ...write(), tokenHash, itemId: '3-1', quantity: 0 }
    expect(await codeOf(client.removeFromCart(absent, within10s()))).toBe('NOT_IN_CART')
    expect(await codeOf(addToCart(hashOf('nobody'), '3-1'))).toBe('UNAUTHENTICATED')
    const bad = await errorOf(addToCart(tokenHash, 'x', 0, { price: null }))
    expect(bad.fields.map(({ path }) => path).sort()).toEqual(['itemId', 'price', 'quantity'])
  })
})

describe('purchases', () => {
  const reserved = (itemId: string, amount: number) => ({
    lines: [{ itemId, sellerId: 5, price: usd(amount), name: 'A lamp' }],
  })

  test('go through their steps, lock the cart meanwhile, and end in history', async () => {
    const { buyerId, tokenHash } = await shopper()
    const id = randomUUID()
    expect(await codeOf(openPurchase(tokenHash, id))).toBe('CART_EMPTY')
    await addToCart(tokenHash, '4-1', 2)
    const opened = await openPurchase(tokenHash, id)
    expect(opened.purchase).toMatchObject({ state: 'PENDING', claim: 1, total: usd(200) })
    const locked = await errorOf(addToCart(tokenHash, '4-2'))
    expect(locked).toMatchObject({ code: 'PURCHASE_IN_PROGRESS', details: { purchaseId: id } })
    expect(await codeOf(openPurchase(tokenHash, randomUUID()))).toBe('PURCHASE_IN_PROGRESS')
    expect(await codeOf(advance(id, 'PAID', { authorizationId: 'a' }))).toBe('ILLEGAL_TRANSITION')
    expect(await codeOf(advance(id, 'RESERVED', reserved('4-1', 101)))).toBe('PRICE_CHANGED')

    await advance(id, 'RESERVED', reserved('4-1', 90))
    await advance(id, 'PAID', { authorizationId: 'auth-7' })
    const { purchase } = await advance(id, 'COMPLETED')
    expect(purchase).toMatchObject({
      state: 'COMPLETED',
      buyerId,
      total: usd(180),
      authorizationId: 'auth-7',
      cardLast4: '4242',
      lines: [{ itemId: '4-1', sellerId: 5, quantity: 2, price: usd(90), name: 'A lamp' }],
    })
    expect(purchase?.transitions.map(({ state }) => state)).toEqual([
      'PENDING',
      'RESERVED',
      'PAID',
      'COMPLETED',
    ])
    const account = await client.getAccount({ ...read, role: 'BUYER', id: buyerId }, within10s())
    expect(account.account?.itemsPurchased).toBe(2)
    expect(shown(await client.getCart({ ...read, tokenHash }, within10s()))).toEqual([])
    const get = (buyer: number) =>
      client.getPurchase({ ...read, purchaseId: id, buyerId: buyer }, within10s())
    expect((await get(buyerId)).purchase).toEqual(purchase)
    expect((await get(0)).purchase).toEqual(purchase)
    expect(await codeOf(get(buyerId + 1))).toBe('PURCHASE_NOT_FOUND')
  })

  test('that stand still are listed, and claimed by number', async () => {
    const { tokenHash } = await shopper()
    const id = randomUUID()
    await addToCart(tokenHash, '4-1')
    await openPurchase(tokenHash, id, 1)
    const standing = async () => {
      const { purchases } = await client.listStandingPurchases(
        { ...read, idleMs: 500, limit: 10 },
        within10s(),
      )
      return purchases.map((purchase) => purchase.id)
    }
    const claim = (expected: number) =>
      client.claimPurchase(
        { ...write(), purchaseId: id, expected, claimedBy: 'buyer-2', claimSeconds: 60 },
        within10s(),
      )
    expect(await codeOf(claim(1))).toBe('STALE_CLAIM')
    await until(async () => (await standing()).includes(id), patienceMs)
    expect((await claim(1)).purchase).toMatchObject({ claim: 2, claimedBy: 'buyer-2' })
    expect(await standing()).not.toContain(id)
    const failure = { failureCode: 'PURCHASE_ABANDONED', failureMessage: 'Nobody drove it' }
    expect(await errorOf(advance(id, 'FAILED', failure))).toMatchObject({
      code: 'STALE_CLAIM',
      details: { claim: 2 },
    })
    const { purchase } = await advance(id, 'FAILED', { ...failure, claim: 2 })
    expect(purchase).toMatchObject({ state: 'FAILED', failureCode: 'PURCHASE_ABANDONED' })
    expect((await openPurchase(tokenHash, randomUUID())).purchase?.state).toBe('PENDING')
  })

  test('are listed newest first, page by page', async () => {
    const { buyerId, tokenHash } = await shopper()
    const ids = [randomUUID(), randomUUID(), randomUUID()]
    await addToCart(tokenHash, '4-1')
    for (const id of ids) {
      await openPurchase(tokenHash, id)
      await advance(id, 'FAILED', { failureCode: 'OUT_OF_STOCK' })
    }
    const page = (cursor: string) =>
      client.listPurchases({ ...read, buyerId, cursor, limit: 2 }, within10s())
    const first = await page('')
    expect(first.purchases.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    const second = await page(first.nextCursor)
    expect(second.purchases.map(({ id }) => id)).toEqual([ids[0]])
    expect(second.nextCursor).toBe('')
    expect(await codeOf(page('zero'))).toBe('INVALID_ARGUMENT')
  })
})

describe('a repeated request', () => {
  const once = (requestId: string, fingerprint: string, username: string) =>
    createAccount(username, 'BUYER', write(requestId, fingerprint))

  test('gets the first answer again, and says so; refusals too', async () => {
    const requestId = randomUUID()
    const first = await once(requestId, 'f', 'twice')
    const again = await once(requestId, 'f', 'twice')
    expect(again).toEqual({ ...first, replayed: true })
    const refusedId = randomUUID()
    await errorOf(once(refusedId, 'f', 'twice'))
    const refused = await errorOf(once(refusedId, 'f', 'twice'))
    expect(refused).toMatchObject({ code: 'USERNAME_TAKEN', details: { replayed: true } })
  })

  test('at the same time has one effect and one answer', async () => {
    const requestId = randomUUID()
    const answers = await Promise.all([1, 2, 3].map(() => once(requestId, 'f', 'thrice')))
    expect(new Set(answers.map(({ account }) => account?.id)).size).toBe(1)
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1)
  })

  test('with another fingerprint is refused', async () => {
    const requestId = randomUUID()
    await once(requestId, 'one', 'mismatch')
    expect(await codeOf(once(requestId, 'other', 'mismatch2'))).toBe('IDEMPOTENCY_MISMATCH')
  })

  test('needs an id at all', async () => {
    const error = await errorOf(once('', 'f', 'noid'))
    expect(error.fields.map(({ path }) => path)).toEqual(['context.requestId'])
  })
})

describe('a replica', () => {
  test('tells its status and its measurements', async () => {
    const { json, metrics } = await client.getStatus({ metrics: true }, within10s())
    expect(JSON.parse(json)).toMatchObject({ protocol: 'sequencer', self: 0, writable: true })
    expect(metrics).toMatch(/agora_replica_request_seconds_count\{.*kind="submit",code="OK"/)
    expect(metrics).toMatch(/agora_replica_udp_datagrams_refused_total\{.*reason="replayed"/)
    expect((await client.getStatus({}, within10s())).metrics).toBe('')
  })

  test('refuses callers with another secret', async () => {
    const members = [{ host: '127.0.0.1', port }]
    const stranger = createCustomersClient({ members, secret: 'another secret, wrong', logger })
    const call = stranger.getStatus({}, { deadline: { atUnixMs: Date.now() + 500 } })
    expect(await codeOf(call)).toBe('UNAVAILABLE')
    stranger.close()
  })

  test('whose port is taken does not start, says so, and leaves nothing behind', async () => {
    const config = loadConfig({
      CLUSTER_SECRET: secret,
      DATA_DIR: join(dataDir, 'second'),
      CUSTOMER_DBS: `0-127.0.0.1:${port}`,
    })
    const self = { id: memberId(0), host: '127.0.0.1', port }
    const second = startReplica(customersReplica(config, self), { logger, onFatal: () => {} })
    await expect(second).rejects.toThrow(new RegExp(`127\\.0\\.0\\.1:(${port}|${port + 1})`))
  })

  test('that restarts has everything, sessions and answers included', async () => {
    const { buyerId, tokenHash } = await shopper()
    await addToCart(tokenHash, '5-1', 3)
    const id = randomUUID()
    await openPurchase(tokenHash, id)
    const requestId = randomUUID()
    const before = await createAccount('restart', 'SELLER', write(requestId, 'f'))

    await stop()
    await start()

    const check = { ...read, role: 'BUYER' as const, tokenHash }
    expect((await client.checkSession(check, within10s())).account?.id).toBe(buyerId)
    const cart = await client.getCart({ ...read, tokenHash }, within10s())
    expect(cart).toMatchObject({ lockedByPurchase: id, lines: [{ itemId: '5-1', quantity: 3 }] })
    const again = await createAccount('restart', 'SELLER', write(requestId, 'f'))
    expect(again).toEqual({ ...before, replayed: true })
    const next = await createAccount('restart2', 'SELLER')
    expect(next.account?.id).toBe((before.account?.id ?? 0) + 1)
    const { purchase } = await advance(id, 'FAILED', { failureCode: 'PURCHASE_ABANDONED' })
    expect(purchase?.state).toBe('FAILED')
  })
})
