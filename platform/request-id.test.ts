/** One id for a request, in the answer and in the log of every process that worked for it. */
import type { Express } from 'express'
import { afterEach, expect, it } from 'vitest'
import type { HttpServer } from './http/listen.ts'
import { route } from './http/route.ts'
import { serveApp } from './http/testing.ts'
import { createLogger } from './log.ts'
import { createReplicaClient } from './rpc/replica-client.ts'
import {
  type EchoDefinition,
  echoDefinition,
  SECRET,
  silent,
  startEcho,
} from './rpc/testing/echo.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A REST server that asks a replica, which fails with a bug. */
async function start(replicaLines: string[]): Promise<HttpServer> {
  const stream = { write: (line: string) => replicaLines.push(line) }
  const logger = createLogger({ name: 'replica', level: 'info', stream })
  const replica = await startEcho(() => Promise.reject(new TypeError('a bug')), 0, logger)
  closing.push(() => replica.close(20))
  const client = createReplicaClient<EchoDefinition>({
    members: [{ host: '127.0.0.1', port: replica.port }],
    serviceDefinition: echoDefinition,
    secret: SECRET,
    logger: silent,
  })
  closing.push(() => client.close())
  const server = await serveApp((app: Express) => {
    app.get(
      '/',
      route({}, async ({ deadline }) => ({
        body: await client.call('Say', {}, { deadline, idempotent: true }),
      })),
    )
  })
  closing.push(() => server.close(0))
  return server
}

it.each([{ 'X-Request-Id': 'r-1' }, {}])(
  'crosses from REST over gRPC to the log: %o',
  async (headers) => {
    const lines: string[] = []
    const { url } = await start(lines)
    const response = await fetch(url, { headers: headers as Record<string, string> })
    const { requestId } = (await response.json()) as { requestId: string }
    expect(requestId).toBe(response.headers.get('x-request-id'))
    expect(requestId).toMatch('X-Request-Id' in headers ? /^r-1$/ : /^[0-9a-f-]{36}$/)
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { name: 'replica', requestId, err: { type: 'TypeError' } },
    ])
  },
)
