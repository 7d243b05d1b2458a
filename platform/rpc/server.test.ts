import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { service as health } from 'grpc-health-check'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { authMetadata, rpcKey } from './authentication.ts'
import { errorFromStatus } from './errors.ts'
import type { RpcServer } from './server.ts'
import { echoDefinition, SECRET, type Say, startEcho } from './testing/echo.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function start(say: Say): Promise<{ server: RpcServer; client: Client }> {
  const server = await startEcho(say)
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure())
  closing.push(
    () => server.close(50),
    () => client.close(),
  )
  return { server, client }
}

type AnyMethod = (typeof echoDefinition)['Say']

function call(client: Client, method: AnyMethod, request: object, metadata: Metadata) {
  return new Promise<unknown>((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize as (value: object) => Buffer,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: Date.now() + 5_000 },
      (error, reply) => (error === null ? resolve(reply) : reject(error)),
    )
  })
}

const { Say: say, Chat: chat } = echoDefinition
const signed = (path = say.path, nowUnixMs = Date.now(), secret = SECRET): Metadata =>
  authMetadata(rpcKey(secret), path, nowUnixMs)
const repeat: Say = async (request) => ({ text: request.text })

describe('authentication', () => {
  it('lets in who knows the secret', async () => {
    const { client } = await start(repeat)
    expect(await call(client, say, { text: 'hi' }, signed())).toEqual({
      text: 'hi',
      heardBy: '',
      tags: [],
    })
  })

  it.each([
    ['nothing', () => new Metadata()],
    ['another secret', () => signed(say.path, Date.now(), 'some other secret!')],
    ['a signature for another method', () => signed(chat.path)],
    ['an old signature', () => signed(say.path, Date.now() - 61_000)],
    ['a signature from the future', () => signed(say.path, Date.now() + 61_000)],
  ])('refuses who shows %s', async (_, metadata) => {
    let reached = false
    const { client } = await start(async () => {
      reached = true
      return {}
    })
    await expect(call(client, say, {}, metadata())).rejects.toMatchObject({
      code: status.UNAUTHENTICATED,
    })
    expect(reached).toBe(false)
  })

  it('covers streams', async () => {
    const { client } = await start(repeat)
    const open = (metadata: Metadata) =>
      client.makeBidiStreamRequest(
        chat.path,
        chat.requestSerialize,
        chat.responseDeserialize,
        metadata,
      )
    const refused = open(new Metadata())
    refused.write({ text: 'a' })
    const error = await new Promise<ServiceError>((resolve) => refused.on('error', resolve))
    expect(error.code).toBe(status.UNAUTHENTICATED)

    const admitted = open(signed(chat.path))
    const heard = new Promise((resolve) => admitted.on('data', resolve))
    admitted.write({ text: 'b' })
    expect(await heard).toMatchObject({ text: 'b' })
    admitted.end()
  })
})

describe('health', () => {
  it('is open to all and says what it was told', async () => {
    const { server, client } = await start(repeat)
    const check = health.Check as unknown as AnyMethod
    const ask = () => call(client, check, { service: 'agora.echo.v1.Echo' }, new Metadata())
    expect(await ask()).toMatchObject({ status: 'NOT_SERVING' })
    server.setServing(true)
    expect(await ask()).toMatchObject({ status: 'SERVING' })
  })
})

describe('unary', () => {
  it('carries an AppError across, whole', async () => {
    const { client } = await start(async () => {
      throw new AppError('OUT_OF_STOCK', {
        message: 'Only 2 of “Tee ☕” are left',
        definite: true,
        fields: [{ path: 'quantity', message: 'too many' }],
        details: { lines: [{ itemId: '3-1', available: 2 }] },
      })
    })
    const error = await call(client, say, {}, signed()).catch((e: ServiceError) => e)
    expect((error as ServiceError).code).toBe(status.FAILED_PRECONDITION)
    expect(errorFromStatus(error as ServiceError)).toMatchObject({
      code: 'OUT_OF_STOCK',
      message: 'Only 2 of “Tee ☕” are left',
      definite: true,
      fields: [{ path: 'quantity', message: 'too many' }],
      details: { lines: [{ itemId: '3-1', available: 2 }] },
    })
  })

  it('makes a bug an indefinite INTERNAL without its text', async () => {
    const { client } = await start(() => {
      throw new TypeError('password is hunter2')
    })
    const error = (await call(client, say, {}, signed()).catch((e) => e)) as ServiceError
    expect(error.code).toBe(status.INTERNAL)
    expect(error.details).not.toContain('hunter2')
    expect(errorFromStatus(error)).toMatchObject({ code: 'INTERNAL', definite: false })
  })

  it('drops details that are too big to travel, not the error', async () => {
    const { client } = await start(async () => {
      throw new AppError('PRICE_CHANGED', { definite: true, details: { big: 'x'.repeat(50_000) } })
    })
    const error = (await call(client, say, {}, signed()).catch((e) => e)) as ServiceError
    expect(errorFromStatus(error)).toMatchObject({ code: 'PRICE_CHANGED', definite: true })
  })

  it("hands over the caller's deadline", async () => {
    let left = 0
    const { client } = await start(async (_, { deadline }) => {
      left = deadline.atUnixMs - Date.now()
      return {}
    })
    await call(client, say, {}, signed())
    expect(left).toBeGreaterThan(3_000)
    expect(left).toBeLessThanOrEqual(5_050)
  })
})

it('names the address that is taken', async () => {
  const { server } = await start(repeat)
  await expect(startEcho(repeat, server.port)).rejects.toThrow(`127.0.0.1:${server.port}`)
})
