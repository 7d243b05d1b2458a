import { describe, expect, test } from 'vitest'
import { carts, sessions } from '../tables.ts'
import type { TouchOutcome } from './outcomes.ts'
import { addToCart, idleTimeoutSeconds, World } from './test-world.ts'

const touch = (tokenHash: string, role: 'buyer' | 'seller' = 'buyer') =>
  ({ type: 'touchSession', role, tokenHash }) as const
const end = (tokenHash: string) => ({ type: 'endSession', role: 'buyer', tokenHash }) as const

describe('sessions', () => {
  test('one account may have many at once, each with a cart of its own', async () => {
    const world = new World()
    const { id } = await world.account('ann')
    await world.login('a', id)
    await world.login('b', id)
    await world.put('a', '1-1', 2)
    expect(world.tables.all(carts)).toMatchObject([{ token_hash: 'a' }])
    expect(await world.codeOf(end('a'))).toBe('ok')
    expect(world.tables.all(sessions)).toMatchObject([{ token_hash: 'b' }])
    expect(world.tables.all(carts)).toEqual([])
  })

  test('need an account and a token that is not in use', async () => {
    const world = new World()
    const { id } = await world.account('ann')
    await world.login('a', id)
    const body = { type: 'createSession', role: 'buyer', idleTimeoutSeconds } as const
    const codes = [
      await world.codeOf({ ...body, tokenHash: 'b', accountId: id + 1 }),
      await world.codeOf({ ...body, tokenHash: 'a', accountId: id }),
    ]
    expect(codes).toEqual(['ACCOUNT_NOT_FOUND', 'INVALID_ARGUMENT'])
  })

  test('a token of the other role, or of nobody, is refused', async () => {
    const world = new World()
    const { id } = await world.account('sue', 'seller')
    await world.login('s', id, 'seller')
    expect(await world.codeOf(touch('s'))).toBe('UNAUTHENTICATED')
    expect(await world.codeOf(touch('s', 'seller'))).toBe('ok')
    expect(await world.codeOf(addToCart('s', '1-1'))).toBe('UNAUTHENTICATED')
    expect(await world.codeOf(end('s'))).toBe('UNAUTHENTICATED')
    expect(await world.codeOf(touch('nobody'))).toBe('UNAUTHENTICATED')
  })
})

describe('activity', () => {
  const lastActivity = (world: World) => world.tables.all(sessions)[0]?.last_activity_ms

  test('is recorded when what is recorded is more than 20 s old, by touch and by any write', async () => {
    const world = new World()
    const { session } = await world.shopper('a')
    world.pass(20)
    await world.must(touch('a'))
    await world.put('a', '1-1')
    expect(lastActivity(world)).toBe(session.last_activity_ms)
    world.pass(1)
    await world.put('a', '1-1')
    expect(lastActivity(world)).toBe(world.nowMs)
    world.pass(21)
    await world.must(touch('a'))
    expect(lastActivity(world)).toBe(world.nowMs)
  })

  test('a refused write is none', async () => {
    const world = new World()
    const { session } = await world.shopper('a')
    world.pass(100)
    expect(await world.codeOf(addToCart('a', '1-1', 1, { available: 0 }))).toBe('OUT_OF_STOCK')
    expect(lastActivity(world)).toBe(session.last_activity_ms)
  })

  test('a session used within its timeout lives on, although the use left no trace', async () => {
    const world = new World()
    await world.shopper('a')
    world.pass(20) // Used here, or up to a step of group time later: too soon to be recorded.
    world.pass(idleTimeoutSeconds + 5)
    expect(await world.must<TouchOutcome>(touch('a'))).toHaveProperty('session')
  })

  test('a session idle for its timeout and 25 s of group time is gone with its cart', async () => {
    const world = new World()
    await world.shopper('a')
    await world.put('a', '1-1')
    world.pass(idleTimeoutSeconds + 26)
    expect(await world.codeOf(addToCart('a', '1-1'))).toBe('SESSION_EXPIRED')
    expect(await world.must<TouchOutcome>(touch('a'))).toEqual({ expired: true })
    expect(world.tables.all(sessions)).toEqual([])
    expect(world.tables.all(carts)).toEqual([])
    expect(await world.codeOf(touch('a'))).toBe('UNAUTHENTICATED')
  })
})
