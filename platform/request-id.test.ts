/** One id for a request, in the answer and in every line that any process writes about it. */
import type { Express } from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../common/errors.ts'
import type { HttpServer } from './http/listen.ts'
import { route } from './http/route.ts'
import { serveApp } from './http/testing.ts'
import { createLogger, type LogLevel } from './log.ts'
import { createReplicaClient } from './rpc/replica-client.ts'
import { createRequestLog } from './request-log.ts'
import {
  type EchoDefinition,
  echoDefinition,
  SECRET,
  type Say,
  startEcho,
} from './rpc/testing/echo.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

type Line = { readonly name: string; readonly requestId?: string; readonly msg: string }

type World = {
  readonly server: HttpServer
  /** Of all processes, in the order in which they were written. */
  readonly lines: Line[]
}

type WorldOptions = {
  readonly say: Say
  readonly level?: LogLevel
  /** What the REST server shows to the replica. */
  readonly secret?: string
  /** The replica is gone by the time it is called. */
  readonly isGone?: boolean
}

/** A REST server that asks a replica; each logs as a process of its own. */
async function start({ say, level = 'info', secret = SECRET, isGone }: WorldOptions) {
  const lines: Line[] = []
  const stream = { write: (line: string) => lines.push(JSON.parse(line)) }
  const loggerOf = (name: string) => createLogger({ name, level, stream })
  const replica = await startEcho(say, 0, loggerOf('replica'))
  if (isGone) await replica.close(0)
  else closing.push(() => replica.close(20))
  const client = createReplicaClient<EchoDefinition>({
    members: [{ host: '127.0.0.1', port: replica.port }],
    serviceDefinition: echoDefinition,
    secret,
    logger: loggerOf('rest'),
  })
  closing.push(() => client.close())
  const ask = route({}, async ({ deadline }) => {
    const soon = { ...deadline, atUnixMs: Date.now() + 300 }
    return { body: await client.call('Say', {}, { deadline: soon, idempotent: true }) }
  })
  const addRoutes = (app: Express): void => {
    app.get('/', ask)
  }
  const server = await serveApp(addRoutes, { requestLog: createRequestLog(loggerOf('rest')) })
  closing.push(() => server.close(0))
  const world: World = { server, lines }
  return world
}

const bug: Say = () => Promise.reject(new TypeError('a bug'))
const told = (lines: readonly Line[]) => lines.map(({ name, msg }) => `${name}: ${msg}`)

it.each([{ 'X-Request-Id': 'r-1' }, {}])(
  'crosses from REST over gRPC to the log: %o',
  async (headers) => {
    const { server, lines } = await start({ say: bug })
    const response = await fetch(server.url, { headers: headers as Record<string, string> })
    const { requestId } = (await response.json()) as { requestId: string }
    expect(requestId).toBe(response.headers.get('x-request-id'))
    expect(requestId).toMatch('X-Request-Id' in headers ? /^r-1$/ : /^[0-9a-f-]{36}$/)
    expect(lines).toMatchObject([
      { name: 'replica', requestId, err: { type: 'TypeError' } },
      { name: 'rest', requestId, status: 500 },
    ])
  },
)

describe('every line about a request has its id', () => {
  const id = 'r-2'
  async function linesFor(options: WorldOptions): Promise<readonly Line[]> {
    const { server, lines } = await start(options)
    await (await fetch(server.url, { headers: { 'X-Request-Id': id } })).text()
    expect(lines.map(({ requestId }) => requestId)).toEqual(lines.map(() => id))
    return lines
  }

  it('when all is well, where every call is told', async () => {
    const say: Say = async () => ({ text: 'hi' })
    expect(told(await linesFor({ say, level: 'debug' }))).toEqual([
      'replica: call',
      'rest: request',
    ])
    expect(told(await linesFor({ say }))).toEqual([])
  })

  it('when the replica fails in a way that nobody foresaw', async () => {
    expect(told(await linesFor({ say: bug, level: 'warn' }))).toEqual([
      'replica: a bug: a call failed in a way that nobody foresaw',
    ])
  })

  it('when the replica cannot serve', async () => {
    const say: Say = () => Promise.reject(new AppError('UNAVAILABLE'))
    expect(told(await linesFor({ say }))).toEqual([
      'rest: going on with other replicas',
      'rest: request',
    ])
  })

  it('when the replica is gone', async () => {
    expect(told(await linesFor({ say: bug, isGone: true }))).toEqual([
      'rest: going on with other replicas',
      'rest: request',
    ])
  })

  it('when the replica refuses the call', async () => {
    expect(told(await linesFor({ say: bug, secret: 'another secret' }))).toEqual([
      'replica: a call was refused; further ones from there are not logged',
      'rest: going on with other replicas',
      'rest: request',
    ])
  })
})
