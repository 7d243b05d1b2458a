/** Assets, log, shutdown and keys: what every process is made of. */
import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { assetPath, packageRoot } from './assets.ts'
import { deriveKey, equalSecrets, signText } from './cluster-key.ts'
import { createLogger } from './log.ts'
import { createMetrics } from './metrics.ts'
import { onShutdown } from './shutdown.ts'

describe('assets', () => {
  it('lie in the package', () => {
    expect(existsSync(assetPath('payment-soap/payment.wsdl'))).toBe(true)
    expect(assetPath('a/b')).toBe(`${packageRoot}/a/b`)
  })

  it('never lie outside it', () => {
    expect(() => assetPath('../secret')).toThrow(/inside the package/)
  })
})

describe('the log', () => {
  function logged(write: (log: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
    let line = ''
    const stream = {
      write: (text: string) => {
        line += text
      },
    }
    write(createLogger({ name: 'seller-5000', level: 'info', stream }))
    return JSON.parse(line)
  }

  it('names the process, and the request where there is one', () => {
    const line = (requestId?: string) => logged((log) => log.info({ requestId }, 'hello'))
    expect(line('r-1')).toMatchObject({ name: 'seller-5000', requestId: 'r-1', msg: 'hello' })
    expect(line()).not.toHaveProperty('requestId')
  })

  it('takes out secrets, also inside', () => {
    const line = logged((log) =>
      log.info({
        password: 'hunter2',
        body: { card: { number: '4242' }, username: 'ada' },
        request: { headers: { authorization: 'Bearer abc' } },
      }),
    )
    expect(JSON.stringify(line)).not.toMatch(/hunter2|4242|abc/)
    expect(line).toMatchObject({ body: { username: 'ada' } })
  })
})

describe('keys', () => {
  it('differ by purpose and secret, and are the same every time', () => {
    const key = (secret: string, purpose: 'rpc' | 'datagram') =>
      deriveKey(secret, purpose).toString('hex')
    expect(key('a', 'rpc')).toHaveLength(64)
    const keys = [key('a', 'rpc'), key('a', 'datagram'), key('b', 'rpc'), key('b', 'datagram')]
    expect(new Set(keys).size).toBe(4)
    expect(key('a', 'rpc')).toBe(keys[0])
  })

  it('sign', () => {
    const key = deriveKey('a', 'rpc')
    expect(signText(key, 'text')).toMatch(/^[\w-]{43}$/)
    expect(equalSecrets(signText(key, 'text'), signText(key, 'text'))).toBe(true)
    expect(equalSecrets(signText(key, 'text'), signText(key, 'texts'))).toBe(false)
    expect(equalSecrets('short', 'longer')).toBe(false)
  })
})

it('metrics carry the name of their process', async () => {
  const metrics = createMetrics({ process: 'buyer-5020' })
  expect(await metrics.metrics()).toMatch(/agora_process_cpu_seconds_total\{process="buyer-5020"\}/)
})

describe('shutdown', () => {
  /** A process that can be told things and only pretends to end. */
  class FakeProcess extends EventEmitter {
    readonly exited: Promise<number>
    exit: (code: number) => void = () => {}

    constructor(stop: () => Promise<void>, timeoutMs = 60_000) {
      super()
      this.exited = new Promise((resolve) => {
        this.exit = resolve
      })
      const logger = createLogger({ name: 'test', level: 'silent' })
      onShutdown(stop, logger, { timeoutMs, target: this })
    }
  }

  it.each(['SIGTERM', 'SIGINT'])('stops in order on %s, once', async (signal) => {
    let stops = 0
    const fake = new FakeProcess(async () => {
      stops += 1
    })
    fake.emit(signal, signal)
    expect([await fake.exited, stops]).toEqual([0, 1])
  })

  it('waits for what has to be stopped', async () => {
    let finish = (): void => {}
    const fake = new FakeProcess(
      () =>
        new Promise((resolve) => {
          finish = resolve
        }),
    )
    fake.emit('SIGTERM', 'SIGTERM')
    const first = await Promise.race([fake.exited, new Promise((r) => setTimeout(r, 20, 'waits'))])
    expect(first).toBe('waits')
    finish()
    expect(await fake.exited).toBe(0)
  })

  it('does not wait for ever', async () => {
    const fake = new FakeProcess(() => new Promise(() => {}), 20)
    fake.emit('SIGTERM', 'SIGTERM')
    expect(await fake.exited).toBe(1)
  })

  it('is at once when told again', async () => {
    const fake = new FakeProcess(() => new Promise(() => {}))
    fake.emit('SIGINT', 'SIGINT')
    fake.emit('SIGINT', 'SIGINT')
    expect(await fake.exited).toBe(1)
  })

  it('that fails is told by the exit code', async () => {
    const fake = new FakeProcess(() => Promise.reject(new Error('stuck')))
    fake.emit('SIGTERM', 'SIGTERM')
    expect(await fake.exited).toBe(1)
  })

  it.each(['uncaughtException', 'unhandledRejection'])(
    'is at once on a bug (%s)',
    async (event) => {
      let stops = 0
      const fake = new FakeProcess(async () => {
        stops += 1
      })
      fake.emit(event, new Error('a bug'))
      expect([await fake.exited, stops]).toEqual([70, 0])
    },
  )
})
