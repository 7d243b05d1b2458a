/**
 * One cluster with TLS everywhere and every line logged: who is not of the cluster gets nothing in;
 * one request can be followed through all processes; secrets are nowhere in logs, databases, files.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChannelCredentials, Client, credentials, Metadata } from '@grpc/grpc-js'
import axios from 'axios'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBuyerClient } from '../../buyer/api.ts'
import { isLuhn } from '../../buyer/payment-card.ts'
import { authMetadata, rpcKey } from '../../platform/rpc/authentication.ts'
import type { AccountClient } from '../../shop/account-client.ts'
import { createApiClient } from '../../shop/http-client.ts'
import { createSellerClient } from '../../seller/api.ts'
import { makeCertificates } from '../certificates.ts'
import { startCluster, type TestCluster } from './cluster.ts'
import { filesHolding, rowsHolding } from './leaks.ts'
import { goodCard, lamp, uniqueName } from './people.ts'
import { methodPaths } from './rpc-methods.ts'

let folder: string
let cluster: TestCluster
const certificates = () => makeCertificates(join(folder, 'ours'))
let ca: Buffer
let ourClient: ChannelCredentials

/** Sixteen digits that nobody used before, with the right check digit. */
function freshCardNumber(): string {
  const body = `4539${String(randomInt(10 ** 11)).padStart(11, '0')}`
  const digit = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].find((last) => isLuhn(`${body}${last}`))
  return `${body}${digit}`
}

const secrets = {
  password: `pass ${randomUUID()}`,
  card: freshCardNumber(),
  badCard: freshCardNumber(),
  tokens: [] as string[],
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'agora-tls-'))
  const { caPath, certPath, keyPath } = certificates()
  ca = readFileSync(caPath)
  ourClient = credentials.createSsl(ca, readFileSync(keyPath), readFileSync(certPath))
  cluster = await startCluster({
    basePort: 29_500,
    environment: {
      TLS_CA: caPath,
      TLS_CERT: certPath,
      TLS_KEY: keyPath,
      LOG_LEVEL: 'debug',
      PAYMENT_APPROVAL_RATE: '1',
    },
  })
})
afterAll(async () => {
  await cluster?.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** An account of its own, logged in. */
async function withAccount<Role extends AccountClient<unknown>>(client: Role): Promise<Role> {
  const username = uniqueName('u')
  await client.createAccount({ username, password: secrets.password })
  await client.login({ username, password: secrets.password })
  secrets.tokens.push(client.token ?? '')
  return client
}

describe('with TLS', () => {
  it('a purchase works, and is one request in the log of every process it went through', async () => {
    const { sellers, buyers } = cluster.report
    expect([...sellers, ...buyers].every((url) => url.startsWith('https://'))).toBe(true)
    const seller = await withAccount(createSellerClient({ servers: sellers, ca }))
    const { item } = await seller.createItem(lamp)
    const buyer = await withAccount(createBuyerClient({ servers: buyers, ca }))
    await buyer.addToCart(item.id, 1)

    const requestId = `follow-${randomUUID()}`
    const api = createApiClient({ servers: buyers, ca, token: buyer.token })
    const { body } = await api.request<{ state: string }>({
      method: 'post',
      path: '/v1/purchases',
      body: { card: { ...goodCard, number: secrets.card } },
      headers: { 'X-Request-Id': requestId },
    })
    expect(body.state).toBe('completed')
    const groups = new Set<string>()
    for (const { name, group } of cluster.processes()) {
      const log = readFileSync(cluster.directory.logPath(name), 'utf8')
      const lines = log.split('\n').filter((line) => line.includes(requestId))
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ name, requestId })
      if (lines.length > 0) groups.add(group)
    }
    expect([...groups].sort()).toEqual(['buyers', 'customers', 'payment', 'products'])
  })

  it('nobody is served without it, or trusted under another authority', async () => {
    const others = makeCertificates(join(folder, 'theirs'))
    for (const url of [cluster.report.sellers[0], cluster.report.payment]) {
      const livez = new URL('/livez', url)
      await expect(axios.get(livez.href)).rejects.toMatchObject({
        message: expect.stringMatching(/certificate/),
      })
      livez.protocol = 'http:'
      await expect(axios.get(livez.href)).rejects.toThrow()
    }
    const theirCa = readFileSync(others.caPath)
    const client = createSellerClient({
      servers: cluster.report.sellers,
      ca: theirCa,
      giveUpAfterMs: 500,
    })
    await expect(client.rating()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

/** The code of a call that says nothing; the method may be unary or a stream. */
function codeOf(client: Client, path: string, metadata: Metadata): Promise<number> {
  const asIs = (bytes: Buffer) => bytes
  return new Promise((resolve) => {
    const options = { deadline: Date.now() + 5_000 }
    const call = client.makeBidiStreamRequest(path, asIs, asIs, metadata, options)
    call.on('data', () => undefined)
    call.on('error', () => undefined)
    call.on('status', ({ code }) => resolve(code))
    call.end()
  })
}

describe('a call from outside', () => {
  const UNAVAILABLE = 14
  const UNAUTHENTICATED = 16

  it('does not get in without a certificate of ours, whatever it knows', async () => {
    const theirs = makeCertificates(join(folder, 'callers'))
    const [key, cert] = [readFileSync(theirs.keyPath), readFileSync(theirs.certPath)]
    const path = '/agora.customers.v1.Customers/GetStatus'
    const signed = () => authMetadata(rpcKey(cluster.directory.secret()), path)
    const outcomes = [
      credentials.createInsecure(),
      credentials.createSsl(ca),
      credentials.createSsl(ca, key, cert),
    ].map(async (shown) => {
      const client = new Client(cluster.report.customers[0] ?? '', shown)
      const code = await codeOf(client, path, signed())
      client.close()
      return code
    })
    expect(await Promise.all(outcomes)).toEqual([UNAVAILABLE, UNAVAILABLE, UNAVAILABLE])
    const ours = new Client(cluster.report.customers[0] ?? '', ourClient)
    expect(await codeOf(ours, path, signed())).not.toBe(UNAUTHENTICATED)
    ours.close()
  })

  it('does not get into any method of any service without the secret', async () => {
    for (const group of ['customers', 'products'] as const) {
      const methods = methodPaths(group)
      expect(methods.length).toBeGreaterThan(15)
      const client = new Client(cluster.report[group][0] ?? '', ourClient)
      const codes = methods.flatMap((path) =>
        [new Metadata(), authMetadata(rpcKey('the secret of somebody else'), path)].map(
          async (metadata) => `${path} ${await codeOf(client, path, metadata)}`,
        ),
      )
      const refused = methods.flatMap((path) => Array(2).fill(`${path} ${UNAUTHENTICATED}`))
      expect(await Promise.all(codes)).toEqual(refused)
      client.close()
    }
  })
})

describe('secrets', () => {
  it('sent in every way that is refused are repeated by no answer', async () => {
    const { badCard } = secrets
    const buyer = await withAccount(createBuyerClient({ servers: cluster.report.buyers, ca }))
    const httpsAgent = new Agent({ ca })
    const post = (body: string) =>
      axios.post(`${cluster.report.buyers[0]}/v1/purchases`, body, {
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${buyer.token}` },
        httpsAgent,
        transformRequest: [(data: unknown) => data],
        validateStatus: () => true,
      })
    const bodies = [
      JSON.stringify({ card: { ...goodCard, number: `${badCard.slice(0, -1)}x` } }),
      JSON.stringify({ card: { ...goodCard, number: badCard, expiration: '01/20' } }),
      JSON.stringify({ card: { ...goodCard, number: Number(badCard) } }),
      JSON.stringify({ card: badCard }),
      JSON.stringify({
        number: badCard,
        card: { ...goodCard, number: badCard, securityCode: badCard },
      }),
      `{"card": {"number": "${badCard}"`,
      JSON.stringify({ card: { ...goodCard, number: badCard } }),
    ]
    for (const body of bodies) {
      const answer = await post(body)
      expect(answer.status).toBeGreaterThanOrEqual(400)
      expect(answer.status).toBeLessThan(500)
      expect(JSON.stringify(answer.data)).not.toContain(badCard)
    }
  })

  it('are in no log, no database and no file of the cluster', async () => {
    const { card, badCard, password, tokens } = secrets
    const needles = [card, badCard, password, ...tokens]
    expect(tokens.length).toBe(3)
    const rows = await Promise.all(
      cluster
        .processes()
        .filter(({ group }) => group === 'customers' || group === 'products')
        .map(({ name }) => rowsHolding(cluster.report.dataDir, name, needles)),
    )
    expect(rows.flat()).toEqual([])
    // The search finds what is there: the purchase keeps the last four digits.
    const last4 = await rowsHolding(cluster.report.dataDir, 'customers-0', [card.slice(-4)])
    expect(last4.length).toBeGreaterThan(0)
    await cluster.stop()
    expect(filesHolding(cluster.report.dataDir, needles)).toEqual([])
    expect(
      filesHolding(cluster.report.dataDir, [cluster.report.sellers[0] ?? '']).length,
    ).toBeGreaterThan(0)
  })
})
