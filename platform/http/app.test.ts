import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text as allOf } from 'node:stream/consumers'
import type { Express } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AppError } from '../../common/errors.ts'
import type { HttpAppOptions } from './app.ts'
import { bearerToken, newToken, tokenHash } from './bearer.ts'
import { type HttpServer, listenHttp } from './listen.ts'
import type { Problem } from './problem.ts'
import { AddressLimiter } from './rate-limit.ts'
import { route } from './route.ts'
import { serveApp } from './testing.ts'

const servers: HttpServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close(0)
})

async function start(addRoutes: (app: Express) => void, options?: Parameters<typeof serveApp>[1]) {
  const server = await serveApp(addRoutes, options)
  servers.push(server)
  return server.url
}

const priceBody = z.object({
  name: z.string().max(4),
  price: z.object({ amount: z.int().min(1), currency: z.string() }).strict(),
})
const items = (app: Express): void => {
  app.post(
    '/items/:id',
    route({ params: z.object({ id: z.coerce.number() }), body: priceBody }, async (input) => ({
      status: 201,
      body: { id: input.params.id, amount: input.body.price.amount },
    })),
  )
  app.get(
    '/items/:id',
    route({ query: z.object({ limit: z.coerce.number().max(9).optional() }) }, async () => ({})),
  )
}

async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: { 'Content-Type': 'application/json', ...headers },
  })
  return { response, body: (await response.json()) as Problem & Record<string, unknown> }
}

describe('input', () => {
  it('reaches the route checked and typed', async () => {
    const url = await start(items)
    const good = JSON.stringify({ name: 'tea', price: { amount: 5, currency: 'USD' } })
    const { response, body } = await post(`${url}/items/7`, good)
    expect([response.status, body]).toEqual([201, { id: 7, amount: 5 }])
  })

  it('is refused field by field, unknown fields included', async () => {
    const url = await start(items)
    const bad = { name: 'teapot', price: { amount: 0.5, currency: 'USD', vat: 1 }, colour: 'red' }
    const { response, body } = await post(`${url}/items/7`, JSON.stringify(bad))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(body).toMatchObject({
      type: 'urn:agora:problem:invalid-argument',
      status: 400,
      code: 'INVALID_ARGUMENT',
      requestId: response.headers.get('x-request-id'),
      retryable: false,
    })
    const paths = body.errors?.map(({ path }) => path).sort()
    expect(paths).toEqual(['colour', 'name', 'price.amount', 'price.vat'])
  })

  it('of the query is checked, too', async () => {
    const url = await start(items)
    expect((await fetch(`${url}/items/1?limit=10`)).status).toBe(400)
    expect((await fetch(`${url}/items/1?limt=1`)).status).toBe(400)
    expect((await fetch(`${url}/items/1?limit=9`)).status).toBe(204)
  })

  it.each([
    ['broken JSON', '{"name": ', {}, 400, 'MALFORMED_BODY'],
    ['a number', '5', {}, 400, 'MALFORMED_BODY'],
    ['too much', JSON.stringify({ name: 'x'.repeat(70_000) }), {}, 413, 'BODY_TOO_LARGE'],
    ['a form', 'a=b', { 'Content-Type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'a strange charset',
      '{}',
      { 'Content-Type': 'application/json; charset=klingon' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
  ])('that is %s has a code of its own', async (_, text, headers, status, code) => {
    const url = await start(items)
    const { response, body } = await post(`${url}/items/7`, text, headers as Record<string, string>)
    expect([response.status, body.code]).toEqual([status, code])
  })
})

describe('addresses', () => {
  it('that nobody serves are a problem', async () => {
    const url = await start(items)
    const response = await fetch(`${url}/nothing`)
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([
      404,
      'ROUTE_NOT_FOUND',
    ])
  })

  it('say which methods they take', async () => {
    const url = await start(items)
    const response = await fetch(`${url}/items/7`, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('that cannot be decoded are the client’s fault', async () => {
    const url = await start(items)
    expect((await fetch(`${url}/items/%E0%A4%A`)).status).toBe(400)
  })
})

describe('errors', () => {
  const failing = (error: unknown) => (app: Express) => {
    app.get('/', () => {
      throw error
    })
  }

  it('carry their details as members, and headers that fit', async () => {
    const details = { purchaseId: 'p1', status: 'not this one', retryAfterMs: 1_500 }
    const url = await start(failing(new AppError('RATE_LIMITED', { details })))
    const response = await fetch(url)
    expect(await response.json()).toMatchObject({ purchaseId: 'p1', status: 429, retryable: true })
    expect(response.headers.get('retry-after')).toBe('2')
  })

  it('that are indefinite may be tried again', async () => {
    const url = await start(failing(new AppError('INTERNAL', { definite: false })))
    expect(await (await fetch(url)).json()).toMatchObject({ retryable: true })
  })

  it('ask for a session with 401', async () => {
    const url = await start(failing(new AppError('SESSION_EXPIRED')))
    expect((await fetch(url)).headers.get('www-authenticate')).toBe('Bearer')
  })

  it('that nobody foresaw are logged with the request id and not shown', async () => {
    const lines: string[] = []
    const bug = new TypeError('card 4242424242424242')
    const url = await start(failing(bug), { logTo: { write: (line) => lines.push(line) } })
    const response = await fetch(url, { headers: { 'X-Request-Id': 'abc-1' } })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('4242')
    const line = lines.map((text) => JSON.parse(text)).find(({ err }) => err !== undefined)
    expect(line).toMatchObject({ requestId: 'abc-1', err: { type: 'TypeError' } })
  })
})

describe('request ids', () => {
  it('are taken over when they are sane, else made', async () => {
    const url = await start(items)
    const idFor = async (given: string) => {
      const response = await fetch(`${url}/livez`, { headers: { 'X-Request-Id': given } })
      return response.headers.get('x-request-id')
    }
    expect(await idFor('my-id_1.2')).toBe('my-id_1.2')
    expect(await idFor('a b')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await idFor('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('probes and measurements', () => {
  it('say whether the server is ready, and why not', async () => {
    let report = { ready: true, checks: { customers: { ready: true } } }
    const readiness: HttpAppOptions['readiness'] = async () => report
    const url = await start(items, { readiness })
    expect((await fetch(`${url}/readyz`)).status).toBe(200)
    report = { ready: false, checks: { customers: { ready: false } } }
    const response = await fetch(`${url}/readyz`)
    expect([response.status, await response.json()]).toEqual([503, report])
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })

  it('count requests by route and status, not by address', async () => {
    const url = await start(items)
    await fetch(`${url}/items/1`)
    await fetch(`${url}/items/2`)
    await fetch(`${url}/nothing`)
    const text = await (await fetch(`${url}/metrics`)).text()
    const counts = text.split('\n').filter((line) => line.includes('seconds_count{'))
    const routes = counts.map((line) =>
      /route="([^"]*)",status="(\d+)"\} (\d+)/.exec(line)?.slice(1),
    )
    expect(routes).toEqual([
      ['/items/:id', '204', '2'],
      ['none', '404', '1'],
    ])
  })

  it('carry security headers', async () => {
    const url = await start(items)
    const { headers } = await fetch(`${url}/livez`)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-powered-by')).toBeNull()
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    // Where there is no TLS it would break the links of /docs.
    expect(policy).not.toContain('upgrade-insecure-requests')
  })
})

describe('answers', () => {
  it('are kept by no cache, and given whole whatever the client has already', async () => {
    const url = await start((app) => {
      app.get(
        '/items/:id',
        route({}, async () => ({ body: { left: 3 }, headers: { ETag: '"1"' } })),
      )
    })
    const ask = (method: string) =>
      fetch(`${url}/items/1`, { method, headers: { 'If-None-Match': '"1"' } })
    const response = await ask('GET')
    expect([response.status, await response.json()]).toEqual([200, { left: 3 }])
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    const head = await ask('HEAD')
    expect([head.status, await head.text(), head.headers.get('etag')]).toEqual([200, '', '"1"'])
  })
})

describe('limits', () => {
  it.each([
    ['headers', 'POST / HTTP/1.1\r\nHost: a\r\n'],
    ['body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{'],
  ])('cut off a request whose %s never come whole', async (_, beginning) => {
    const server = await listenHttp(() => undefined, {
      host: '127.0.0.1',
      port: 0,
      requestTimeoutMs: 100,
    })
    servers.push(server)
    const socket = connect({ host: '127.0.0.1', port: server.port })
    socket.write(beginning)
    expect(await allOf(socket)).toMatch(/^HTTP\/1\.1 408 /)
  })

  it('refuse an address that calls too often, but not its probes', async () => {
    const url = await start(items, { rateLimitPerAddress: 2 })
    const statuses: number[] = []
    for (let call = 0; call < 6; call += 1) statuses.push((await fetch(`${url}/items/1`)).status)
    expect(statuses.slice(0, 4)).toEqual([204, 204, 204, 204])
    expect(statuses).toContain(429)
    const refused = await fetch(`${url}/items/1`)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('ratelimit-policy')).toBe('"address";q=4;w=2')
    expect(refused.headers.get('ratelimit')).toBe('"address";r=0;t=1')
    expect((await fetch(`${url}/livez`)).status).toBe(200)
  })

  it('fill a bucket again as time passes', () => {
    const limiter = new AddressLimiter(10)
    const waitMs = (address: string, nowMs: number) => limiter.take(address, nowMs).waitMs
    for (let call = 0; call < 20; call += 1) expect(waitMs('a', 0)).toBe(0)
    expect(waitMs('a', 0)).toBe(100)
    expect(limiter.take('b', 0)).toEqual({ waitMs: 0, remaining: 19, fullInMs: 100 })
    expect(waitMs('a', 100)).toBe(0)
    expect(waitMs('a', 100)).toBeGreaterThan(0)
  })

  it('refuse more requests under way than allowed, and take new ones afterwards', async () => {
    let release = (): void => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    let entered = (): void => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const slow = (app: Express): void => {
      app.get('/slow', async (_request, response) => {
        entered()
        await gate
        response.json({})
      })
    }
    const url = await start(slow, { inFlightMax: 1 })
    const first = fetch(`${url}/slow`)
    await inside
    const refused = await fetch(`${url}/slow`)
    expect([refused.status, ((await refused.json()) as Problem).code]).toEqual([503, 'OVERLOADED'])
    release()
    expect((await first).status).toBe(200)
    await expect.poll(async () => (await fetch(`${url}/slow`)).status).toBe(200)
  })
})

describe('closing', () => {
  it('lets a request under way finish, and keeps no connection', async () => {
    let entered = (): void => {}
    const inside = new Promise<void>((resolve) => {
      entered = resolve
    })
    const server = await serveApp((app) => {
      app.get('/slow', (_request, response) => {
        entered()
        setTimeout(() => response.json({ done: true }), 50)
      })
    })
    const answer = new Promise<number | undefined>((resolve, reject) => {
      httpRequest(`${server.url}/slow`, { headers: { Connection: 'keep-alive' } })
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    await inside
    await server.close(1_000)
    expect(await answer).toBe(200)
  })

  it('names the address that is taken', async () => {
    const server = await serveApp(items)
    servers.push(server)
    const again = listenHttp(() => {}, { host: '127.0.0.1', port: server.port })
    await expect(again).rejects.toThrow(`127.0.0.1:${server.port}`)
  })
})

describe('bearer tokens', () => {
  const app = (application: Express): void => {
    application.get('/', (request, response) => {
      response.json({ hash: tokenHash(bearerToken(request)).toString('hex') })
    })
  }

  it('are read from the header', async () => {
    const url = await start(app)
    const token = newToken()
    const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } })
    expect(await response.json()).toEqual({ hash: tokenHash(token).toString('hex') })
  })

  it.each([undefined, 'Bearer', 'Bearer made-up', `Basic ${'a'.repeat(43)}`])(
    'that are missing or malformed (%s) are 401',
    async (value) => {
      const url = await start(app)
      const headers: Record<string, string> = value === undefined ? {} : { Authorization: value }
      expect((await fetch(url, { headers })).status).toBe(401)
    },
  )
})
