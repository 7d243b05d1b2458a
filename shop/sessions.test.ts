import type { Request } from 'express'
import { describe, expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../common/errors.ts'
import type { Customers } from './groups.ts'
import { createSessions } from './sessions.ts'
import { account, fakeGroups } from './testing/fake-groups.ts'
import { TOKEN } from './testing/serve.ts'

const request = { headers: { authorization: `Bearer ${TOKEN}` } } as Request
const deadline = { atUnixMs: Date.now() + 60_000, requestId: 'req-1' }
const done = async () => ({ replayed: false })
const refused = (code: ErrorCode) => () => Promise.reject(new AppError(code))

/** A session that is good until it is ended. */
function world({ needsTouch = false } = {}) {
  let ended = false
  const checkSession: Customers['checkSession'] = async () => {
    if (ended) throw new AppError('UNAUTHENTICATED')
    const holder = account({ id: 7, role: 'BUYER' })
    const times = { idleTimeoutSeconds: 300, lastActivityMs: 1_000 }
    return { account: holder, needsTouch, ...times, replayed: false }
  }
  const touchSession: Customers['touchSession'] = checkSession as never
  const groups = fakeGroups({ checkSession, touchSession })
  const sessions = createSessions(groups.customers, 'BUYER')
  return {
    act: <T extends { replayed: boolean }>(command: () => Promise<T>) =>
      sessions.act(request, deadline, command),
    checkWhile: <T>(read: (accountId: number) => Promise<T>) =>
      sessions.checkWhile(request, deadline, read),
    find: <T extends { needsTouch: boolean }>(query: () => Promise<T>) =>
      sessions.find(request, deadline, query),
    holder: async () => {
      let seen: number | undefined
      await sessions.act(request, deadline, async ({ accountId }) => {
        seen = accountId
        return { replayed: false }
      })
      return seen
    },
    end: () => {
      ended = true
    },
    asked: (method: string) => groups.requestsOf(method).length,
    /** The last check was content with what the replica at hand knew. */
    askedLocally: () => {
      const last = groups.requestsOf('checkSession').at(-1) as { context: { local: boolean } }
      return last.context.local
    },
  }
}

describe('acting for a session', () => {
  it('asks whose it is once', async () => {
    const { holder, asked } = world()
    expect([await holder(), await holder(), await holder()]).toEqual([7, 7, 7])
    expect(asked('checkSession')).toBe(1)
  })

  it('takes no replica’s own word where no command has decided on the session', async () => {
    const { act, askedLocally } = world()
    await act(done)
    expect(askedLocally()).toBe(true)
    await act(async () => ({ replayed: true }))
    expect(askedLocally()).toBe(false)
    await act(done)
    await expect(act(refused('CART_EMPTY'))).rejects.toMatchObject({ code: 'CART_EMPTY' })
    expect(askedLocally()).toBe(false)
  })

  it('does nothing for a token that is nobody’s', async () => {
    const { act, end } = world()
    end()
    let isDone = false
    const acting = act(async () => {
      isDone = true
      return { replayed: false }
    })
    await expect(acting).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(isDone).toBe(false)
  })

  it('tells a stored answer only to who still has the session', async () => {
    const { act, end, asked } = world()
    const replayed = async () => ({ replayed: true })
    await act(done)
    expect(await act(replayed)).toEqual({ replayed: true })
    expect(asked('checkSession')).toBe(2)
    end()
    await expect(act(replayed)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    await expect(act(refused('OUT_OF_STOCK'))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  it('lets nobody have a command ordered again and again for a session that has ended', async () => {
    const { act, end } = world()
    await act(done)
    end()
    let ordered = 0
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const acting = act(async () => {
        ordered += 1
        throw new AppError('SESSION_EXPIRED')
      })
      await expect(acting).rejects.toMatchObject({
        code: attempt === 0 ? 'SESSION_EXPIRED' : 'UNAUTHENTICATED',
      })
    }
    expect(ordered).toBe(1)
  })

  it('counts as activity when the command is refused', async () => {
    const { act, asked } = world({ needsTouch: true })
    await act(done)
    expect(asked('touchSession')).toBe(1)
    await expect(act(refused('OUT_OF_STOCK'))).rejects.toMatchObject({ code: 'OUT_OF_STOCK' })
    expect(asked('touchSession')).toBe(2)
  })

  it.each(['UNAUTHENTICATED', 'SESSION_EXPIRED', 'UNAVAILABLE'] as const)(
    'asks no further after %s',
    async (code) => {
      const { act, asked } = world()
      await act(done)
      await expect(act(refused(code))).rejects.toMatchObject({ code })
      expect(asked('checkSession')).toBe(1)
    },
  )
})

describe('finding through a session', () => {
  it('records activity when that is due, and asks nothing else', async () => {
    const { find, asked } = world()
    const found = (needsTouch: boolean) => async () => ({ needsTouch })
    await find(found(false))
    expect(asked('touchSession')).toBe(0)
    await find(found(true))
    expect(asked('touchSession')).toBe(1)
    expect(asked('checkSession')).toBe(0)
  })

  it('tells nothing when the touch finds that the session has ended', async () => {
    const { find, end } = world()
    end()
    const finding = find(async () => ({ needsTouch: true, lines: ['3-1'] }))
    await expect(finding).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

describe('reading while the session is checked', () => {
  it('waits for the check only to learn whose it is', async () => {
    const { checkWhile, asked } = world()
    const seen: number[][] = []
    const read = async (accountId: number) => seen.push([accountId, asked('checkSession')])
    await checkWhile(read)
    await checkWhile(read)
    expect(seen).toEqual([
      [7, 1],
      [7, 2],
    ])
    expect(asked('checkSession')).toBe(2)
  })

  it('tells nothing, whatever was found, when the session has ended', async () => {
    const { checkWhile, end } = world()
    await checkWhile(async () => 'found')
    end()
    await expect(checkWhile(async () => 'found')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    const unlucky = checkWhile(refused('ITEM_NOT_FOUND'))
    await expect(unlucky).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
