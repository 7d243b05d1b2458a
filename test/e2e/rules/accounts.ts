/** Rules of accounts, sessions and who sees what (docs/domain.md), through the servers of a cluster. */
import { expect, it } from 'vitest'
import { createBuyerClient } from '../../../buyer/api.ts'
import { createSellerClient } from '../../../seller/api.ts'
import { until } from '../../until.ts'
import type { TestCluster } from '../cluster.ts'
import { withDatabase } from '../databases.ts'
import { goodCard, newBuyer, newSeller, password, uniqueName } from '../people.ts'
import { ask, buyerAgain, codeOf, putUp } from './asking.ts'

const accountSql = 'SELECT a::text AS row FROM state.accounts a WHERE username = $1'

export function accountRules(cluster: () => TestCluster): void {
  const report = () => cluster().report
  const sellers = () => createSellerClient({ servers: report().sellers })
  const buyers = () => createBuyerClient({ servers: report().buyers })

  it('a username is unique in its role, whatever its case and width [A1]', async () => {
    const username = uniqueName('Ada')
    const wide = username.replace('Ada', 'ＡＤＡ')
    await sellers().createAccount({ username, password })
    await buyers().createAccount({ username, password })
    for (const same of [username, username.toUpperCase(), wide]) {
      expect(await codeOf(sellers().createAccount({ username: same, password }))).toBe(
        'USERNAME_TAKEN',
      )
      expect(await codeOf(buyers().createAccount({ username: same, password }))).toBe(
        'USERNAME_TAKEN',
      )
    }
    const seller = sellers()
    await seller.login({ username: wide, password })
    expect(await seller.me()).toMatchObject({ username })
  })

  it('lengths are counted in characters after NFC, blanks around left out [A2, A4]', async () => {
    const made = async (username: string, name?: string) =>
      sellers().createAccount({ username, password, ...(name === undefined ? {} : { name }) })
    const unique = uniqueName('n')
    const longest = '👍'.repeat(32 - unique.length)
    expect((await made(`  ${unique}${longest} `)).name).toBe(`${unique}${longest}`)
    expect(await codeOf(made(`${unique}${longest}x`))).toBe('INVALID_ARGUMENT')
    // 32 times e and an accent of its own are 32 characters after NFC.
    const accents = 'e\u0301'.repeat(32)
    const shared = [await made(uniqueName('s'), accents), await made(uniqueName('s'), accents)]
    expect(shared.map(({ name }) => name)).toEqual([accents.normalize(), accents.normalize()])
    for (const bad of ['', '   ', 'x'.repeat(33), 'a\u0007b']) {
      expect(await codeOf(made(bad))).toBe('INVALID_ARGUMENT')
      expect(await codeOf(made(uniqueName('s'), bad))).toBe('INVALID_ARGUMENT')
    }
  })

  it('a password has 8 to 128 characters, and argon2id is what is kept of it [A3]', async () => {
    for (const bad of ['x'.repeat(7), 'x'.repeat(129)]) {
      const refused = buyers().createAccount({ username: uniqueName('b'), password: bad })
      expect(await codeOf(refused)).toBe('INVALID_ARGUMENT')
    }
    const username = uniqueName('b')
    const secret = `${uniqueName('secret')}ß👍`.padEnd(128, 'x').slice(0, 64)
    const answer = await buyers().createAccount({ username, password: secret })
    expect(JSON.stringify(answer)).not.toContain(secret)
    const kept = await withDatabase(report().dataDir, 'customers-0', async (connection) => {
      const find = async (): Promise<string | undefined> =>
        (await connection.query(accountSql, [username])).rows[0]?.row
      await until(async () => (await find()) !== undefined, 10_000, 'it is applied there')
      return await find()
    })
    expect(kept).toContain('$argon2id$')
    expect(kept).not.toContain(secret)
  })

  it('new accounts begin at nothing, under an integer [A5]', async () => {
    const seller = await newSeller(report())
    const { id } = await seller.me()
    expect(Number.isSafeInteger(id)).toBe(true)
    expect(await seller.rating()).toEqual({ sellerId: id, up: 0, down: 0, itemsSold: 0 })
    const me = await (await newBuyer(report())).me()
    expect(me).toMatchObject({ id: expect.any(Number), itemsPurchased: 0 })
  })

  it('a wrong password and an unknown username are refused alike [A6]', async () => {
    const username = uniqueName('b')
    await buyers().createAccount({ username, password })
    const [server = ''] = report().buyers
    const attempt = (body: object) =>
      ask(server, undefined, { method: 'post', path: '/v1/sessions', body })
    const wrong = await attempt({ username, password: 'not the password' })
    const unknown = await attempt({ username: uniqueName('nobody'), password })
    const told = ({ status, body }: typeof wrong) => ({
      ...(body as object),
      status,
      requestId: '',
    })
    expect(wrong).toMatchObject({ status: 401, code: 'BAD_CREDENTIALS' })
    expect(told(unknown)).toEqual(told(wrong))
  })

  it('each login is a session of its own, whose token nobody stores [S1, S2, K7]', async () => {
    const username = uniqueName('b')
    const first = await newBuyer(report(), username)
    const [server = ''] = report().buyers
    const login = {
      method: 'post',
      path: '/v1/sessions',
      body: { username, password },
      idempotencyKey: uniqueName('k'),
    } as const
    const second = (await ask(server, undefined, login)).body as { token: string }
    const third = (await ask(server, undefined, login)).body as { token: string }
    const tokens = [first.token ?? '', second.token, third.token]
    expect(new Set(tokens).size).toBe(3)
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    const stored = await withDatabase(report().dataDir, 'customers-0', async (connection) => {
      const { rows } = await connection.query('SELECT s::text AS row FROM state.sessions s')
      return rows.map(({ row }) => row).join('\n')
    })
    for (const token of tokens) expect(stored).not.toContain(token)

    const item = await putUp(await newSeller(report()))
    await first.addToCart(item.id, 1)
    const other = createBuyerClient({ servers: report().buyers, token: second.token })
    expect((await other.cart()).lines).toEqual([])
    await other.logout()
    expect((await first.cart()).lines).toHaveLength(1)
  })

  it('a session is known at every server, also after a restart of it, until logout [S3, S4]', async () => {
    const buyer = await newBuyer(report())
    const { token } = buyer
    const seenAt = async (server: string) =>
      (await ask(server, token, { method: 'get', path: '/v1/me' })).status
    for (const server of report().buyers) expect(await seenAt(server)).toBe(200)
    const { pid } = cluster().process('buyer-0')
    cluster().signal('buyer-0', 'SIGKILL')
    expect(await buyer.me()).toMatchObject({ itemsPurchased: 0 })
    const [first = ''] = report().buyers
    await until(() => (cluster().process('buyer-0').pid ?? pid) !== pid, 20_000)
    await until(
      async () => (await seenAt(first)) === 200,
      20_000,
      'the server is back and knows it',
    )
    await buyer.logout()
    for (const server of report().buyers) expect(await seenAt(server)).toBe(401)
  })

  it('no token, an invented one and one of the other role are refused [S6, V1]', async () => {
    const seller = await newSeller(report())
    const buyer = await newBuyer(report())
    const item = await putUp(seller)
    const [sellerServer = ''] = report().sellers
    const [buyerServer = ''] = report().buyers
    const shown = [`/v1/items/${item.id}`, '/v1/items', `/v1/sellers/${item.sellerId}/rating`]
    for (const path of shown) {
      expect(await ask(buyerServer, buyer.token, { method: 'get', path })).toMatchObject({
        status: 200,
      })
      for (const token of [undefined, 'A'.repeat(43), seller.token]) {
        expect(await ask(buyerServer, token, { method: 'get', path })).toMatchObject({
          status: 401,
        })
      }
    }
    for (const token of [undefined, 'A'.repeat(43), buyer.token]) {
      const answer = await ask(sellerServer, token, { method: 'get', path: '/v1/items' })
      expect(answer).toMatchObject({ status: 401 })
    }
  })

  it('another’s item in a seller’s hands and another’s purchase do not exist [I6, V3]', async () => {
    const owner = await newSeller(report())
    const other = await newSeller(report())
    const item = await putUp(owner)
    const refused = await Promise.all(
      [
        other.getItem(item.id),
        other.changePrice(item.id, item.price),
        other.changeUnits(item.id, 1),
        owner.getItem(`${item.category}-999999999`),
      ].map(codeOf),
    )
    expect(refused).toEqual(Array(4).fill('ITEM_NOT_FOUND'))
    expect((await other.listItems()).items).toEqual([])
    const username = uniqueName('b')
    const buyer = await newBuyer(report(), username)
    await buyer.addToCart(item.id, 1)
    const { id } = await buyer.buy(goodCard)
    const again = await buyerAgain(report(), username)
    expect(await again.getPurchase(id)).toMatchObject({ id, state: 'completed' })
    const stranger = await newBuyer(report())
    expect(await codeOf(stranger.getPurchase(id))).toBe('PURCHASE_NOT_FOUND')
    expect((await stranger.listPurchases()).items).toEqual([])
  })
}
