import { expect, it } from 'vitest'
import { createLogger } from '../../platform/log.ts'
import { ManualClock } from '../manual-clock.fixture.ts'
import type { GroupStatus } from '../replicated-log.ts'
import { TransitionLog } from './transition-log.ts'

const step = (number: number, msAgo = 5) => ({
  ...{ number, msAgo, from: 'a', to: 'b', reason: `reason ${number}` },
})

/** One look after the other sees the next of these, in the end always the last. */
function rig(looks: unknown[]) {
  const clock = new ManualClock()
  const lines: string[] = []
  const write = (line: string): void => {
    const { reason, msg } = JSON.parse(line)
    lines.push(reason ?? msg)
  }
  const transitions = (): unknown => (looks.length > 1 ? looks.shift() : looks[0])
  const status = () =>
    ({ protocolDetails: { transitions: transitions() } }) as unknown as GroupStatus
  const logger = createLogger({ name: 'test', level: 'info', stream: { write } })
  return { clock, lines, log: new TransitionLog({ status }, clock, logger) }
}

it('each transition is logged once, the last ones when it stops', () => {
  const { clock, lines, log } = rig([[step(1)], [step(1), step(2)], [step(1), step(2), step(3)]])
  clock.pass(1_000)
  expect(lines).toEqual(['reason 1', 'reason 2'])
  log.stop()
  expect(lines).toEqual(['reason 1', 'reason 2', 'reason 3'])
  expect(clock.timers).toBe(0)
})

it('what was forgotten meanwhile is said to be missing', () => {
  const { clock, lines } = rig([[step(1)], [step(4), step(5)]])
  clock.pass(1_000)
  expect(lines).toEqual([
    ...['reason 1', 'more transitions than are remembered', 'reason 4', 'reason 5'],
  ])
})

it('the time is that of the clock, even when ticks were missed since', () => {
  const { clock, log } = rig([[step(1, 20)], [step(1, 400), step(2, 0)]])
  clock.pass(500)
  clock.pass(60_000)
  expect(log.status().protocolDetails.transitions).toMatchObject([
    { number: 1, msAgo: 60_020 },
    { number: 2, msAgo: 59_500 },
  ])
})

it('a protocol that tells none has none', () => {
  const { clock, lines, log } = rig([undefined])
  clock.pass(1_000)
  expect(lines).toEqual([])
  expect(log.status().protocolDetails).toEqual({ transitions: undefined })
})
