/** What every operation refuses alike, as the documents say: bodies, queries, sessions, loads. */
import { connect, type Socket } from 'node:net'
import { expect, it } from 'vitest'
import type { CallOptions } from '../../rest/caller.ts'
import { send } from '../../rest/http.ts'
import { until } from '../../until.ts'
import { type Call, limits, type Market, type Sided } from './market.ts'

export function everyOperationContract(market: () => Market): void {
  it('refuses unknown fields, malformed JSON, 64 KiB and a byte, and other media', async () => {
    const { outcomesOf } = market()
    const invalid = new Set(['400 INVALID_ARGUMENT'])
    const withBody = (body: unknown) => (options: CallOptions) => ({ ...options, body })
    expect(await outcomesOf(withBody({ colour: 'red' }))).toEqual(invalid)
    expect(await outcomesOf(withBody('{"a":'))).toEqual(new Set(['400 MALFORMED_BODY']))
    const padded = (sizeBytes: number) => withBody(`{"a":"${'x'.repeat(sizeBytes - 8)}"}`)
    expect(await outcomesOf(padded(65_536))).toEqual(invalid)
    expect(await outcomesOf(padded(65_537))).toEqual(new Set(['413 BODY_TOO_LARGE']))
    const headers = { 'Content-Type': 'text/plain' }
    const inText = (options: CallOptions) => ({ ...options, body: '{}', headers })
    expect(await outcomesOf(inText)).toEqual(new Set(['415 UNSUPPORTED_MEDIA_TYPE']))
  })

  it('refuses a query that it does not know', async () => {
    const asked = (options: CallOptions) => ({ ...options, query: 'colour=red' })
    expect(await market().outcomesOf(asked)).toEqual(new Set(['400 INVALID_ARGUMENT']))
  })

  it('that needs a session is refused without one, with a made-up one, and to the other role', async () => {
    const { operations, outcomesOf, sell, present } = market()
    const needing = operations('session')
    expect(needing.length).toBeGreaterThan(20)
    const others = ({ call }: Sided) => (call === sell ? present.buyer : present.seller)
    for (const tokenFor of [() => undefined, () => 'A'.repeat(43), others]) {
      const vary = (options: CallOptions, of: Sided) => ({ ...options, token: tokenFor(of) })
      expect(await outcomesOf(vary, needing)).toEqual(new Set(['401 UNAUTHENTICATED']))
    }
  })

  it('is refused, with when to come back, to an address that calls too often', async () => {
    const { operations, goodOptions } = market()
    for (const { call, id, server } of operations()) {
      const from = '127.0.9.9'
      // Whatever it is: unknown addresses count as well.
      const flood = () => send({ url: `${server}/nothing`, method: 'GET', from })
      await Promise.all(Array.from({ length: 2 * limits.perSecond + 3 }, flood))
      const answer = await call(id, { ...goodOptions(id), from, server: 0 })
      expect([id, answer.status, answer.body.code]).toEqual([id, 429, 'RATE_LIMITED'])
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
      expect(answer.headers.ratelimit).toMatch(/^"address";r=0;t=\d+$/)
      expect(answer.headers['ratelimit-policy']).toBe(`"address";q=${2 * limits.perSecond};w=2`)
    }
  })

  it('is refused by a server that has too much to do, and served by it once it has not', async () => {
    const { sell, buy, operations, outcomesOf } = market()
    for (const call of [sell, buy]) {
      const among = operations().filter((one) => one.call === call)
      const all = () => outcomesOf((options) => ({ ...options, server: 0 }), among)
      const release = await occupy(among[0]?.server ?? '')
      try {
        const isFull = async () => (await codeOfNobody(call)) === 'OVERLOADED'
        await until(isFull, 10_000, 'the server is full')
        expect(await all()).toEqual(new Set(['503 OVERLOADED']))
      } finally {
        release()
      }
      const hasRoom = async () => (await codeOfNobody(call)) === 'UNAUTHENTICATED'
      await until(hasRoom, 10_000, 'the server has room again')
    }
  })
}

/** What the server says to who shows no token. */
async function codeOfNobody(call: Call): Promise<string> {
  return (await call('showMe', { server: 0, token: undefined })).body.code
}

/** As many requests as a server takes at once, whose bodies never come; each from another address. */
async function occupy(server: string): Promise<() => void> {
  const { hostname: host, port } = new URL(server)
  const head = `POST /v1/sessions HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`
  const sockets = Array.from({ length: limits.requests }, (_, index): Socket => {
    const localAddress = `127.1.${index >> 8}.${index & 255}`
    const socket = connect({ host, port: Number(port), localAddress })
    socket.write(`${head}Content-Length: 2\r\n\r\n`)
    return socket
  })
  const connected = sockets.map(
    (socket) =>
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve)
        socket.once('error', reject)
      }),
  )
  await Promise.all(connected)
  return () => {
    for (const socket of sockets) socket.destroy()
  }
}
