import fc from 'fast-check'
import { expect, it } from 'vitest'
import { histories, LogModel } from '../../replication/storage/log-model.fixture.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { MemoryLog } from './memory-log.ts'

it('holds what any history of writes, truncations and trims leaves', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (history) => {
      const model = new LogModel()
      const log = new MemoryLog()
      for (const step of history) {
        const operation = model.perform(step)
        if ('write' in operation) log.write(operation.write)
        else await log.trim(operation.trim)
        const { entries } = await log.load()
        expect(entries.filter(({ index }) => index > model.trimmed)).toEqual(model.needed)
      }
    }),
  )
})

it('lets go of what is trimmed', async () => {
  const log = new MemoryLog()
  const bytes = new Uint8Array(1)
  for (let index = 1; index <= 10_000; index += 1) {
    const entries = [{ index: index as LogIndex, bytes }]
    log.write({ entries, truncateFrom: undefined, meta: undefined })
    await log.trim(Math.max(0, index - 10) as LogIndex)
  }
  expect((await log.load()).entries.map(({ index }) => index)).toEqual(
    Array.from({ length: 10 }, (_, place) => 9_991 + place),
  )
})
