import { createServer } from 'node:net'
import { Client, credentials, type MethodDefinition } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { rpcKey } from './authentication.ts'
import { CallStream } from './call-stream.ts'
import { MESSAGE_MAX_BYTES } from './channel.ts'
import type { RpcServer } from './server.ts'
import { echoDefinition, SECRET, type Say, startEcho } from './testing/echo.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function serve(say: Say, port = 0): Promise<RpcServer> {
  const server = await startEcho(say, port)
  closing.push(() => server.close(20))
  return server
}

function connect(port: number) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.initial_reconnect_backoff_ms': 20,
    'grpc.max_reconnect_backoff_ms': 20,
  })
  const stream = new CallStream(client, rpcKey(SECRET))
  closing.push(() => {
    stream.close()
    client.close()
  })
  const say = (text: string, withinMs = 5_000, method: object = echoDefinition.Say) =>
    stream.call(
      method as MethodDefinition<unknown, unknown>,
      { text },
      { atUnixMs: Date.now() + withinMs, requestId: 'req-1' },
    )
  return { stream, say }
}

/** Answers a text when it is told to. */
function waitingRoom() {
  const doors = new Map<string, () => void>()
  const say: Say = ({ text }) =>
    new Promise((resolve) => doors.set(text, () => resolve({ heardBy: text })))
  const arrived = (text: string) => expect.poll(() => doors.has(text)).toBe(true)
  return { say, arrived, answer: (text: string) => doors.get(text)?.() }
}

const reply = (heardBy: string) => ({ kind: 'reply', reply: { heardBy } })

describe('calls of one stream', () => {
  it('are under way side by side, and each gets its own answer', async () => {
    const room = waitingRoom()
    const { say } = connect((await serve(room.say)).port)
    const [first, second] = [say('first'), say('second')]
    await Promise.all([room.arrived('first'), room.arrived('second')])
    room.answer('second')
    expect(await second).toMatchObject(reply('second'))
    room.answer('first')
    expect(await first).toMatchObject(reply('first'))
  })

  it("carry the request's id, and what is left of the time", async () => {
    const server = await serve(async (_, { deadline }) => ({
      text: deadline.requestId,
      heardBy: String(deadline.atUnixMs - Date.now()),
    }))
    const outcome = await connect(server.port).say('', 2_000)
    if (outcome.kind !== 'reply') throw new Error(outcome.kind)
    const { text, heardBy } = outcome.reply as { text: string; heardBy: string }
    expect(text).toBe('req-1')
    expect(Number(heardBy)).toBeGreaterThan(1_000)
    expect(Number(heardBy)).toBeLessThanOrEqual(2_000)
  })

  it('are refused in the words of the service, whole', async () => {
    const said = new AppError('OUT_OF_STOCK', {
      message: 'Only 2 of “Tee ☕” are left',
      details: { lines: [{ itemId: '3-1', available: 2 }] },
    })
    const { say } = connect((await serve(() => Promise.reject(said))).port)
    const { code, message, definite, details } = said
    expect(await say('')).toMatchObject({
      kind: 'refused',
      error: { code, message, definite, details },
    })
  })

  it('fail alone: one that nobody serves, a reply or a request beyond the limit', async () => {
    const server = await serve(async ({ text }) => ({
      heardBy: text === 'much' ? 'x'.repeat(MESSAGE_MAX_BYTES) : text,
    }))
    const { say } = connect(server.port)
    const nobodys = { ...echoDefinition.Say, path: '/agora.echo.v1.Echo/Sing' }
    const [unknown, large, huge, fine] = await Promise.all([
      say('a', 5_000, nobodys),
      say('much'),
      say('x'.repeat(MESSAGE_MAX_BYTES)),
      say('fine'),
    ])
    expect(unknown).toMatchObject({
      kind: 'refused',
      error: { code: 'UNAVAILABLE', definite: true },
    })
    expect(large).toMatchObject({ kind: 'refused', error: { code: 'BODY_TOO_LARGE' } })
    expect(huge).toMatchObject({ kind: 'failed', error: { code: 'BODY_TOO_LARGE' } })
    expect(fine).toMatchObject(reply('fine'))
  })
})

describe('a stream', () => {
  it('answers what is under way when its replica stops, refuses the rest, and is opened again', async () => {
    const room = waitingRoom()
    const server = await serve(room.say)
    const { say } = connect(server.port)
    const underWay = say('under way')
    await room.arrived('under way')
    const closed = server.close(5_000)
    expect(await say('late comer')).toMatchObject({
      kind: 'refused',
      error: { code: 'UNAVAILABLE', definite: true },
    })
    room.answer('under way')
    expect(await underWay).toMatchObject(reply('under way'))
    const answeredAtMs = performance.now()
    await closed
    // In order, long before the time for it is up.
    expect(performance.now() - answeredAtMs).toBeLessThan(2_000)
    await serve(async ({ text }) => ({ heardBy: text }), server.port)
    await expect.poll(() => say('again'), { timeout: 5_000 }).toMatchObject(reply('again'))
  })

  it('that breaks fails what is under way: nobody knows whether it happened', async () => {
    const room = waitingRoom()
    const server = await serve(room.say)
    const { say } = connect(server.port)
    const underWay = say('under way')
    await room.arrived('under way')
    await server.close(0)
    const outcome = await underWay
    if (outcome.kind !== 'lost') throw new Error(outcome.kind)
    expect(outcome.error).toMatchObject({ code: 'UNAVAILABLE', definite: false })
  })

  it('that could not be opened has carried nothing', async () => {
    const server = await serve(async () => ({}))
    await server.close(0)
    const outcome = await connect(server.port).say('')
    if (outcome.kind !== 'lost') throw new Error(outcome.kind)
    expect(outcome.error).toMatchObject({ code: 'UNAVAILABLE', definite: true })
  })

  it('goes on after an answer that came too late', async () => {
    const room = waitingRoom()
    const { say } = connect((await serve(room.say)).port)
    expect(await say('slow', 50)).toEqual({ kind: 'late' })
    await room.arrived('slow')
    room.answer('slow')
    const next = say('next')
    await room.arrived('next')
    room.answer('next')
    expect(await next).toMatchObject(reply('next'))
  })

  it('on which nothing is heard is given up, one that lives is not', async () => {
    const hanging = createServer((socket) => socket.on('error', () => {}).resume())
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
    closing.push(() => void hanging.close())
    const silent = connect((hanging.address() as { port: number }).port)
    const unheard = silent.say('')
    silent.stream.giveUpIfSilent(performance.now())
    expect(await unheard).toEqual({ kind: 'late' })

    const room = waitingRoom()
    const living = connect((await serve(room.say)).port)
    const startedAtMs = performance.now()
    const [slow, fast] = [living.say('slow'), living.say('fast')]
    await Promise.all([room.arrived('slow'), room.arrived('fast')])
    room.answer('fast')
    await fast
    living.stream.giveUpIfSilent(startedAtMs)
    room.answer('slow')
    expect(await slow).toMatchObject(reply('slow'))
  })
})
