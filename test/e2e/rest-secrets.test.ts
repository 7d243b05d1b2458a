/**
 * One cluster with TLS everywhere and every line logged: who is not of the cluster gets nothing in;
 * one request can be followed through all processes; secrets are nowhere in logs, databases, files.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
import { dumpThroughSql } from './dump.ts'
import { anywhere, asWholeValue, filesHolding } from './leaks.ts'
import { goodCard, lamp, uniqueName } from './people.ts'
import { linesAboutCalls, readLogs } from './request-lines.ts'
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
  /** Never anybody's: of logins that fail, and of accounts that are refused. */
  badPassword: `guess ${randomUUID()}`,
  card: freshCardNumber(),
  badCard: freshCardNumber(),
  /** Four digits, as some cards have them; looked for as a value, not as digits among others. */
  securityCode: String(randomInt(1_000, 10_000)),
  expiration: `${randomInt(10, 13)}/${randomInt(40, 60)}`,
  apiKey: `key-${randomUUID()}`,
  tokens: [] as string[],
}
const ownCard = {
  ...goodCard,
  number: secrets.card,
  expiration: secrets.expiration,
  securityCode: secrets.securityCode,
}
const username = uniqueName('whose')

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
      PAYMENT_API_KEY: secrets.apiKey,
    },
  })
})
afterAll(async () => {
  await cluster?.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** An account of its own, logged in. */
async function withAccount<Role extends AccountClient<unknown>>(
  client: Role,
  username = uniqueName('u'),
): Promise<Role> {
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
    const buyer = await withAccount(createBuyerClient({ servers: buyers, ca }), username)
    await buyer.addToCart(item.id, 1)

    const requestId = `follow-${randomUUID()}`
    const api = createApiClient({ servers: buyers, ca, token: buyer.token })
    const { body } = await api.request<{ state: string }>({
      method: 'post',
      path: '/v1/purchases',
      body: { card: ownCard },
      headers: { 'X-Request-Id': requestId },
    })
    expect(body.state).toBe('completed')
    const groups = readLogs(cluster).flatMap(({ group, lines }) =>
      lines.some((line) => line.requestId === requestId) ? [group] : [],
    )
    expect([...new Set(groups)].sort()).toEqual(['buyers', 'customers', 'payment', 'products'])
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
    const { badCard, badPassword, securityCode, expiration } = secrets
    const buyer = await withAccount(createBuyerClient({ servers: cluster.report.buyers, ca }))
    const httpsAgent = new Agent({ ca })
    const post = (path: string, body: string) =>
      axios.post(`${cluster.report.buyers[0]}${path}`, body, {
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${buyer.token}` },
        httpsAgent,
        transformRequest: [(data: unknown) => data],
        validateStatus: () => true,
      })
    const badOne = { ...ownCard, number: badCard }
    const cards = [
      JSON.stringify({ card: { ...badOne, number: `${badCard.slice(0, -1)}x` } }),
      JSON.stringify({ card: { ...badOne, expiration: '01/20' } }),
      JSON.stringify({ card: { ...badOne, number: Number(badCard) } }),
      JSON.stringify({ card: { ...badOne, expiration: Number(securityCode) } }),
      JSON.stringify({ card: badCard }),
      JSON.stringify({ number: badCard, card: { ...badOne, securityCode: badCard } }),
      `{"card": {"number": "${badCard}"`,
      // Nothing is wrong with it; the cart is empty.
      JSON.stringify({ card: badOne }),
    ]
    const password = badPassword
    const passwords = [
      JSON.stringify({ username, password }),
      JSON.stringify({ username: password, password }),
      JSON.stringify({ username, password: { password } }),
      JSON.stringify({ username, [password]: password, password }),
      `{"username": "${username}", "password": "${password}`,
    ]
    const attempts = [
      ...cards.map((body) => ['/v1/purchases', body] as const),
      ...passwords.map((body) => ['/v1/sessions', body] as const),
      ...passwords.map((body) => ['/v1/accounts', body] as const),
    ]
    for (const [path, body] of attempts) {
      const answer = await post(path, body)
      expect([path, body, answer.status >= 400 && answer.status < 500]).toEqual([path, body, true])
      const text = JSON.stringify(answer.data)
      for (const secret of [badCard, ...asWholeValue(securityCode), ...asWholeValue(expiration)]) {
        expect(text).not.toContain(secret)
      }
    }
  })

  it('are in no log, no database, no dump and no file of the cluster', async () => {
    const { securityCode, expiration, tokens, ...unmistakable } = secrets
    expect(tokens.length).toBe(3)
    const { badCard, badPassword, card, password, apiKey } = unmistakable
    const texts = [
      ...[badCard, badPassword, card, password, apiKey, ...tokens].flatMap(anywhere),
      ...[securityCode, expiration].flatMap(asWholeValue),
    ]
    const { dataDir } = cluster.report
    const databases = cluster
      .processes()
      .filter(({ group }) => group === 'customers' || group === 'products')
    const dumps = join(folder, 'dumps')
    mkdirSync(dumps)
    for (const { name } of databases) {
      writeFileSync(join(dumps, `${name}.sql`), await dumpThroughSql(dataDir, name))
    }
    await cluster.stop()
    expect(filesHolding(dumps, texts)).toEqual([])
    expect(filesHolding(dataDir, texts)).toEqual([])

    // The search finds what is there, in clear, in the bytes of the log, and as a whole value.
    const [inClear = '', inBytes = ''] = anywhere(username)
    const customers = join(dumps, 'customers-')
    for (const text of [inClear, inBytes, ...asWholeValue(card.slice(-4)).slice(-1)]) {
      const found = filesHolding(dumps, [text]).filter((path) => path.startsWith(customers))
      expect([text, found.length]).toEqual([text, 5])
    }
    expect(filesHolding(join(dataDir, 'logs'), ['"msg":"request"']).length).toBeGreaterThan(5)
    // The one place where the cluster's secret is.
    const secret = cluster.directory.secret()
    expect(filesHolding(folder, anywhere(secret))).toEqual([])
    expect(filesHolding(dataDir, anywhere(secret))).toEqual([join(dataDir, 'cluster-secret')])
  })

  it('and nothing about a call is told without its request', () => {
    const { count, withoutId } = linesAboutCalls(readLogs(cluster))
    expect(withoutId).toEqual([])
    expect(count).toBeGreaterThan(100)
  })
})
