import { describe, expect, it } from 'vitest'
import { openDirectLog } from './direct.ts'
import { ManualClock } from './manual-clock.fixture.ts'
import type { LogIndex, Ordered, StateMachine } from './replicated-log.ts'

class HeldStateMachine implements StateMachine<string, string> {
  readonly applied: string[][] = []
  readonly positions: number[] = []
  /** Calls of apply() that wait for the test to go on. */
  readonly held: { readonly proceed: () => void; readonly fail: (error: Error) => void }[] = []

  reload() {
    return this.position()
  }

  async position() {
    return { index: 10 as LogIndex, context: undefined }
  }

  async apply(batch: readonly Ordered<string>[], upTo: { readonly index: LogIndex }) {
    await new Promise<void>((proceed, fail) => this.held.push({ proceed, fail }))
    this.applied.push(batch.map(({ index, command }) => `${command}@${index}`))
    this.positions.push(upTo.index)
    return batch.map(({ command }) => command.toUpperCase())
  }
}

async function open(limits = {}) {
  const stateMachine = new HeldStateMachine()
  const clock = new ManualClock()
  const fatal: unknown[] = []
  const onFatal = (error: unknown): void => void fatal.push(error)
  const log = await openDirectLog({ stateMachine, clock, limits, onFatal })
  const nextHeld = async () => {
    await expect.poll(() => stateMachine.held.length, { interval: 1 }).toBeGreaterThan(0)
    return stateMachine.held.shift()
  }
  return { log, stateMachine, clock, fatal, nextHeld }
}

describe('DirectLog', () => {
  it('groups what is submitted while a batch is applied, after the stored position', async () => {
    const { log, stateMachine, clock, nextHeld } = await open({ applyBatchCommands: 3 })
    const submit = (command: string) => log.submit(command, clock.deadlineIn(1_000))
    const first = [submit('a'), submit('b')]
    const held = await nextHeld()
    const second = ['c', 'd', 'e', 'f'].map(submit)
    held?.proceed()
    expect(await Promise.all(first)).toEqual(['A', 'B'])
    for (let batch = 0; batch < 2; batch += 1) (await nextHeld())?.proceed()
    expect(await Promise.all(second)).toEqual(['C', 'D', 'E', 'F'])
    expect(stateMachine.applied).toEqual([['a@11', 'b@12'], ['c@13', 'd@14', 'e@15'], ['f@16']])
    expect(stateMachine.positions).toEqual([12, 15, 16])
    expect(log.status()).toMatchObject({ protocol: 'direct', appliedIndex: 16, writable: true })
    await expect(log.barrier(clock.deadlineIn(1))).resolves.toBeUndefined()
  })

  it('is bounded by deadline and by length', async () => {
    const { log, clock, nextHeld } = await open({ pendingSubmits: 1 })
    const slow = log.submit('a', clock.deadlineIn(100))
    await expect(log.submit('b', clock.deadlineIn(100))).rejects.toMatchObject({
      code: 'OVERLOADED',
      definite: true,
    })
    const held = await nextHeld()
    clock.pass(140)
    await expect(slow).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', definite: false })
    held?.proceed()
    await log.close()
  })

  it('lets a batch in flight end on close and refuses the rest definitely', async () => {
    const { log, clock, nextHeld } = await open()
    const inFlight = log.submit('a', clock.deadlineIn(1_000))
    const held = await nextHeld()
    const untried = log.submit('b', clock.deadlineIn(1_000))
    const closed = log.close()
    held?.proceed()
    expect(await inFlight).toBe('A')
    await expect(untried).rejects.toMatchObject({ code: 'UNAVAILABLE', definite: true })
    await closed
    expect(clock.timers).toBe(0)
  })

  it('stops once when apply fails, all indefinite', async () => {
    const { log, clock, fatal, nextHeld } = await open()
    const lost = log.submit('a', clock.deadlineIn(1_000))
    const held = await nextHeld()
    held?.fail(new Error('disk full'))
    await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE', definite: false })
    expect(fatal).toHaveLength(1)
    await expect(log.submit('b', clock.deadlineIn(1))).rejects.toMatchObject({ definite: true })
    await expect(log.barrier(clock.deadlineIn(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
