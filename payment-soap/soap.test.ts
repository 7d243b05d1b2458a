import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AppError } from '../common/errors.ts'
import { type HttpServer, listenHttp } from '../platform/http/listen.ts'
import { route } from '../platform/http/route.ts'
import { serveApp } from '../platform/http/testing.ts'
import { createLogger } from '../platform/log.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createPaymentApp } from './app.ts'
import { createPaymentClient, type PaymentClient, type PaymentRequest } from './client.ts'
import { Payments } from './payments.ts'

let folder: string
const closing: (() => unknown)[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agora-soap-'))
})
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
  await rm(folder, { recursive: true })
})

type Running = { url: string; server: HttpServer; payments: Payments; logged: string[] }

async function start(options: { apiKey?: string } = {}): Promise<Running> {
  const payments = await Payments.open({
    path: join(folder, 'ledger.jsonl'),
    currency: 'USD',
    approvalRate: 1,
    seed: 1,
    nowUnixMs: Date.now,
    failed: (error) => {
      throw error
    },
  })
  const logged: string[] = []
  const stream = { write: (line: string) => logged.push(line) }
  const app = createPaymentApp({
    payments,
    url: 'http://pay.example:5090/payment',
    apiKey: options.apiKey,
    logger: createLogger({ name: 'payment', level: 'trace', stream }),
    metrics: createMetrics({ process: 'payment', defaults: false }),
  })
  const server = await listenHttp(app, { host: '127.0.0.1', port: 0 })
  closing.push(
    () => payments.close(),
    () => server.close(0),
  )
  return { url: `${server.url}/payment`, server, payments, logged }
}

function connect(
  url: string,
  options: { apiKey?: string; timeoutMs?: number } = {},
): PaymentClient {
  const client = createPaymentClient({ url, timeoutMs: 5_000, ...options })
  closing.push(() => client.close())
  return client
}

const request = (reference: string, number = '4242424242424242'): PaymentRequest => ({
  reference,
  card: { name: 'Ada <&> Lovelace', number, expiration: '12/49', securityCode: '737' },
  amount: { amount: 1999, currency: 'USD' },
})

const failure = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error) => error,
  )

describe('over SOAP', () => {
  it('a payment is approved, looked up and voided', async () => {
    const client = connect((await start()).url)
    const charged = { amount: { amount: 1999, currency: 'USD' }, last4: '4242' }
    const paid = await client.processPayment(request('p1'))
    expect(paid).toEqual({ status: 'APPROVED', authorizationId: expect.any(String), charged })
    expect(await client.getPayment('p1')).toEqual(paid)
    expect(await client.voidPayment('p1')).toEqual({ status: 'VOIDED' })
    expect(await client.processPayment(request('p1'))).toEqual({ status: 'VOIDED' })
  })

  it('a payment is declined, with the reason, as an answer', async () => {
    const client = connect((await start()).url)
    expect(await client.processPayment(request('p1', '4000000000009995'))).toMatchObject({
      status: 'DECLINED',
      reason: 'INSUFFICIENT_FUNDS',
    })
  })

  it('nobody knows what was never charged, until it is voided', async () => {
    const client = connect((await start()).url)
    expect(await client.getPayment('p1')).toEqual({ status: 'UNKNOWN' })
    expect(await client.voidPayment('p1')).toEqual({ status: 'VOIDED' })
    expect(await client.processPayment(request('p1'))).toEqual({ status: 'VOIDED' })
  })

  it('bad input is a definite fault that names each field', async () => {
    const client = connect((await start()).url)
    const bad = { ...request('p1', '4242424242424241'), amount: { amount: 0.5, currency: 'EUR' } }
    const error = await failure(client.processPayment(bad))
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', definite: true })
    expect(error.fields.map(({ path }) => path)).toEqual(['number', 'amount', 'currency'])
    const one = await failure(client.getPayment('a b'))
    expect(one.fields.map(({ path }) => path)).toEqual(['reference'])
    expect(await client.getPayment('p1')).toEqual({ status: 'UNKNOWN' })
  })

  it('the card that answers never has been charged, and a repeat is answered', async () => {
    const client = connect((await start()).url, { timeoutMs: 300 })
    const silent = request('p1', '4000000000002008')
    expect(await failure(client.processPayment(silent))).toMatchObject({
      code: 'PAYMENT_UNAVAILABLE',
      definite: false,
    })
    expect(await client.getPayment('p1')).toMatchObject({ status: 'APPROVED' })
    expect(await client.processPayment(silent)).toMatchObject({ status: 'APPROVED' })
  })

  it('the card that answers slowly does answer', async () => {
    const client = connect((await start()).url)
    const startedAt = performance.now()
    expect(await client.processPayment(request('p1', '4000000000001000'))).toMatchObject({
      status: 'APPROVED',
    })
    expect(performance.now() - startedAt).toBeGreaterThan(2_900)
  })

  it('hundreds of payments a second go through', async () => {
    const client = connect((await start()).url)
    await client.getPayment('warm-up')
    const startedAt = performance.now()
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < 600) await client.processPayment(request(`p${next++}`))
    }
    await Promise.all(Array.from({ length: 20 }, worker))
    // Client and server share a core here, with other tests running beside: alone it is many more.
    expect(600 / ((performance.now() - startedAt) / 1_000)).toBeGreaterThan(100)
  })
})

describe('an outage', () => {
  it('is indefinite: nobody there, nonsense, or a deadline that has passed', async () => {
    const { url, server } = await start()
    const unavailable = { code: 'PAYMENT_UNAVAILABLE', definite: false }
    const late = connect(url).getPayment('p1', { atUnixMs: Date.now() - 1 })
    expect(await failure(late)).toMatchObject(unavailable)
    await server.close(0)
    expect(await failure(connect(url).getPayment('p1'))).toMatchObject(unavailable)

    for (const body of ['<html>Bad gateway</html>', 'oops', '', '<a>']) {
      const nonsense = createServer((_, response) => response.writeHead(502).end(body))
      await new Promise<void>((resolve) => nonsense.listen(0, '127.0.0.1', resolve))
      closing.push(() => nonsense.close())
      const at = `http://127.0.0.1:${(nonsense.address() as AddressInfo).port}/payment`
      expect(await failure(connect(at).processPayment(request('p1')))).toMatchObject(unavailable)
    }
  })

  it('leaves no card in the error', async () => {
    const { url, server } = await start()
    await server.close(0)
    const error = await failure(connect(url).processPayment(request('p1')))
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/4242|737|Lovelace/)
  })

  it('is over when the service is back, and so are its answers', async () => {
    const first = await start()
    const paid = await connect(first.url).processPayment(request('p1'))
    await first.server.close(0)
    await first.payments.close()
    closing.splice(0)
    const second = await start()
    expect(await connect(second.url).getPayment('p1')).toEqual(paid)
  })
})

describe('the server', () => {
  it('writes no card into its log', async () => {
    const { url, logged } = await start()
    const client = connect(url)
    await client.processPayment(request('p1'))
    await failure(client.processPayment(request('p2', '4242424242424241')))
    expect(logged.join('')).toContain('/payment')
    expect(logged.join('')).not.toMatch(/424242|"737"|Lovelace/)
  })

  it('logs under the id of the REST request that it works for', async () => {
    const { url, payments, logged } = await start()
    const client = connect(url)
    const shop = await serveApp((app) => {
      const ask = route({}, async ({ deadline }) => ({
        body: await client.getPayment('p1', deadline),
      }))
      app.get('/', ask)
    })
    closing.push(() => shop.close(0))
    const ask = (id: string) => fetch(shop.url, { headers: { 'X-Request-Id': id } })
    const linesOf = (id: string) =>
      logged.map((line) => JSON.parse(line)).filter(({ requestId }) => requestId === id)

    expect((await ask('r-1')).status).toBe(200)
    await expect.poll(() => linesOf('r-1')).toMatchObject([{ msg: 'request', path: '/payment' }])
    payments.get = () => Promise.reject(new TypeError('a bug'))
    expect((await ask('r-2')).status).toBe(503)
    await expect
      .poll(() => linesOf('r-2'))
      .toMatchObject([
        { msg: 'an operation failed', err: { type: 'TypeError' } },
        { msg: 'request' },
      ])
  })

  it('shows its WSDL with the address under which it is reached', async () => {
    const { url } = await start({ apiKey: 'a key for tests only' })
    const response = await fetch(`${url}?wsdl`)
    expect(response.headers.get('content-type')).toContain('text/xml')
    expect(await response.text()).toContain('location="http://pay.example:5090/payment"')
  })

  it('wants the API key when there is one', async () => {
    const apiKey = 'a key for tests only'
    const { url } = await start({ apiKey })
    expect(await connect(url, { apiKey }).getPayment('p1')).toEqual({ status: 'UNKNOWN' })
    for (const wrong of [{}, { apiKey: 'another key, a wrong one' }]) {
      expect(await failure(connect(url, wrong).voidPayment('p1'))).toMatchObject({
        code: 'PAYMENT_UNAVAILABLE',
        message: expect.stringContaining('A right X-Api-Key is needed'),
      })
    }
    expect(await connect(url, { apiKey }).getPayment('p1')).toEqual({ status: 'UNKNOWN' })
  })

  it.each(['<a', 'not xml', '<a/>', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])(
    'answers %s with a fault, without a stack trace',
    async (body) => {
      const { url } = await start()
      const headers = { 'Content-Type': 'text/xml' }
      const response = await fetch(url, { method: 'POST', headers, body })
      expect(response.status).toBe(500)
      expect(await response.text()).not.toMatch(/\.js:|node_modules/)
    },
  )

  it('shows the ledger to tests on the same machine', async () => {
    const { url, server } = await start()
    const client = connect(url)
    await client.processPayment(request('p1'))
    await client.voidPayment('p1')
    await client.processPayment(request('p2', '4000000000000002'))
    await client.voidPayment('p3')
    const response = await fetch(`${server.url}/ledger`)
    expect(await response.json()).toMatchObject({
      payments: [
        {
          reference: 'p1',
          status: 'VOIDED',
          amount: 1999,
          last4: '4242',
          voidedAtMs: expect.any(Number),
        },
        { reference: 'p2', status: 'DECLINED', reason: 'CARD_DECLINED', voidedAtMs: null },
        { reference: 'p3', status: 'VOIDED', chargedAtMs: null },
      ],
    })
  })

  it('says that it is ready', async () => {
    const { server } = await start()
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    expect((await fetch(`${server.url}/livez`)).status).toBe(200)
  })
})
