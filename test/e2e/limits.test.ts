/** Rules of limits and of sessions that end by themselves (docs/domain.md): short times, low limits. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, type TestCluster } from './cluster.ts'
import { newBuyer, newSeller, password, uniqueName } from './people.ts'
import { ask, buyerAgain, codeOf, putUp } from './rules/asking.ts'

const idleSeconds = 4
const accountsMax = 12
const failedLoginsMax = 4

let cluster: TestCluster

beforeAll(async () => {
  const flags = ['--customers', '1', '--products', '1', '--sellers', '2', '--buyers', '2']
  const environment = {
    SESSION_IDLE_SECONDS: String(idleSeconds),
    RATE_LIMIT_ACCOUNTS: String(accountsMax),
    RATE_LIMIT_FAILED_LOGINS: String(failedLoginsMax),
    RATE_LIMIT_WINDOW_SECONDS: '600',
    RATE_LIMIT_PER_SECOND: '40',
    ARGON2_MEMORY_KIB: '1024',
  }
  cluster = await startCluster({ basePort: 22_500, flags, environment })
})
afterAll(async () => {
  await cluster?.remove()
})

type Answer = { readonly status: number; readonly retryAfter: string | undefined }

/** From one of this machine's addresses: all of 127.0.0.0/8 are. */
function post(
  server: string,
  path: string,
  body: object,
  localAddress: string,
  key = uniqueName('k'),
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const call = request(
      `${server}${path}`,
      { method: 'POST', headers, localAddress },
      (answer) => {
        answer.resume()
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] })
        })
      },
    )
    call.on('error', reject)
    call.end(JSON.stringify(body))
  })
}

const at = (servers: readonly string[], n: number): string => servers[n % servers.length] ?? ''

it('a session ends when it has not been used for its time, and no sooner; its cart goes [S5, C5]', async () => {
  const item = await putUp(await newSeller(cluster.report))
  const username = uniqueName('b')
  const used = await newBuyer(cluster.report, username)
  await used.addToCart(item.id, 1)
  const stubborn = await buyerAgain(cluster.report, username)
  // Asking is using, so each idle one is asked once, later and later.
  const idle = await Promise.all(
    Array.from({ length: 40 }, () => buyerAgain(cluster.report, username)),
  )
  const begunAtMs = performance.now()
  const seen: { afterMs: number; code: string | undefined }[] = []
  for (const session of idle) {
    const dueMs = seen.length * 500
    while (performance.now() - begunAtMs < dueMs) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const server = at(cluster.report.buyers, seen.length)
    // One call in half a second keeps the used one: it is much shorter than its time.
    expect((await used.cart()).lines).toHaveLength(1)
    // What is refused is a call as well.
    expect(await codeOf(stubborn.removeFromCart(item.id))).toBe('NOT_IN_CART')
    const { code } = await ask(server, session.token, { method: 'get', path: '/v1/cart' })
    seen.push({ afterMs: performance.now() - begunAtMs, code })
    if (seen.slice(-4).filter((one) => one.code !== undefined).length === 4) break
  }
  const ended = seen.filter(({ code }) => code !== undefined)
  expect(ended.length).toBe(4)
  expect(ended.every(({ code }) => code === 'SESSION_EXPIRED' || code === 'UNAUTHENTICATED')).toBe(
    true,
  )
  const firstEndedMs = ended[0]?.afterMs ?? 0
  expect(firstEndedMs).toBeGreaterThan(idleSeconds * 1_000)
  expect(firstEndedMs).toBeLessThan((idleSeconds + 30) * 1_000)
  expect((await (await buyerAgain(cluster.report, username)).cart()).lines).toEqual([])
})

describe('limits', () => {
  it('failed logins lock out only the address that fails, at all servers [L3, L4]', async () => {
    const username = uniqueName('b')
    const owner = await newBuyer(cluster.report, username)
    const { buyers } = cluster.report
    const login = (n: number, secret: string, from: string) =>
      post(at(buyers, n), '/v1/sessions', { username, password: secret }, from)
    const thief = '127.0.0.2'
    for (let n = 0; n < 6; n += 1) {
      expect(await login(n, password, thief)).toMatchObject({ status: 201 })
    }
    for (let n = 0; n < failedLoginsMax; n += 1) {
      expect(await login(n, 'a wrong password', thief)).toMatchObject({ status: 401 })
    }
    for (let n = 0; n < 2; n += 1) {
      const refused = await login(n, password, thief)
      expect(refused).toMatchObject({ status: 429, retryAfter: expect.stringMatching(/^\d+$/) })
    }
    // Counted for the address as well: under another name, and in the other role.
    const other = { username: uniqueName('nobody'), password }
    for (const servers of [buyers, cluster.report.sellers]) {
      expect(await post(at(servers, 0), '/v1/sessions', other, thief)).toMatchObject({
        status: 429,
      })
    }
    expect(await login(0, password, '127.0.0.3')).toMatchObject({ status: 201 })
    expect(await owner.me()).toMatchObject({ username })
  })

  it('accounts created at one address are counted over all servers of both roles [L2, K6]', async () => {
    const { sellers, buyers } = cluster.report
    const create = (n: number, from: string) =>
      post(
        at([...sellers, ...buyers], n),
        '/v1/accounts',
        { username: uniqueName('u'), password },
        from,
      )
    const statuses: number[] = []
    for (let n = 0; n < accountsMax + 4; n += 1)
      statuses.push((await create(n, '127.0.0.4')).status)
    expect(statuses).toEqual([...Array(accountsMax).fill(201), ...Array(4).fill(429)])
    // The refusal is not kept: the same request succeeds where there is room.
    const request = [{ username: uniqueName('u'), password }, uniqueName('k')] as const
    const again = (from: string) =>
      post(at(sellers, 0), '/v1/accounts', request[0], from, request[1])
    expect(await again('127.0.0.4')).toMatchObject({ status: 429 })
    expect(await again('127.0.0.5')).toMatchObject({ status: 201 })
  })

  it('one server takes so many calls a second from one address [L1]', async () => {
    const [server = '', other = ''] = cluster.report.buyers
    const flood = Array.from({ length: 200 }, () => post(server, '/v1/sessions', {}, '127.0.0.6'))
    const answers = await Promise.all(flood)
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(80)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused.every(({ retryAfter }) => Number(retryAfter) >= 1)).toBe(true)
    for (const [where, from] of [
      [server, '127.0.0.7'],
      [other, '127.0.0.6'],
    ] as const) {
      expect(await post(where, '/v1/sessions', {}, from)).toMatchObject({ status: 400 })
    }
  })
})
