import { describe, expect, test } from 'vitest'
import { accounts, attempts } from '../tables.ts'
import { createAccount, World } from './test-world.ts'

describe('accounts', () => {
  test('are numbered apart for sellers and buyers', async () => {
    const world = new World()
    const made = [
      await world.account('ann', 'seller'),
      await world.account('ann', 'buyer'),
      await world.account('ben', 'seller'),
    ]
    expect(made.map(({ role, id }) => `${role} ${id}`)).toEqual(['seller 1', 'buyer 1', 'seller 2'])
    expect(made[0]).toMatchObject({ items_purchased: 0, created_at_ms: world.nowMs })
  })

  test('answer without the password hash, which is kept', async () => {
    const world = new World()
    expect(await world.account('ann')).not.toHaveProperty('password_hash')
    expect(world.tables.all(accounts)[0]?.password_hash).toBe('$argon2id$')
  })

  test('have usernames that are unique within the role, by key', async () => {
    const world = new World()
    await world.account('Ann')
    expect(await world.codeOf(createAccount('ANN'))).toBe('USERNAME_TAKEN')
    expect(await world.codeOf(createAccount('ann', 'seller'))).toBe('ok')
  })

  test('a refused one draws no id', async () => {
    const world = new World()
    await world.account('ann')
    await world.codeOf(createAccount('ann'))
    expect((await world.account('ben')).id).toBe(2)
  })
})

describe('the limit of new accounts per address', () => {
  const limited = { address: '10.0.0.1', limit: 2, windowSeconds: 60 }

  test('counts accounts that came to be, whatever their role, until the window ends', async () => {
    const world = new World()
    await world.account('a', 'buyer', limited)
    await world.codeOf(createAccount('a', 'buyer', limited))
    world.pass(20)
    await world.account('b', 'seller', limited)
    expect(await world.apply(createAccount('c', 'buyer', limited))).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retryAfterMs: 40_000 },
    })
    expect(await world.codeOf(createAccount('c', 'buyer', { ...limited, address: '::1' }))).toBe(
      'ok',
    )
    world.pass(40)
    expect(await world.codeOf(createAccount('d', 'buyer', limited))).toBe('ok')
  })

  test('0 is no limit and leaves no trace', async () => {
    const world = new World()
    for (const name of ['a', 'b', 'c']) await world.account(name, 'buyer', { ...limited, limit: 0 })
    expect(world.tables.all(attempts)).toEqual([])
  })
})

describe('failed logins', () => {
  test('are counted per address and per username and address, each in its window', async () => {
    const world = new World()
    const fail = (usernameKey: string, address: string) =>
      world.must({
        type: 'recordFailedLogin',
        role: 'buyer',
        usernameKey,
        address,
        windowSeconds: 60,
      })
    await fail('ann', '10.0.0.1')
    world.pass(30)
    await fail('ben', '10.0.0.1')
    await fail('ann', '10.0.0.2')
    const counts = world.tables
      .all(attempts)
      .map(({ address, username_key, count }) => `${address} ${username_key || '*'} ${count}`)
    expect(counts.sort()).toEqual([
      '10.0.0.1 * 2',
      '10.0.0.1 ann 1',
      '10.0.0.1 ben 1',
      '10.0.0.2 * 1',
      '10.0.0.2 ann 1',
    ])
    world.pass(30)
    await fail('ben', '10.0.0.1')
    const [atAddress] = world.tables.all(attempts)
    expect(atAddress).toMatchObject({ count: 1, window_ends_at_ms: world.nowMs + 60_000 })
  })

  test('without an address are not counted', async () => {
    const world = new World()
    const body = { role: 'buyer', usernameKey: 'ann', address: '', windowSeconds: 60 } as const
    await world.must({ type: 'recordFailedLogin', ...body })
    expect(world.tables.all(attempts)).toEqual([])
  })
})
