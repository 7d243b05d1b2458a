import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import type { Random } from '../../common/random.ts'
import { createReplicaClient } from './replica-client.ts'
import type { RpcServer } from './server.ts'
import {
  type EchoDefinition,
  echoDefinition,
  SECRET,
  type Say,
  silent,
  startEcho,
} from './testing/echo.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(say: Say, port = 0): Promise<RpcServer> {
  const server = await startEcho(say, port)
  server.setServing(true)
  closing.push(() => server.close(20))
  return server
}

/** The home is always the first replica; after that, too, the first of several. */
const first: Random = { next: () => 0, integer: (min) => min }

function connect(
  ports: readonly number[],
  options: { secret?: string; attemptTimeoutMs?: number } = {},
) {
  const client = createReplicaClient<EchoDefinition>({
    members: ports.map((port) => ({ host: '127.0.0.1', port })),
    serviceDefinition: echoDefinition,
    secret: SECRET,
    logger: silent,
    probeIntervalMs: 20,
    random: first,
    ...options,
  })
  closing.push(() => client.close())
  return client
}

const within = (ms: number) => ({ deadline: { atUnixMs: Date.now() + ms }, idempotent: true })
const heardBy =
  (name: string): Say =>
  async () => ({ heardBy: name })

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = await startEcho(heardBy('nobody'))
  await server.close(0)
  return server.port
}

/** Takes connections and says nothing, like a stopped process. */
async function hangingPort(): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => sockets.add(socket.on('error', () => {}).resume()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as { port: number }).port
}

describe('one replica after the other', () => {
  it('goes on at once when nobody listens', async () => {
    const alive = await serve(heardBy('b'))
    const client = connect([await freePort(), alive.port])
    const startedAt = Date.now()
    expect(await client.call('Say', {}, within(5_000))).toMatchObject({ heardBy: 'b' })
    expect(Date.now() - startedAt).toBeLessThan(1_000)
  })

  it('goes on when one hangs, and leaves it alone from then on', async () => {
    const alive = await serve(heardBy('b'))
    const client = connect([await hangingPort(), alive.port], { attemptTimeoutMs: 300 })
    expect(await client.call('Say', {}, within(5_000))).toMatchObject({ heardBy: 'b' })
    const startedAt = Date.now()
    expect(await client.call('Say', {}, within(5_000))).toMatchObject({ heardBy: 'b' })
    expect(Date.now() - startedAt).toBeLessThan(250)
  })

  it.each(['UNAVAILABLE', 'OVERLOADED', 'DEADLINE_EXCEEDED', 'REQUEST_TOO_OLD'] as const)(
    'goes on after %s with the same request',
    async (code) => {
      const seen: string[] = []
      const busy = await serve(async (request) => {
        seen.push(request.text)
        throw new AppError(code, { definite: code !== 'DEADLINE_EXCEEDED' })
      })
      const alive = await serve(async (request) => {
        seen.push(request.text)
        return { heardBy: 'b' }
      })
      const client = connect([busy.port, alive.port])
      const reply = await client.call('Say', { text: 'same' }, within(5_000))
      expect(reply).toMatchObject({ heardBy: 'b' })
      expect(seen).toEqual(['same', 'same'])
    },
  )

  it('tells nobody that a copy came too late, when every one does', async () => {
    const late = await serve(() => Promise.reject(new AppError('REQUEST_TOO_OLD')))
    const call = connect([late.port]).call('Say', {}, within(300))
    await expect(call).rejects.toMatchObject({ code: 'UNAVAILABLE', definite: true })
  })

  it('tells what a replica said rather than that another one is not there', async () => {
    const message = 'Member 4 has not been heard for 2 s'
    const refusing = await serve(async () => {
      throw new AppError('UNAVAILABLE', { definite: true, message })
    })
    const client = connect([await freePort(), refusing.port, await freePort()])
    for (let count = 0; count < 5; count += 1) {
      await expect(client.call('Say', {}, within(250))).rejects.toMatchObject({ message })
    }
  })

  it('asks one that is outside its group once, and leaves it alone while it serves nobody', async () => {
    let asked = 0
    const outsider = await serve(async () => {
      asked += 1
      throw new AppError('UNAVAILABLE', { message: 'member 3 has an empty disk' })
    })
    outsider.setServing(false)
    const member = await serve(heardBy('a member'))
    const client = connect([outsider.port, member.port])
    const startedAtMs = performance.now()
    for (let call = 0; call < 20; call += 1) {
      const { heardBy } = await client.call('Say', { text: 'hello' }, within(2_000))
      expect(heardBy).toBe('a member')
    }
    expect(performance.now() - startedAtMs).toBeLessThan(1_000)
    // By now it has been probed several times.
    await new Promise((resolve) => setTimeout(resolve, 100))
    await client.call('Say', { text: 'hello' }, within(2_000))
    expect(asked).toBe(1)
  })

  it('stays with one replica while it is well, and returns to it', async () => {
    const home = await serve(heardBy('a'))
    const other = await serve(heardBy('b'))
    const client = connect([home.port, other.port])
    const ask = async () => (await client.call('Say', {}, within(5_000))).heardBy
    expect([await ask(), await ask(), await ask()]).toEqual(['a', 'a', 'a'])
    await home.close(0)
    expect([await ask(), await ask()]).toEqual(['b', 'b'])
    await serve(heardBy('a'), home.port)
    await expect.poll(ask, { timeout: 5_000 }).toBe('a')
  })

  it('starts at any of them', async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => serve(heardBy(name))))
    const homes = new Set<string>()
    for (let seed = 0; seed < 40; seed += 1) {
      const client = createReplicaClient<EchoDefinition>({
        members: servers.map(({ port }) => ({ host: '127.0.0.1', port })),
        serviceDefinition: echoDefinition,
        secret: SECRET,
        logger: silent,
      })
      homes.add((await client.call('Say', {}, within(5_000))).heardBy)
      client.close()
    }
    expect([...homes].sort()).toEqual(['a', 'b', 'c'])
  })
})

describe('giving up', () => {
  it('hands a business outcome to the caller without asking others', async () => {
    let calls = 0
    const refusing: Say = async () => {
      calls += 1
      throw new AppError('USERNAME_TAKEN')
    }
    const servers = [await serve(refusing), await serve(refusing)]
    const client = connect(servers.map(({ port }) => port))
    await expect(client.call('Say', {}, within(5_000))).rejects.toMatchObject({
      code: 'USERNAME_TAKEN',
      definite: true,
    })
    expect(calls).toBe(1)
  })

  it('is definite when no attempt can have had an effect', async () => {
    const client = connect([await freePort(), await freePort()])
    await expect(client.call('Say', {}, within(400))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      definite: true,
    })
  })

  it('is indefinite when one attempt may have', async () => {
    let calls = 0
    const server = await serve(async () => {
      calls += 1
      throw new AppError('UNAVAILABLE', { definite: calls !== 1 })
    })
    const client = connect([server.port])
    await expect(client.call('Say', {}, within(400))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      definite: false,
    })
    expect(calls).toBeGreaterThan(2)
    expect(calls).toBeLessThan(30)
  })

  it('does not repeat what may have happened and must not happen twice', async () => {
    let calls = 0
    const server = await serve(async () => {
      calls += 1
      throw new AppError('UNAVAILABLE', { definite: false })
    })
    const client = connect([server.port])
    const once = { ...within(2_000), idempotent: false }
    await expect(client.call('Say', {}, once)).rejects.toMatchObject({ definite: false })
    expect(calls).toBe(1)
  })

  it('keeps to the deadline when every replica hangs', async () => {
    const client = connect([await hangingPort(), await hangingPort()])
    const startedAt = Date.now()
    await expect(client.call('Say', {}, within(500))).rejects.toMatchObject({ definite: false })
    expect(Date.now() - startedAt).toBeLessThan(1_500)
  })

  it('tells all that waited for replicas that hang the same, whenever they came', async () => {
    const hanging = await serve(() => new Promise(() => {}))
    const client = connect([hanging.port, hanging.port], { attemptTimeoutMs: 100 })
    const calls = Array.from({ length: 100 }, async (_, n) => {
      await sleep(3 * n)
      return client
        .call('Say', {}, within(200))
        .catch(({ code, definite }) => `${code} ${definite}`)
    })
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['DEADLINE_EXCEEDED false']))
  })

  it('says that the secret is wrong', async () => {
    const server = await serve(heardBy('a'))
    const client = connect([server.port], { secret: 'another secret altogether' })
    await expect(client.call('Say', {}, within(300))).rejects.toThrow(/CLUSTER_SECRET/)
  })
})

it("carries the request's id along", async () => {
  const server = await serve(async (_, { deadline }) => ({ text: deadline.requestId }))
  const client = connect([server.port])
  const { deadline, idempotent } = within(5_000)
  const known = { deadline: { ...deadline, requestId: 'req-1' }, idempotent }
  expect(await client.call('Say', {}, known)).toMatchObject({ text: 'req-1' })
  expect(await client.call('Say', {}, { deadline, idempotent })).toMatchObject({
    text: expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
})
