import { DatabaseError, type Pool } from 'pg'
import { expect, test } from 'vitest'
import { AppError } from '../../common/errors.ts'
import { read } from './reads.ts'

const deadline = { atUnixMs: 1 }

function parts({ waitingCount = 0 } = {}) {
  const events: string[] = []
  const log = { barrier: async () => void events.push('barrier') }
  const reads = { waitingCount } as Pool
  return { events, given: { log, reads } as unknown as Parameters<typeof read>[0] }
}

test('reads pass a barrier first, unless the caller takes what there is', async () => {
  for (const [context, expected] of [
    [null, ['barrier', 'query']],
    [{ local: false }, ['barrier', 'query']],
    [{ local: true }, ['query']],
  ] as const) {
    const { events, given } = parts()
    await read(given, context, deadline, async () => void events.push('query'))
    expect(events).toEqual(expected)
  }
})

test('too many waiting reads are refused, definitely', async () => {
  const { given } = parts({ waitingCount: 1_000 })
  await expect(read(given, null, deadline, async () => 1)).rejects.toMatchObject({
    code: 'OVERLOADED',
    definite: true,
  })
})

test('a database out of reach is UNAVAILABLE; a wrong statement is a bug', async () => {
  const failing = (error: Error) =>
    read(parts().given, null, deadline, () => Promise.reject(error)).catch((caught) => caught)
  const coded = (code: string) => Object.assign(new DatabaseError('no', 2, 'error'), { code })
  for (const error of [new Error('Connection terminated'), coded('57P01'), coded('08006')]) {
    expect(await failing(error)).toMatchObject({ code: 'UNAVAILABLE', cause: error })
  }
  const wrong = coded('42601')
  expect(await failing(wrong)).toBe(wrong)
  expect(await failing(new AppError('CART_EMPTY'))).toMatchObject({ code: 'CART_EMPTY' })
})
