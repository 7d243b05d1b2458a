import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { createLogger } from '../../platform/log.ts'
import type { Clock } from '../ports.ts'
import type { GroupStatus } from '../replicated-log.ts'
import { serveWhenReady, watchWritable } from './readiness.ts'

/** Timers that fire when told. */
class ManualClock implements Clock {
  private readonly actions = new Set<() => void>()
  nowMs = () => 0
  nowUnixMs = () => 0

  every(_intervalMs: number, action: () => void): { cancel(): void } {
    this.actions.add(action)
    return { cancel: () => void this.actions.delete(action) }
  }

  async fire(): Promise<void> {
    for (const action of this.actions) action()
    await nextTurn()
  }

  get timers(): number {
    return this.actions.size
  }
}

const silent = createLogger({ name: 'test', level: 'silent' })
const status = (more: Partial<GroupStatus> = {}) => ({ writable: true, ...more }) as GroupStatus

test('a replica serves after its first barrier, and not before the group has a time', async () => {
  const clock = new ManualClock()
  const health: boolean[] = []
  const answers = [new AppError('UNAVAILABLE'), undefined]
  let barriers = 0
  let groupTime = 0
  const barrier = async () => {
    const failure = answers[barriers++]
    if (failure) throw failure
  }
  const readiness = serveWhenReady({
    log: { barrier, status: () => status() },
    groupTimeMs: () => groupTime,
    server: { setServing: (serving) => void health.push(serving) },
    clock,
    logger: silent,
  })
  await clock.fire()
  expect([barriers, health]).toEqual([1, []])
  await clock.fire()
  await clock.fire()
  expect([barriers, health]).toEqual([2, []])
  groupTime = 1
  await clock.fire()
  await readiness.serving
  expect([barriers, health, clock.timers]).toEqual([2, [true], 0])
})

test('a replica that is stopped before never serves, even when its barrier passes late', async () => {
  const clock = new ManualClock()
  const health: boolean[] = []
  let pass: () => void = () => undefined
  const barrier = () =>
    new Promise<void>((resolve) => {
      pass = resolve
    })
  const readiness = serveWhenReady({
    log: { barrier, status: () => status() },
    groupTimeMs: () => 1,
    server: { setServing: (serving) => void health.push(serving) },
    clock,
    logger: silent,
  })
  await clock.fire()
  readiness.stop()
  pass()
  await nextTurn()
  expect(health).toEqual([])
})

test('only changes between taking and refusing writes are logged, with the reason', async () => {
  const clock = new ManualClock()
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line).reason ?? 'taken') }
  const refused = status({ writable: false, reason: 'member 2 is away' })
  const seen = [status(), status(), refused, refused, status()]
  const log = { barrier: async () => {}, status: () => seen.shift() ?? status() }
  watchWritable(log, clock, createLogger({ name: 'test', level: 'info', stream }))
  for (let look = 0; look < 6; look += 1) await clock.fire()
  expect(lines).toEqual(['taken', 'member 2 is away', 'taken'])
})
