/**
 * The customers' state on a real PostgreSQL, without a group: what is swept when group time moves, and
 * that it does not matter how the order is cut into batches.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memberId } from '../../common/member.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import { customersApplication } from '../../db-customers/application.ts'
import type { Body } from '../../db-customers/commands/body.ts'
import type { AdvancePurchase } from '../../db-customers/commands/purchases.ts'
import { EXPIRED_KEPT_MS, SWEEP_ROWS_MAX, sessionExpiresAtMs } from '../../db-customers/limits.ts'
import { type Postgres, startPostgres } from '../../platform/postgres/postgres.ts'
import type { LogIndex, Ordered } from '../../replication/replicated-log.ts'
import type { AppliedResult, Command } from '../../replication/state-machine/application.ts'
import { type ClockBody, clockCommand } from '../../replication/state-machine/clock-command.ts'
import { SqlStateMachine } from '../../replication/state-machine/sql-state-machine.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'

const startMs = 1_700_000_000_000
const self = memberId(0)

/** One database with the customers' state, fed with commands in an order of the test's own. */
class Database {
  readonly client: Client
  private readonly machine: SqlStateMachine<Body>
  private readonly postgres: Postgres
  private index = 0

  private constructor(postgres: Postgres, client: Client, machine: SqlStateMachine<Body>) {
    this.postgres = postgres
    this.client = client
    this.machine = machine
  }

  static async open(dataDir: string, runtimeName: string): Promise<Database> {
    const postgres = await startPostgres({ dataDir, runtimeName })
    const applying = await postgres.connect('apply', { synchronousCommit: 'off', pipeline: true })
    const machine = await SqlStateMachine.open(applying, customersApplication())
    return new Database(postgres, await postgres.connect('look'), machine)
  }

  apply(...commands: readonly Command<Body | ClockBody>[]): Promise<AppliedResult[]> {
    const batch: Ordered<Command<Body | ClockBody>>[] = commands.map((command) => {
      this.index += 1
      return { index: this.index as LogIndex, command }
    })
    return this.machine.apply(batch, { index: this.index as LogIndex, context: undefined })
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.client.query(`SELECT count(*)::int AS count FROM state.${table}`)
    return rows[0].count
  }

  stop(): Promise<void> {
    return this.postgres.stop()
  }
}

let directory: string
const opened: Database[] = []

async function open(name: string): Promise<Database> {
  const database = await Database.open(join(directory, name), `customers-state-${name}`)
  opened.push(database)
  return database
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'agora-customers-state-'))
})

afterAll(async () => {
  await Promise.all(opened.map((database) => database.stop()))
  await rm(directory, { recursive: true, force: true })
})

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

function command(requestId: string, body: Body): Command<Body> {
  const submittedAtMs = Number.MAX_SAFE_INTEGER // Never too old: that is not the matter here.
  return { request: { requestId, fingerprint: '', retention: 'brief', submittedAtMs }, body }
}

test('in whatever batches the order is applied, state and results are the same', async () => {
  const [one, other] = [await open('one'), await open('other')]
  const commands = randomShop(seededRandom(20_251), 600)
  const single: AppliedResult[] = []
  for (const next of commands) single.push(...(await one.apply(next)))
  const batched: AppliedResult[] = []
  for (let from = 0; from < commands.length; from += 47) {
    batched.push(...(await other.apply(...commands.slice(from, from + 47))))
  }

  expect(batched).toEqual(single)
  expect(await stateHash(other.client)).toEqual(await stateHash(one.client))
  // It means something only if much of it succeeds, and purchases get somewhere.
  expect(single.filter(({ outcome }) => outcome.ok).length).toBeGreaterThan(200)
  const { rows } = await one.client.query('SELECT DISTINCT state FROM state.purchases')
  expect(rows.map(({ state }) => state)).toEqual(
    expect.arrayContaining(['pending', 'releasing', 'completed']),
  )
})

test('expired sessions go with their carts, a bounded number at a time; so do ended windows', async () => {
  const database = await open('sweep')
  await database.apply(clockCommand(self, startMs))
  await database.apply(command('account', account('ann', 'buyer')), command('fail', failedLogin(1)))
  const sessionCount = SWEEP_ROWS_MAX + 10
  for (let at = 0; at < sessionCount; at += 1) {
    const tokenHash = hashOf(`${at}`)
    await database.apply(
      command(`login-${at}`, login(tokenHash, 1)),
      command(`add-${at}`, addToCart(tokenHash, 1, 1)),
    )
  }
  const counts = async () => ({
    sessions: await database.count('sessions'),
    carts: await database.count('carts'),
    attempts: await database.count('attempts'),
  })
  const all = { sessions: sessionCount, carts: sessionCount }
  expect(await counts()).toEqual({ ...all, attempts: 3 })

  const goneAfterMs = sessionExpiresAtMs(startMs, 300) + EXPIRED_KEPT_MS
  await database.apply(clockCommand(self, goneAfterMs))
  expect(await counts()).toEqual({ ...all, attempts: 0 })
  const touch: Body = { type: 'touchSession', role: 'buyer', tokenHash: hashOf('0') }
  const [late] = await database.apply(command('late', touch))
  expect(late?.outcome).toEqual({ ok: true, value: { expired: true } })

  await database.apply(clockCommand(self, goneAfterMs + 1))
  expect(await counts()).toEqual({ sessions: 9, carts: 9, attempts: 0 })
  await database.apply(clockCommand(self, goneAfterMs + 2))
  expect(await counts()).toEqual({ sessions: 0, carts: 0, attempts: 0 })
})

function account(username: string, role: 'buyer' | 'seller'): Body {
  const limits = { address: '10.0.0.1', limit: 1_000, windowSeconds: 60 }
  const name = { username, usernameKey: username, name: username }
  return { type: 'createAccount', role, ...name, passwordHash: 'argon', ...limits }
}

function login(tokenHash: string, accountId: number): Body {
  return { type: 'createSession', role: 'buyer', accountId, tokenHash, idleTimeoutSeconds: 300 }
}

function addToCart(tokenHash: string, serial: number, quantity: number): Body {
  const price = { amount: 100 * serial, currency: 'USD' }
  const itemId = `1-${serial}` as never
  return { type: 'addToCart', tokenHash, itemId, quantity, price, available: 6 }
}

/** A sequence of commands in which every kind occurs and most are possible. */
function randomShop(random: Random, length: number): Command<Body | ClockBody>[] {
  let nowMs = startMs
  const commands: Command<Body | ClockBody>[] = [clockCommand(self, nowMs)]
  for (let at = 1; commands.length < length; at += 1) {
    if (random.next() < 0.05) {
      nowMs += random.integer(0, 40_000)
      commands.push(clockCommand(self, nowMs))
    } else if (random.next() < 0.03) {
      commands.push(command(`shop-${random.integer(1, at)}`, account('again', 'buyer')))
    } else if (random.next() < 0.04) {
      commands.push(
        ...wholePurchase(at, random).map((body, step) => command(`${at}-${step}`, body)),
      )
    } else {
      commands.push(command(`shop-${at}`, randomBody(random, at)))
    }
  }
  return commands
}

/** Left to chance alone, hardly any would be completed. */
function wholePurchase(at: number, random: Random): Body[] {
  const tokenHash = hashOf(`whole-${at}`)
  const purchaseId = `whole-${at}` as never
  const step = (to: AdvancePurchase['to']) => ({ ...advance(purchaseId, to, random), claim: 1 })
  const claimed = { claimedBy: 'buyer', claimSeconds: 20 }
  const price = dollars(50)
  const lines = [{ itemId: '1-1' as never, sellerId: 1, price, name: 'item 1' }]
  return [
    account(`whole-${at}`, 'buyer'),
    login(tokenHash, 1),
    { type: 'clearCart', tokenHash },
    addToCart(tokenHash, 1, 2),
    { type: 'openPurchase', tokenHash, purchaseId, cardLast4: '4242', ...claimed },
    { ...step('reserved'), lines },
    step('paid'),
    step('completed'),
  ]
}

function randomBody(random: Random, at: number): Body {
  const buyer = random.integer(1, 4)
  const tokenHash = hashOf(`${buyer}-${random.integer(1, 2)}`)
  const purchaseId = `p-${buyer}-${random.integer(1, 9)}` as never
  const itemId = `1-${random.integer(1, 2)}` as never
  const claimed = { claimedBy: 'buyer', claimSeconds: 20 }
  const steps = ['reserved', 'paid', 'completed', 'releasing', 'failed'] as const
  const next = () => advance(purchaseId, pick(steps, random), random)
  const choices: (() => Body)[] = [
    () => account(`u${random.integer(1, at)}`, random.next() < 0.5 ? 'buyer' : 'seller'),
    () => login(tokenHash, buyer),
    () => addToCart(tokenHash, random.integer(1, 2), random.integer(1, 3)),
    () => addToCart(tokenHash, 1, 1),
    () => ({ type: 'removeFromCart', tokenHash, itemId, quantity: random.integer(0, 2) }),
    () => ({ type: 'saveCart', tokenHash }),
    () => ({ type: 'acceptCartPrices', tokenHash, prices: [{ itemId, price: dollars(90) }] }),
    () => ({ type: 'touchSession', role: 'buyer', tokenHash }),
    () => ({ type: 'openPurchase', tokenHash, purchaseId, cardLast4: '4242', ...claimed }),
    () => ({ type: 'claimPurchase', purchaseId, expected: 1, ...claimed }),
    ...Array<() => Body>(6).fill(next),
  ]
  if (random.next() < 0.02) return { type: 'clearCart', tokenHash }
  if (random.next() < 0.02) return { type: 'endSession', role: 'buyer', tokenHash }
  if (random.next() < 0.03) return failedLogin(buyer)
  return pick(choices, random)()
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[random.integer(0, choices.length - 1)] as T
}

const dollars = (amount: number) => ({ amount, currency: 'USD' })

function failedLogin(buyer: number): Body {
  const at = { address: `10.0.0.${buyer}`, windowSeconds: 60 }
  return { type: 'recordFailedLogin', role: 'buyer', usernameKey: `u${buyer}`, ...at }
}

function advance(purchaseId: never, to: AdvancePurchase['to'], random: Random): AdvancePurchase {
  // As many lines as a cart often has; another number is refused, which is a case as well.
  const lines = [1, 2].slice(0, random.integer(1, 2)).map((serial) => ({
    itemId: `1-${serial}` as never,
    sellerId: 1,
    price: dollars(50),
    name: `item ${serial}`,
  }))
  return {
    type: 'advancePurchase',
    purchaseId,
    claim: random.next() < 0.8 ? 1 : 2,
    to,
    lines: to === 'reserved' ? lines : [],
    authorizationId: to === 'paid' ? 'authorization' : '',
    failureCode: 'PURCHASE_ABANDONED',
    failureMessage: '',
    claimSeconds: 20,
  }
}
