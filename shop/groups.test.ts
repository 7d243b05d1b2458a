import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../common/errors.ts'
import { writeUnlessKept } from './groups.ts'

/** A group that keeps every outcome by request id, as the real ones do. */
function groupThat(decide: () => ErrorCode | undefined) {
  const kept = new Map<string, ErrorCode | undefined>()
  return async ({ requestId }: { requestId: string }): Promise<string> => {
    const replayed = kept.has(requestId)
    const code = replayed ? kept.get(requestId) : decide()
    kept.set(requestId, code)
    if (code !== undefined) throw new AppError(code, { details: replayed ? { replayed } : {} })
    return `done as ${requestId}`
  }
}

const key = { requestIdFor: (step: string) => step, fingerprint: 'f', clientKey: true }

describe('a key under which something was refused', () => {
  it.each(['UNAUTHENTICATED', 'SESSION_EXPIRED', 'RATE_LIMITED'] as const)(
    'can be used again after %s, with one effect',
    async (code) => {
      let isRefused = true
      const write = groupThat(() => (isRefused ? code : undefined))
      await expect(writeUnlessKept(key, 'open', write)).rejects.toMatchObject({ code })
      await expect(writeUnlessKept(key, 'open', write)).rejects.toMatchObject({ code })
      isRefused = false
      const done = await writeUnlessKept(key, 'open', write)
      expect(await writeUnlessKept(key, 'open', write)).toBe(done)
    },
  )

  it('keeps what was decided about the request itself', async () => {
    let decisions = 0
    const write = groupThat(() => {
      decisions += 1
      return 'CART_EMPTY'
    })
    for (let repeat = 0; repeat < 3; repeat += 1) {
      await expect(writeUnlessKept(key, 'open', write)).rejects.toMatchObject({
        code: 'CART_EMPTY',
      })
    }
    expect(decisions).toBe(1)
  })
})
