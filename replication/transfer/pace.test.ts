import { expect, it } from 'vitest'
import { Pace } from './pace.ts'

const never = new AbortController().signal

function manualPace() {
  let nowMs = 0
  const pace = new Pace({
    bytesPerSecond: 1_000,
    nowMs: () => nowMs,
    wait: async (durationMs) => {
      nowMs += durationMs
    },
  })
  return { pace, now: () => nowMs, pass: (durationMs: number) => (nowMs += durationMs) }
}

it('lets bytes flow at its rate, the first at once', async () => {
  const { pace, now } = manualPace()
  await pace.take(500, never)
  expect(now()).toBe(0)
  await pace.take(500, never)
  expect(now()).toBe(500)
  await pace.take(1, never)
  expect(now()).toBe(1_000)
})

it('does not make up for a pause', async () => {
  const { pace, now, pass } = manualPace()
  await pace.take(100, never)
  pass(60_000)
  await pace.take(1_000, never)
  await pace.take(1_000, never)
  expect(now()).toBe(61_000)
})

it('ends its waiting when it is withdrawn', async () => {
  const pace = new Pace({ bytesPerSecond: 1 })
  const abort = new AbortController()
  await pace.take(1_000, abort.signal)
  const waiting = pace.take(1, abort.signal)
  abort.abort(new Error('withdrawn'))
  await expect(waiting).rejects.toThrow()
  await expect(pace.take(1, abort.signal)).rejects.toThrow('withdrawn')
})
