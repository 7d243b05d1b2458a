/**
 * One replica on a disk that is filled up: a table that cannot grow (an error), a write-ahead log
 * that cannot (PostgreSQL ends all connections and restarts), a start, a first start. Every time it
 * says the same, and comes back with all that it had acknowledged once there is room.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { createProductsClient } from '../../db-products/api.ts'
import { productsReplica } from '../../db-products/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { DiskFull } from '../../platform/postgres/disk-space.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'
import { withDatabase } from '../e2e/databases.ts'
import { mountSmallDisk, testInNamespace } from '../small-disk.ts'
import { until } from '../until.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'full-disk-test', level: 'silent' })
const member = { id: memberId(0), host: '127.0.0.1', port: 28_160 }
const disk = mountSmallDisk()
afterAll(() => disk?.unmount())

const aFullDisk = /^The disk is full: \d+ kB free in \S+\/products-0\/postgres \(.+\)\. Make room/

describe.skipIf(disk === undefined)('a replica whose disk is full', () => {
  if (disk === undefined) return
  const dataDir = join(disk.path, 'products-0')
  const client = createProductsClient({ members: [member], secret, logger })
  let replica: Replica | undefined
  let failure: { readonly error: unknown; readonly afterMs: number } | undefined
  let failedFromMs = 0
  const acknowledged: string[] = []

  async function start(): Promise<void> {
    failure = undefined
    const environment = {
      CLUSTER_SECRET: secret,
      DATA_DIR: disk?.path,
      PRODUCT_DBS: `0-${member.host}:${member.port}`,
    }
    const onFatal = (error: unknown): void => {
      failure ??= { error, afterMs: performance.now() - failedFromMs }
    }
    const plan = productsReplica(loadConfig(environment), member)
    replica = await startReplica(plan, { logger, onFatal, clockIntervalMs: 200 })
    await replica.serving
  }

  const failureMessage = (): string =>
    failure?.error instanceof Error ? failure.error.message : ''

  async function stop(): Promise<void> {
    await replica?.stop().catch(() => undefined)
    replica = undefined
  }

  /** Until the first failure, which is not counted. */
  async function putUpUntilItFails(most: number): Promise<void> {
    for (let count = 0; count < most; count += 1) {
      const context = { requestId: `${Math.random()}`, fingerprint: '', keepForADay: true }
      const price = { amount: 100, currency: 'USD' }
      const keywords = ['lamp', 'green']
      const item = { sellerId: 7, name: 'Lamp', category: 1, keywords, quantity: 3 }
      const request = { context, ...item, condition: 'NEW', price } as const
      failedFromMs = performance.now()
      try {
        const reply = await client.createItem(request, {
          deadline: { atUnixMs: Date.now() + 1_500 },
        })
        acknowledged.push(reply.item?.id ?? '')
      } catch {
        return
      }
    }
  }

  async function expectAllAcknowledged(): Promise<void> {
    for (let at = 0; at < acknowledged.length; at += 20) {
      const ids = acknowledged.slice(at, at + 20)
      const question = { context: { local: false }, ids }
      const { items } = await client.getItems(question, {
        deadline: { atUnixMs: Date.now() + 9_000 },
      })
      expect(items.map(({ id }) => id).sort()).toEqual([...ids].sort())
    }
  }

  async function expectItComesBack(): Promise<void> {
    disk?.free()
    await start()
    await expectAllAcknowledged()
    const before = acknowledged.length
    await putUpUntilItFails(3)
    expect(acknowledged.length).toBe(before + 3)
  }

  beforeEach(async () => {
    disk.free()
    acknowledged.length = 0
  })
  afterEach(async () => {
    await stop()
    await removePostgresData(dataDir)
    disk.clear()
  })
  afterAll(() => client.close())

  it('stops when a table cannot grow, says so, and comes back', async () => {
    await start()
    await putUpUntilItFails(20)
    disk.fill(64)
    await putUpUntilItFails(5_000)
    await until(() => failure !== undefined, 5_000)
    expect(failure?.error).toBeInstanceOf(DiskFull)
    expect(failureMessage()).toMatch(aFullDisk)
    expect(failure?.afterMs).toBeLessThan(1_000)
    await stop()
    await expect(start()).rejects.toThrow(aFullDisk)
    await expectItComesBack()
  })

  it('stops when the write-ahead log cannot grow, says so, and comes back', async () => {
    await start()
    await putUpUntilItFails(20)
    await withDatabase(disk.path, 'products-0', async (connection) => {
      connection.on('error', () => undefined)
      disk.fill(256)
      failedFromMs = performance.now()
      // Messages are written to the write-ahead log and nowhere else.
      const grow = `SELECT count(pg_logical_emit_message(true, 'x', repeat('x', 1000000)))
                    FROM generate_series(1, 40)`
      await expect(connection.query(grow)).rejects.toThrow()
    })
    await until(() => failure !== undefined, 5_000)
    expect(failureMessage()).toMatch(aFullDisk)
    expect(failureMessage()).toContain('pg_wal')
    expect(failure?.afterMs).toBeLessThan(1_500)
    await stop()
    await expect(start()).rejects.toThrow(aFullDisk)
    await expectItComesBack()
  })

  it('does not begin a database for which there is no room', async () => {
    disk.fill(20 * 1024)
    await expect(start()).rejects.toThrow(/The disk is full: 20 MB free in .* at least 64 MB/)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    await expectItComesBack()
  })

  it('says so when its PostgreSQL cannot recover', async () => {
    await start()
    await putUpUntilItFails(20)
    await withDatabase(disk.path, 'products-0', async (connection) => {
      const { rows } = await connection.query(
        `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`,
      )
      process.kill(Number(rows[0].pid), 'SIGKILL')
    })
    await until(() => failure !== undefined, 5_000)
    await stop()
    disk.fill(64)
    await expect(start()).rejects.toThrow(aFullDisk)
    await expectItComesBack()
  })
})

testInNamespace(disk, 'integration', 'test/integration/full-disk.test.ts')
