import type { Express } from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { idempotencyOf } from './idempotency.ts'
import type { HttpServer } from './listen.ts'
import { serveApp } from './testing.ts'

type Answer = { ids: string[]; fingerprint: string; clientKey: boolean }

let server: HttpServer
let scope = { role: 'buyer', accountScope: 7, secret: 'a secret for tests only' }

beforeAll(async () => {
  server = await serveApp((app: Express) => {
    app.post('/*path', (request, response) => {
      const { requestIdFor, ...rest } = idempotencyOf(request, scope)
      response.json({ ids: [requestIdFor('reserve'), requestIdFor('confirm')], ...rest })
    })
  })
})
afterAll(() => server.close(0))

async function send(key: string | undefined, body: object, path = '/v1/purchases') {
  const response = await fetch(server.url + path, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: {
      'Content-Type': 'application/json',
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
    },
  })
  return { status: response.status, answer: (await response.json()) as Answer }
}

const ask = async (...sent: Parameters<typeof send>) => (await send(...sent)).answer

describe('request ids', () => {
  it('are the same for a repeat, another one for each step', async () => {
    const first = await ask('k1', { a: 1 })
    expect(await ask('k1', { a: 1 })).toEqual(first)
    expect(first.clientKey).toBe(true)
    expect(first.ids[0]).not.toBe(first.ids[1])
    expect(first.ids[0]).toMatch(/^[\w-]{43}$/)
  })

  it('differ by key, path, account and role', async () => {
    const seen = [(await ask('k1', {})).ids[0], (await ask('k2', {})).ids[0]]
    seen.push((await ask('k1', {}, '/v1/items')).ids[0])
    scope = { ...scope, accountScope: 8 }
    seen.push((await ask('k1', {})).ids[0])
    scope = { ...scope, role: 'seller' }
    seen.push((await ask('k1', {})).ids[0])
    scope = { ...scope, accountScope: 7, role: 'buyer' }
    expect(new Set(seen).size).toBe(5)
  })

  it('are new for each request without a key, and compare nothing', async () => {
    const [a, b] = [await ask(undefined, {}), await ask(undefined, {})]
    expect(a.ids[0]).not.toBe(b.ids[0])
    expect(a).toMatchObject({ fingerprint: '', clientKey: false })
  })
})

describe('the fingerprint', () => {
  const print = async (body: object, path?: string) => (await ask('k', body, path)).fingerprint

  it('is of the meaning, not of the spelling', async () => {
    expect(await print({ a: 1, b: { c: 2, d: 3 } })).toBe(await print({ b: { d: 3, c: 2 }, a: 1 }))
    expect(await print({ a: 1 })).not.toBe(await print({ a: 2 }))
    expect(await print({ a: [1, 2] })).not.toBe(await print({ a: [2, 1] }))
    expect(await print({ a: { b: 1 } })).not.toBe(await print({ a: ['b', 1] }))
    expect(await print({}, '/x?n=1')).not.toBe(await print({}, '/x?n=2'))
  })

  it('leaves out secrets and cards', async () => {
    expect(await print({ username: 'u', password: 'one' })).toBe(
      await print({ username: 'u', password: 'two' }),
    )
    expect(await print({ card: { number: '1' } })).toBe(await print({ card: { number: '2' } }))
  })
})

it.each(['', 'with space', 'x'.repeat(129)])('a key like "%s" is refused', async (key) => {
  expect((await send(key, {})).status).toBe(400)
})
