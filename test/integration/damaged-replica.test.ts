/** One replica whose stored log is damaged, cut off in the middle, or in doubt. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { createProductsClient, type ProductsClient } from '../../db-products/api.ts'
import { productsReplica } from '../../db-products/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { startPostgres } from '../../platform/postgres/postgres.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'
import { withDatabase } from '../e2e/databases.ts'
import { until } from '../until.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'damaged-test', level: 'silent' })
const member = { id: memberId(0), host: '127.0.0.1', port: 28_170 }

let root: string
let client: ProductsClient
let replica: Replica | undefined
let failures: unknown[]
let acknowledged: string[]

async function start(): Promise<void> {
  failures = []
  const environment = { CLUSTER_SECRET: secret, DATA_DIR: root, PRODUCT_DBS: `0-127.0.0.1:28170` }
  const onFatal = (error: unknown) => void failures.push(error)
  const plan = productsReplica(loadConfig(environment), member)
  replica = await startReplica(plan, { logger, onFatal, clockIntervalMs: 200 })
  await replica.serving
}

async function stop(): Promise<void> {
  await replica?.stop().catch(() => undefined)
  replica = undefined
}

const soon = () => ({ deadline: { atUnixMs: Date.now() + 5_000 } })

async function putUp(name: string): Promise<void> {
  const context = { requestId: name, fingerprint: '', keepForADay: true }
  const price = { amount: 100, currency: 'USD' }
  const item = { sellerId: 7, name, category: 1, keywords: ['lamp'], quantity: 3 }
  const { item: made } = await client.createItem(
    { context, ...item, condition: 'NEW', price },
    soon(),
  )
  if (made !== null) acknowledged.push(made.id)
}

async function expectAllAcknowledged(): Promise<void> {
  for (let at = 0; at < acknowledged.length; at += 20) {
    const ids = acknowledged.slice(at, at + 20)
    const { items } = await client.getItems({ context: { local: false }, ids }, soon())
    expect(items.map(({ id }) => id).sort()).toEqual([...ids].sort())
  }
}

/** Changes what is stored while the replica is down. */
async function tamper(sql: string): Promise<void> {
  const postgres = await startPostgres({ dataDir: join(root, 'products-0'), runtimeName: 'tamper' })
  try {
    const connection = await postgres.connect('tamper')
    expect((await connection.query(sql)).rowCount).toBeGreaterThan(0)
  } finally {
    await postgres.stop()
  }
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'agora-damaged-'))
  client = createProductsClient({ members: [member], secret, logger })
  acknowledged = []
  await start()
  for (let at = 0; at < 5; at += 1) await putUp(`lamp-number-${at}`)
})
afterEach(async () => {
  client.close()
  await stop()
  await removePostgresData(join(root, 'products-0'))
  await rm(root, { recursive: true, force: true })
})

const latest = 'append_id = (SELECT max(append_id) FROM replica.log WHERE length(entries) > 20)'

describe('a replica', () => {
  it.each([
    [
      'of whose log a byte has changed',
      /entry \d+ does not match its checksum/,
      `UPDATE replica.log SET entries = set_byte(entries, 14, 255 - get_byte(entries, 14)) WHERE ${latest}`,
    ],
    [
      'of whose log a row is cut off',
      /entry \d+ is cut off/,
      `UPDATE replica.log SET entries = substr(entries, 1, length(entries) - 1) WHERE ${latest}`,
    ],
    [
      'that lacks a write in the middle',
      /append \d+ is followed by append \d+/,
      'DELETE FROM replica.log WHERE append_id = (SELECT max(append_id) - 1 FROM replica.log)',
    ],
    [
      'whose term and vote are damaged',
      /scalars do not match/,
      'UPDATE replica.meta SET bytes = set_byte(bytes, 5, 255 - get_byte(bytes, 5))',
    ],
  ])('%s does not start, and says what to do', async (_what, expected, sql) => {
    await stop()
    await tamper(sql)
    const refused = await start().catch((error: unknown) => error)
    expect(String(refused)).toMatch(expected)
    expect(String(refused)).toContain('What products-0 has stored is damaged')
    expect(String(refused)).toContain('./agora wipe products-0')
    expect(String(refused)).toContain('./agora members products replace 0')
  })

  it('whose write was cut off stops, and goes on from what its log holds', async () => {
    const writing = (async () => {
      for (let at = 0; ; at += 1) await putUp(`more-number-${at}`)
    })()
    const ended = writing.catch(() => 'ended')
    await until(() => acknowledged.length > 20, 10_000)
    // The answer to the write under way never comes: it may be in the log or not.
    await withDatabase(root, 'products-0', async (connection) => {
      await connection.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                              WHERE application_name LIKE 'agora/%/log'`)
    })
    await until(() => failures.length > 0, 5_000)
    expect(String(failures[0])).toContain('can no longer be written')
    await stop()
    expect(await ended).toBe('ended')
    await start()
    await expectAllAcknowledged()
  })

  it('whose PostgreSQL is killed in a burst of writes stops, and has all it acknowledged', async () => {
    const writing = Promise.allSettled(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let at = 0; ; at += 1) await putUp(`burst-${writer}-${at}`)
      }),
    )
    await until(() => acknowledged.length > 60, 10_000)
    const pid = await withDatabase(root, 'products-0', async (connection) => {
      const file = `split_part(pg_read_file('postmaster.pid'), E'\\n', 1)`
      return Number((await connection.query(`SELECT ${file} AS pid`)).rows[0].pid)
    })
    process.kill(pid, 'SIGKILL')
    await until(() => failures.length > 0, 5_000)
    await stop()
    await writing
    await start()
    await expectAllAcknowledged()
  })
})
