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
const status = (more: Partial<GroupStatus> = {}) =>
  ({ writable: true, protocolDetails: {}, ...more }) as GroupStatus
const outside = (reason: string) =>
  status({ writable: false, reason, protocolDetails: { outside: reason } })

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
  expect([barriers, health]).toEqual([2, [true]])
  await clock.fire()
  readiness.stop()
  expect([barriers, health, clock.timers]).toEqual([2, [true], 0])
})

test('a replica that has left its group serves no more until it is taken in again', async () => {
  const clock = new ManualClock()
  const health: boolean[] = []
  let now = status()
  const barrier = async () => {
    if (now.protocolDetails.outside !== undefined) throw new AppError('UNAVAILABLE')
  }
  const readiness = serveWhenReady({
    log: { barrier, status: () => now },
    groupTimeMs: () => 1,
    server: { setServing: (serving) => void health.push(serving) },
    clock,
    logger: silent,
  })
  await clock.fire()
  await clock.fire()
  expect(health).toEqual([true])
  now = outside('it was removed')
  for (let look = 0; look < 3; look += 1) await clock.fire()
  expect(health).toEqual([true, false])
  now = status()
  await clock.fire()
  expect(health).toEqual([true, false, true])
  readiness.stop()
  expect(clock.timers).toBe(0)
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

test('what keeps a replica outside its group is one line, until it is another', async () => {
  const clock = new ManualClock()
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line).reason ?? 'taken') }
  const seen = [outside('not formed'), outside('disk lost'), outside('disk lost'), status()]
  const log = { barrier: async () => {}, status: () => seen.shift() ?? status() }
  watchWritable(log, clock, createLogger({ name: 'test', level: 'info', stream }))
  for (let look = 0; look < 5; look += 1) await clock.fire()
  expect(lines).toEqual(['not formed', 'disk lost', 'taken'])
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

test('as long as writes are refused, the present reason is said now and then', async () => {
  const clock = new ManualClock()
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line).reason) }
  let looks = 0
  const log = {
    barrier: async () => {},
    status: () => status({ writable: false, reason: `look ${looks}` }),
  }
  watchWritable(log, clock, createLogger({ name: 'test', level: 'info', stream }))
  for (looks = 1; looks < 300; looks += 1) await clock.fire()
  expect(lines).toEqual(['look 1', 'look 11', 'look 131', 'look 251'])
})
