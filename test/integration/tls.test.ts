/** TLS with real certificates, socket by socket: REST, gRPC on both sides, SOAP. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import axios from 'axios'
import express from 'express'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPaymentApp } from '../../payment-soap/app.ts'
import { createPaymentClient } from '../../payment-soap/client.ts'
import { Payments } from '../../payment-soap/payments.ts'
import type { TlsFiles } from '../../platform/config.ts'
import { listenHttp } from '../../platform/http/listen.ts'
import { createMetrics } from '../../platform/metrics.ts'
import { authMetadata, rpcKey } from '../../platform/rpc/authentication.ts'
import { clientOptions } from '../../platform/rpc/channel.ts'
import { createRequestLog } from '../../platform/request-log.ts'
import { createReplicaClient } from '../../platform/rpc/replica-client.ts'
import { startGrpcServer } from '../../platform/rpc/server.ts'
import {
  type EchoDefinition,
  echoDefinition,
  SECRET,
  silent,
} from '../../platform/rpc/testing/echo.ts'
import { unary } from '../../platform/rpc/unary.ts'
import { createApiClient } from '../../shop/http-client.ts'
import { makeCertificates } from '../certificates.ts'

let folder: string
let ours: TlsFiles
let theirs: TlsFiles
const closing: (() => Promise<void> | void)[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-tls-'))
  ours = makeCertificates(join(folder, 'ours'))
  theirs = makeCertificates(join(folder, 'theirs'))
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
  rmSync(folder, { recursive: true, force: true })
})

const here = { host: '127.0.0.1', port: 0 }

describe('REST', () => {
  it('is served to who trusts our authority, and not in the clear', async () => {
    const app = express()
    app.get('/', (_request, response) => void response.json({ fine: true }))
    const server = await listenHttp(app, { ...here, tls: ours })
    closing.push(() => server.close(0))
    expect(server.url).toMatch(/^https:/)
    const ask = (trusted: TlsFiles) =>
      createApiClient({
        servers: [server.url],
        ca: readFileSync(trusted.caPath),
        giveUpAfterMs: 200,
      }).request({ method: 'get', path: '/' })
    expect((await ask(ours)).body).toEqual({ fine: true })
    await expect(ask(theirs)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await expect(axios.get(server.url.replace('https', 'http'))).rejects.toThrow()
  })
})

describe('gRPC', () => {
  async function startServer(): Promise<number> {
    const implementation = {
      Say: unary(async () => ({ text: 'heard' }), { requestLog: createRequestLog(silent) }),
      Chat: () => undefined,
    }
    const server = await startGrpcServer({
      ...here,
      services: [{ definition: echoDefinition, implementation }],
      secret: SECRET,
      tls: ours,
      logger: silent,
    })
    closing.push(() => server.close(0))
    return server.port
  }

  it('takes a call from a process of the cluster', async () => {
    const port = await startServer()
    const client = createReplicaClient<EchoDefinition>({
      members: [{ host: '127.0.0.1', port }],
      serviceDefinition: echoDefinition,
      secret: SECRET,
      tls: ours,
      logger: silent,
    })
    closing.push(() => client.close())
    const deadline = { atUnixMs: Date.now() + 5_000 }
    const reply = await client.call('Say', {}, { deadline, idempotent: true })
    expect(reply.text).toBe('heard')
  })

  it('takes none without a certificate of our authority, the secret notwithstanding', async () => {
    const port = await startServer()
    const [ca, key, cert] = [ours.caPath, theirs.keyPath, theirs.certPath].map((path) =>
      readFileSync(path),
    )
    const shown = {
      'in the clear': credentials.createInsecure(),
      'without a certificate': credentials.createSsl(ca),
      'with another authority’s': credentials.createSsl(ca, key, cert),
    }
    const { Say } = echoDefinition
    for (const [how, channel] of Object.entries(shown)) {
      const client = new Client(`127.0.0.1:${port}`, channel, clientOptions)
      const error = await new Promise<ServiceError | null>((resolve) => {
        const metadata = authMetadata(rpcKey(SECRET), Say.path)
        const options = { deadline: Date.now() + 3_000 }
        client.makeUnaryRequest(
          Say.path,
          Say.requestSerialize,
          Say.responseDeserialize,
          {},
          metadata,
          options,
          (failure) => resolve(failure),
        )
      })
      client.close()
      expect([how, error?.code]).toEqual([how, 14])
    }
  })
})

describe('SOAP', () => {
  it('charges over TLS, and is not trusted under another authority', async () => {
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
    const app = await createPaymentApp({
      payments,
      url: 'https://127.0.0.1/payment',
      apiKey: undefined,
      logger: silent,
      metrics: createMetrics({ process: 'payment', defaults: false }),
    })
    const server = await listenHttp(app, { ...here, tls: ours })
    closing.push(
      () => payments.close(),
      () => server.close(0),
    )
    const pay = async ({ caPath }: TlsFiles) => {
      const url = `${server.url}/payment`
      const client = createPaymentClient({ url, timeoutMs: 3_000, caPath })
      closing.push(() => client.close())
      return await client.processPayment({
        reference: 'p1',
        card: { name: 'A', number: '4242424242424242', expiration: '12/39', securityCode: '123' },
        amount: { amount: 100, currency: 'USD' },
      })
    }
    expect(await pay(ours)).toMatchObject({ status: 'APPROVED' })
    await expect(pay(theirs)).rejects.toMatchObject({ code: 'PAYMENT_UNAVAILABLE' })
  })
})
