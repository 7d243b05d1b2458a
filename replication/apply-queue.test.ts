import { describe, expect, it } from 'vitest'
import { ApplyQueue } from './apply-queue.ts'
import { defaultDriverLimits, silentHooks } from './driver-options.ts'
import { ManualClock } from './manual-clock.fixture.ts'
import type { ProposalId } from './protocol.ts'
import type { LogIndex, Ordered } from './replicated-log.ts'

/** Delivers one list of commands for each index, all before the first is applied. */
async function batchesOf(indexes: readonly (readonly string[])[]): Promise<string[][]> {
  const batches: string[][] = []
  const failures: unknown[] = []
  const queue = new ApplyQueue<string, string>({
    stateMachine: {
      position: () => Promise.reject(new Error('not asked')),
      reload: () => Promise.reject(new Error('not asked')),
      apply: async (batch: readonly Ordered<string>[], upTo) => {
        batches.push([...batch.map(({ command }) => command), `up to ${upTo.index}`])
        return batch.map(({ command }) => command)
      },
    },
    commands: {
      encode: (text) => Buffer.from(text),
      decode: (bytes) => Buffer.from(bytes).toString(),
    },
    clock: { nowMs: () => 0 } as never,
    hooks: silentHooks,
    limits: defaultDriverLimits,
    appliedIndex: 0 as LogIndex,
    endsBatch: (command) => command === 'hash',
    onApplied: () => undefined,
    onFailed: (error) => failures.push(error),
  })
  queue.push(
    indexes.map((commands, at) => ({
      index: (at + 1) as LogIndex,
      commands: commands.map((text) => ({ proposal: undefined, payload: Buffer.from(text) })),
      context: undefined,
    })),
  )
  while (queue.commands > 0) await new Promise(setImmediate)
  await queue.stop()
  expect(failures).toEqual([])
  return batches
}

describe('a batch', () => {
  it('takes all that was delivered', async () => {
    expect(await batchesOf([['a'], ['b', 'c'], ['d']])).toEqual([['a', 'b', 'c', 'd', 'up to 3']])
  })

  it('ends with the index of a command behind which nothing may stand', async () => {
    expect(await batchesOf([['a'], ['hash'], ['b'], ['c', 'hash', 'd'], ['e']])).toEqual([
      ['a', 'hash', 'up to 2'],
      // The index is the smallest position there is: what else it holds belongs to it.
      ['b', 'c', 'hash', 'd', 'up to 4'],
      ['e', 'up to 5'],
    ])
  })
})

describe('what nobody waits for here', () => {
  const limits = { ...defaultDriverLimits, applyLingerMs: 20, applyLingerCommands: 3 }

  function lingering() {
    const clock = new ManualClock()
    const batches: string[][] = []
    let delivered = 0
    const queue = new ApplyQueue<string, string>({
      stateMachine: {
        position: () => Promise.reject(new Error('not asked')),
        reload: () => Promise.reject(new Error('not asked')),
        apply: async (batch: readonly Ordered<string>[]) => {
          batches.push(batch.map(({ command }) => command))
          return batch.map(({ command }) => command)
        },
      },
      commands: {
        encode: (text) => Buffer.from(text),
        decode: (bytes) => Buffer.from(bytes).toString(),
      },
      clock,
      hooks: silentHooks,
      limits,
      appliedIndex: 0 as LogIndex,
      endsBatch: () => false,
      onApplied: () => undefined,
      onFailed: (error) => batches.push([String(error)]),
    })
    const push = (text: string, proposal?: ProposalId): void => {
      delivered += 1
      const index = delivered as LogIndex
      queue.push([
        { index, commands: [{ proposal, payload: Buffer.from(text) }], context: undefined },
      ])
    }
    return { clock, batches, queue, push }
  }
  const settled = () => new Promise(setImmediate)

  it('lingers for more, and not longer than it may', async () => {
    const { clock, batches, push } = lingering()
    push('a')
    clock.pass(15)
    push('b')
    await settled()
    expect(batches).toEqual([])
    clock.pass(5)
    await settled()
    expect(batches).toEqual([['a', 'b']])
    // The next one lingers anew, and no timer runs while there is nothing.
    expect(clock.timers).toBe(0)
    push('c')
    await settled()
    expect(batches).toHaveLength(1)
    clock.pass(20)
    await settled()
    expect(batches).toEqual([['a', 'b'], ['c']])
    expect(clock.timers).toBe(0)
  })

  it('is applied at once with what somebody waits for', async () => {
    const { batches, push, clock } = lingering()
    push('a')
    push('mine', 1 as ProposalId)
    push('b')
    await settled()
    // What was delivered while the batch was under way waits again.
    expect(batches).toEqual([['a', 'mine']])
    clock.pass(20)
    await settled()
    expect(batches).toEqual([['a', 'mine'], ['b']])
  })

  it('is applied at once for a read, be it delivered before the read or after', async () => {
    const { batches, push, queue } = lingering()
    push('a')
    queue.want(2 as LogIndex)
    await settled()
    expect(batches).toEqual([['a']])
    push('b')
    await settled()
    expect(batches).toEqual([['a'], ['b']])
    push('c')
    await settled()
    expect(batches).toHaveLength(2)
  })

  it('is applied at once when it has become much, and before the state is replaced', async () => {
    const { batches, push, queue } = lingering()
    for (const text of ['a', 'b', 'c']) push(text)
    await settled()
    expect(batches).toEqual([['a', 'b', 'c']])
    push('d')
    expect(await queue.standStill()).toBe('applied')
    expect(batches).toEqual([['a', 'b', 'c'], ['d']])
  })

  it('stays unapplied when the replica stops', async () => {
    const { batches, push, queue, clock } = lingering()
    push('a')
    await queue.stop()
    clock.pass(100)
    await settled()
    expect(batches).toEqual([])
    expect(clock.timers).toBe(0)
  })
})
