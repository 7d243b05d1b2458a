import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiProblem, createBuyerClient } from './api.ts'
import type { PurchaseBody } from './bodies.ts'

const card = { name: 'Ada', number: '4242424242424242', expiration: '12/99', securityCode: '123' }
const open: PurchaseBody = {
  id: 'p1',
  state: 'reserved',
  lines: [],
  total: { amount: 1, currency: 'USD' },
  card: { last4: '4242' },
  authorizationId: null,
  failure: null,
  transitions: [],
}
let server: Server | undefined

/** Answers the purchase with 202, then, asked for it, with each of `later` in turn. */
async function serverWith(later: readonly PurchaseBody[]): Promise<string> {
  const answers = [...later]
  server = createServer((request, response) => {
    const isOpening = request.method === 'POST'
    response.writeHead(isOpening ? 202 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isOpening ? open : answers.shift()))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

describe('buying, when the purchase is not settled at once', () => {
  it('asks until it is completed', async () => {
    const client = createBuyerClient({
      servers: [await serverWith([open, { ...open, state: 'completed' }])],
    })
    expect(await client.buy(card)).toMatchObject({ id: 'p1', state: 'completed' })
    client.close()
  })

  it('throws the problem that a failure would have been', async () => {
    const failure = { code: 'PAYMENT_DECLINED', message: 'declined' } as const
    const client = createBuyerClient({
      servers: [await serverWith([{ ...open, state: 'failed', failure }])],
    })
    const problem = await client.buy(card).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({
      status: 402,
      code: 'PAYMENT_DECLINED',
      body: { purchaseId: 'p1' },
    })
    client.close()
  })

  it('can return it as it is', async () => {
    const client = createBuyerClient({ servers: [await serverWith([])] })
    expect(await client.startPurchase(card)).toEqual(open)
    client.close()
  })
})
