import { expect, it } from 'vitest'
import { createLogger } from '../../platform/log.ts'
import { ManualClock } from '../manual-clock.fixture.ts'
import type { GroupStatus } from '../replicated-log.ts'
import { logTransitions } from './transition-log.ts'

const step = (number: number) => ({ number, msAgo: 5, from: 'a', to: 'b', reason: `${number}` })

function rig(seen: readonly unknown[]) {
  const clock = new ManualClock()
  const lines: string[] = []
  const write = (line: string): void => {
    const { reason, msg } = JSON.parse(line)
    lines.push(reason ?? msg)
  }
  const looks = [...seen]
  const transitions = () => (looks.length > 1 ? looks.shift() : looks[0])
  const status = () =>
    ({ protocolDetails: { transitions: transitions() } }) as unknown as GroupStatus
  const logger = createLogger({ name: 'test', level: 'info', stream: { write } })
  return { clock, lines, watch: logTransitions({ status }, clock, logger) }
}

it('each transition is logged once, the last ones when it stops', () => {
  const { clock, lines, watch } = rig([[step(1)], [step(1), step(2)], [step(1), step(2), step(3)]])
  clock.pass(1_000)
  expect(lines).toEqual(['1', '2'])
  watch.stop()
  expect(lines).toEqual(['1', '2', '3'])
})

it('what was forgotten meanwhile is said to be missing', () => {
  const { clock, lines } = rig([[step(1)], [step(4), step(5)]])
  clock.pass(1_000)
  expect(lines).toEqual(['1', 'more happened than is remembered', '4', '5'])
})

it('a protocol that tells none has none', () => {
  const { clock, lines } = rig([undefined])
  clock.pass(1_000)
  expect(lines).toEqual([])
})
