import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { summariseRecordings } from '../measure.ts'
import { runClosedLoop } from './closed-loop.ts'

const loop = {
  name: 'call',
  outstanding: 3,
  warmUpMs: 30,
  measuredMs: 100,
  codeOf: (error: unknown) => String(error),
}

it('keeps as many calls outstanding as it is told, and none at the end', async () => {
  let outstanding = 0
  let most = 0
  const call = async (): Promise<void> => {
    outstanding += 1
    most = Math.max(most, outstanding)
    await sleep(2)
    outstanding -= 1
  }
  const { calls, errorCount } = summariseRecordings([await runClosedLoop({ ...loop, call })])
  expect(most).toBe(3)
  expect(outstanding).toBe(0)
  expect(calls).toBeGreaterThan(3)
  expect(errorCount).toBe(0)
})

it('counts refusals apart, and does not hammer who refuses at once', async () => {
  let asked = 0
  const call = (): Promise<void> => {
    asked += 1
    return Promise.reject('BUSY')
  }
  const { calls, errors } = summariseRecordings([await runClosedLoop({ ...loop, call })])
  expect(calls).toBe(0)
  expect(errors['call BUSY']).toBeGreaterThan(0)
  expect(asked).toBeLessThan(200)
})

it('ends when it is told to', async () => {
  const controller = new AbortController()
  const running = runClosedLoop({
    ...loop,
    measuredMs: 60_000,
    call: () => sleep(1),
    signal: controller.signal,
  })
  controller.abort()
  await expect(running).rejects.toThrow('aborted')
})
