import { describe, expect, it } from 'vitest'
import { ApplyQueue } from './apply-queue.ts'
import { defaultDriverLimits, silentHooks } from './driver-options.ts'
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
