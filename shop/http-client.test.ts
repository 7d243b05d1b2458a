import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiProblem } from './api-problem.ts'
import { createApiClient, pathWithQuery, type ServerChange } from './http-client.ts'

type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: object }
type Behaviour = (request: IncomingMessage) => Answer | 'hang' | 'cut'

const servers: Server[] = []

async function serverThat(behave: Behaviour): Promise<{ url: string; seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    const answer = behave(request)
    if (answer === 'hang') return
    if (answer === 'cut') return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body ?? {}))
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

const keyOf = (request: IncomingMessage): unknown => request.headers['idempotency-key']
const write = { method: 'post', path: '/v1/things', body: { a: 1 } } as const

describe('a client of several servers', () => {
  it.each<[string, Behaviour]>([
    ['cuts the connection', () => 'cut'],
    ['hangs', () => 'hang'],
    ['answers 503', () => ({ status: 503, body: { code: 'UNAVAILABLE' } })],
    ['answers 504', () => ({ status: 504, body: { code: 'DEADLINE_EXCEEDED' } })],
  ])('goes on with another one when one %s, under the same key', async (_, behave) => {
    const bad = await serverThat(behave)
    const good = await serverThat(() => ({ status: 201, body: { id: 1 } }))
    const changes: ServerChange[] = []
    // As likely to begin with either: until it has begun with the bad one.
    while (changes.length === 0) {
      const api = createApiClient({
        servers: [bad.url, good.url],
        onServerChange: (change) => changes.push(change),
      })
      const answer = await api.request<{ id: number }>({ ...write, attemptTimeoutMs: 200 })
      expect(answer.body).toEqual({ id: 1 })
      api.close()
    }
    expect(changes).toMatchObject([{ from: bad.url, to: good.url }])
    expect(bad.seen.map(keyOf)).toEqual(good.seen.slice(-1).map(keyOf))
    expect(keyOf(bad.seen[0] as IncomingMessage)).toMatch(/^[\w-]{36}$/)
  })

  it('finds no server only after the time is up, and says so', async () => {
    const api = createApiClient({ servers: ['http://127.0.0.1:9'], giveUpAfterMs: 300 })
    const problem = await api.request(write).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    api.close()
  })

  it('does not repeat what a server has decided', async () => {
    const body = { code: 'OUT_OF_STOCK', detail: 'sold out', purchaseId: 'p1', errors: [] }
    const { url, seen } = await serverThat(() => ({ status: 409, body }))
    const api = createApiClient({ servers: [url, url] })
    const problem = await api.request(write).catch((error: unknown) => error)
    expect(problem).toMatchObject({ status: 409, code: 'OUT_OF_STOCK', detail: 'sold out', body })
    expect(seen).toHaveLength(1)
    api.close()
  })

  it('tells how long to wait after too many attempts', async () => {
    const limited = { status: 429, body: { code: 'RATE_LIMITED' }, headers: { 'retry-after': '7' } }
    const { url } = await serverThat(() => limited)
    const api = createApiClient({ servers: [url] })
    const problem = await api.request(write).catch((error: unknown) => error)
    expect(problem).toMatchObject({ status: 429, retryAfterSeconds: 7 })
    api.close()
  })

  it('sends the token it was given, no key with a read, and sees a replay', async () => {
    const replay = { status: 200, headers: { 'idempotent-replayed': 'true' } }
    const { url, seen } = await serverThat(() => replay)
    const api = createApiClient({ servers: [url], token: 't1' })
    const answer = await api.request({ method: 'get', path: '/v1/things' })
    expect(answer.isReplayed).toBe(true)
    expect(seen[0]?.headers.authorization).toBe('Bearer t1')
    expect(keyOf(seen[0] as IncomingMessage)).toBeUndefined()
    api.close()
  })

  it('keeps what was sent out of its errors', async () => {
    const { url } = await serverThat(() => 'cut')
    const api = createApiClient({ servers: [url], giveUpAfterMs: 100, token: 'the-token' })
    const body = { card: { number: '4242424242424242' } }
    const problem = (await api.request({ ...write, body }).catch((error) => error)) as ApiProblem
    const everything = JSON.stringify({ ...problem, cause: problem.cause, stack: problem.stack })
    expect(everything).not.toContain('4242')
    expect(everything).not.toContain('the-token')
    api.close()
  })
})

describe('paths', () => {
  it('leave out what is undefined and repeat lists', () => {
    const query = { category: 0, keyword: ['red', 'été'], condition: undefined }
    expect(pathWithQuery('/v1/items', query)).toBe(
      '/v1/items?category=0&keyword=red&keyword=%C3%A9t%C3%A9',
    )
    expect(pathWithQuery('/v1/items', {})).toBe('/v1/items')
  })
})

describe('a client for people', () => {
  it('leaves a server that shows no sign of life, long before an attempt ends', async () => {
    const stopped = await serverThat(() => 'hang')
    const good = await serverThat(() => ({ status: 200, body: { id: 1 } }))
    const changes: ServerChange[] = []
    while (changes.length === 0) {
      const api = createApiClient({
        servers: [stopped.url, good.url],
        probeIntervalMs: 50,
        onServerChange: (change) => changes.push(change),
      })
      const startedAtMs = performance.now()
      await api.request({ method: 'get', path: '/v1/things' })
      expect(performance.now() - startedAtMs).toBeLessThan(3_000)
      api.close()
    }
    expect(changes[0]?.reason).toContain('no sign of life')
  })

  it('waits for one that takes its time and lives', async () => {
    let release: (() => void) | undefined
    const server = createServer((request, response) => {
      if (request.url === '/livez') return void response.end()
      release = () => void response.writeHead(200).end('{}')
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    let probes = 0
    server.on('request', ({ url }) => {
      if (url === '/livez' && ++probes === 3) release?.()
    })
    const { port } = server.address() as AddressInfo
    const api = createApiClient({ servers: [`http://127.0.0.1:${port}`], probeIntervalMs: 20 })
    expect(await api.request({ method: 'get', path: '/slow' })).toMatchObject({ attempts: 1 })
    api.close()
  })

  it('says when it waits, and gives up with the reason it is given', async () => {
    const { url } = await serverThat(() => 'hang')
    const interruption = new AbortController()
    let waiting = 0
    const api = createApiClient({
      servers: [url],
      signal: () => interruption.signal,
      onCall: () => {
        waiting += 1
        return () => {
          waiting -= 1
        }
      },
    })
    const asked = api.request({ method: 'get', path: '/v1/things' })
    expect(waiting).toBe(1)
    const reason = new Error('enough')
    interruption.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(waiting).toBe(0)
    api.close()
  })
})
