import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { Clock } from '../ports.ts'
import type { ReplicatedLog } from '../replicated-log.ts'
import type { AppliedResult, Command } from './application.ts'
import type { ClockBody } from './clock-command.ts'
import { startGroupClock } from './group-clock.ts'

/** A clock that is turned by hand. */
class HandClock implements Clock {
  ms = 1_000
  readonly actions = new Set<() => void>()
  nowMs = () => this.ms
  nowUnixMs = () => 1_800_000_000_000 + this.ms
  every(intervalMs: number, action: () => void) {
    expect(intervalMs).toBe(250)
    this.actions.add(action)
    return { cancel: () => void this.actions.delete(action) }
  }
  async pass(ms: number): Promise<void> {
    const end = this.ms + ms
    await new Promise(setImmediate)
    while (this.ms < end) {
      this.ms += 250
      for (const action of this.actions) action()
      await new Promise(setImmediate)
    }
  }
}

type Submitted = { command: Command<ClockBody>; atUnixMs: number }

function world() {
  const clock = new HandClock()
  const submitted: Submitted[] = []
  const failures: unknown[] = []
  let answer: () => Promise<AppliedResult> = async () => ({
    outcome: { ok: true, value: {} },
    replayed: false,
  })
  const log = {
    submit: (command: Command<ClockBody>, { atUnixMs }: { atUnixMs: number }) => {
      submitted.push({ command, atUnixMs })
      return answer()
    },
  } as unknown as ReplicatedLog<Command<ClockBody>, AppliedResult>
  const begin = () =>
    startGroupClock({ log, self: memberId(3), clock, onFailure: (e) => failures.push(e) })
  return { clock, submitted, failures, begin, answerWith: (a: typeof answer) => (answer = a) }
}

describe('group clock', () => {
  it('stamps at once and then every five seconds', async () => {
    const { clock, submitted, begin } = world()
    const running = begin()
    expect(submitted[0]?.command.body).toEqual({
      type: 'clock',
      member: 3,
      unixMs: 1_800_000_001_000,
    })
    await clock.pass(10_000)
    expect(submitted.map(({ command }) => command.body.unixMs - 1_800_000_000_000)).toEqual([
      1_000, 6_000, 11_000,
    ])
    running.stop()
    await clock.pass(10_000)
    expect(submitted).toHaveLength(3)
  })

  it('tries again soon after a failure, and reports it', async () => {
    const { clock, submitted, failures, begin, answerWith } = world()
    answerWith(() => Promise.reject(new Error('no majority yet')))
    begin()
    await clock.pass(1_000)
    expect(submitted.length).toBe(5)
    expect(failures.length).toBe(5)
  })

  it('has one stamp on its way at most', async () => {
    const { clock, submitted, begin, answerWith } = world()
    answerWith(() => new Promise(() => {}))
    begin()
    await clock.pass(20_000)
    expect(submitted).toHaveLength(1)
    expect(submitted[0]?.atUnixMs).toBe(1_800_000_006_000)
  })
})
