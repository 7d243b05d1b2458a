import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { AppError } from '../../../common/errors.ts'
import { memberId } from '../../../common/member.ts'
import { until } from '../../../test/until.ts'
import { keyOf } from '../command.ts'
import { History } from './history.ts'
import { OneShots } from './one-shots.ts'
import { longestRead, Reader } from './readers.ts'
import { Writers } from './writers.ts'

/** A group in memory. Member 0 is down while `isDown`; `seen` is what reads find. */
function fakeGroup() {
  const group = {
    isDown: false,
    /** What it refuses while it is down has surely not happened. */
    isSure: true,
    attempts: [] as { member: number; key: string }[],
    seen: new Set<string>(),
    members: [0, 1, 2].map((id) => ({
      address: { id: memberId(id), host: '127.0.0.1', port: 1 },
      client: {
        submit: async (command: Uint8Array): Promise<number> => {
          await sleep(1)
          group.attempts.push({ member: id, key: keyOf(command) })
          if (id === 0 && group.isDown)
            throw new AppError('UNAVAILABLE', { definite: group.isSure })
          group.seen.add(keyOf(command))
          return group.attempts.length
        },
        missing: async (keys: readonly string[]): Promise<readonly string[]> => {
          await sleep(1)
          if (id === 0 && group.isDown) throw new AppError('UNAVAILABLE')
          return keys.filter((key) => !group.seen.has(key))
        },
      },
    })),
  }
  return group
}

const signal = new AbortController().signal

it('writes go elsewhere with the same command when their member fails, and are kept once', async () => {
  const group = fakeGroup()
  const writers = new Writers({ members: group.members, clients: 3, sizeBytes: 64, signal })
  await writers.acknowledgesAgain(performance.now(), 5_000)
  group.isDown = true
  await until(() => writers.history.failed.length > 0, 5_000)
  await writers.acknowledgesAgain(performance.now(), 5_000)
  await writers.stop()
  const { acknowledged, failed, givenUp } = writers.history
  const keys = acknowledged.map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
  expect(failed.every(({ member, code }) => member === 0 && code === 'UNAVAILABLE')).toBe(true)
  const repeatedElsewhere = group.attempts.filter(({ key, member }) => {
    return member === 0 && group.attempts.some((other) => other.key === key && other.member !== 0)
  })
  expect(repeatedElsewhere.length).toBeGreaterThan(0)
  expect(givenUp).toBe(0)
})

it('paced writers begin no more than they are asked for', async () => {
  const group = fakeGroup()
  const writers = new Writers({ members: group.members, clients: 3, sizeBytes: 64, signal })
  const startedMs = performance.now()
  writers.pace(100)
  await sleep(500)
  await writers.stop()
  const seconds = (performance.now() - startedMs) / 1_000
  expect(writers.history.acknowledged.length).toBeGreaterThan(10)
  expect(writers.history.acknowledged.length).toBeLessThanOrEqual(Math.ceil(seconds * 100) + 6)
})

it('nobody writes at a member that is to be avoided', async () => {
  const group = fakeGroup()
  const writers = new Writers({ members: group.members, clients: 3, sizeBytes: 64, signal })
  const [member] = group.members
  if (member === undefined) throw new Error('there are members')
  writers.avoid(member)
  await sleep(20)
  group.attempts.length = 0
  await writers.acknowledgesAgain(performance.now(), 5_000)
  await writers.stop()
  expect(group.attempts.length).toBeGreaterThan(0)
  expect(group.attempts.filter((attempt) => attempt.member === 0)).toEqual([])
})

it('a read that lacks what was acknowledged before it began is stale', async () => {
  const group = fakeGroup()
  const [member] = group.members
  if (member === undefined) throw new Error('there are members')
  const history = new History()
  const write = { home: 0, invokedMs: 0, acknowledgedMs: 1 }
  history.acknowledge({ ...write, client: 0, key: 'seen' })
  group.seen.add('seen')
  const reader = new Reader({ member, history, everyMs: 1, timeoutMs: 100 })
  const has = (kind: string) => reader.outcomes.some((one) => one.kind === kind)
  await until(() => has('fresh'), 5_000)
  expect(has('stale')).toBe(false)
  group.isDown = true
  await until(() => has('failed'), 5_000)
  group.isDown = false
  history.acknowledge({ ...write, client: 1, key: 'lost' })
  await until(() => has('stale'), 5_000)
  await reader.stop()
  expect(reader.outcomes.find(({ kind }) => kind === 'stale')?.missing).toEqual(['lost'])
  const always = { fromMs: 0, toMs: Number.POSITIVE_INFINITY }
  expect(longestRead(reader.outcomes, always)).toBeGreaterThan(0.5)
})

it('a write that is tried once is acknowledged, refused for certain, or nobody knows', async () => {
  const group = fakeGroup()
  const [member] = group.members
  if (member === undefined) throw new Error('there are members')
  const history = new History()
  const shots = new OneShots({ member, history, sizeBytes: 64, everyMs: 1, timeoutMs: 100 })
  const has = (kind: string) => shots.outcomes.some((one) => one.kind === kind)
  await until(() => has('acknowledged'), 5_000)
  group.isDown = true
  await until(() => has('refused'), 5_000)
  group.isSure = false
  await until(() => has('unknown'), 5_000)
  await shots.stop()
  const keysOf = (kind: string) =>
    shots.outcomes.filter((one) => one.kind === kind).map(({ key }) => key)
  expect(history.acknowledged.map(({ key }) => key)).toEqual(keysOf('acknowledged'))
  expect(keysOf('acknowledged').every((key) => group.seen.has(key))).toBe(true)
  expect([...keysOf('refused'), ...keysOf('unknown')].some((key) => group.seen.has(key))).toBe(
    false,
  )
  expect(new Set(group.attempts.map(({ key }) => key)).size).toBe(group.attempts.length)
})
