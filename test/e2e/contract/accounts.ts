/** Accounts and sessions, and what limits making them, as the documents say. */
import { expect, it } from 'vitest'
import { type CallOptions, newSession, password } from '../../rest/caller.ts'
import { type Market, newKey, statusOf } from './market.ts'

export function accountContract(market: () => Market): void {
  it('are created, shown and ended', async () => {
    const { seller, buyer } = market()
    for (const call of [seller, buyer]) {
      const { username, token } = await newSession(call)
      const again = { body: { username: username.toUpperCase(), password } }
      expect(await statusOf(call('createAccount', again))).toBe(409)
      expect(await statusOf(call('logIn', { body: { username, password: 'wrong one' } }))).toBe(401)
      expect((await call('showMe', { token })).body).toMatchObject({ username })
      expect(await statusOf(call('logOut', { token }))).toBe(204)
      expect(await statusOf(call('showMe', { token }))).toBe(401)
    }
  })

  it('are limited over all servers together, repeats of what succeeded excepted', async () => {
    const { seller, goodOptions } = market()
    const from = '127.0.9.1'
    const key = newKey()
    const create = (server: number, more: CallOptions = {}) =>
      seller('createAccount', {
        ...goodOptions('createAccount'),
        from,
        server,
        key: newKey(),
        ...more,
      })
    const body = { username: `u${newKey().slice(0, 12)}`, password }
    const first = await create(0, { body, key })
    expect([first.status, await statusOf(create(1)), await statusOf(create(2))]).toEqual([
      201, 201, 201,
    ])
    expect(first.headers.ratelimit).toContain('"accounts";r=2;t=')
    for (const server of [0, 1, 2, 3]) {
      const refused = await create(server)
      expect(refused.status).toBe(429)
      expect(refused.body.code).toBe('RATE_LIMITED')
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(200)
      expect(refused.headers.ratelimit).toContain('"accounts";r=0;t=')
      expect(refused.headers['ratelimit-policy']).toContain('"accounts";q=3;w=300')
    }
    const repeat = await create(3, { body, key })
    expect([repeat.status, repeat.body.id]).toEqual([201, first.body.id])
    expect(repeat.headers['idempotent-replayed']).toBe('true')
    expect(await statusOf(create(0, { from: '127.0.9.2' }))).toBe(201)
  })

  it('let nobody guess on at another server, nor lock the owner out', async () => {
    const { buyer } = market()
    const { username } = await newSession(buyer)
    const from = '127.0.9.3'
    const guess = (server: number) =>
      buyer('logIn', { body: { username, password: 'wrong one' }, from, server })
    const answers = []
    for (const server of [0, 1, 2, 3, 0]) answers.push(await guess(server))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429])
    expect(
      answers.map(({ headers }) => /"failed-logins";r=(\d)/.exec(String(headers.ratelimit))?.[1]),
    ).toEqual(['2', '1', '0', '0', '0'])
    const owner = await buyer('logIn', { body: { username, password }, from: '127.0.9.4' })
    expect(owner.status).toBe(201)
  })
}
