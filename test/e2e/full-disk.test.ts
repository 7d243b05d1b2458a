/**
 * Three replicas of products as processes under their supervisor, one of them on a disk that is
 * filled up while clients write: the others go on, it says why it is down, and it comes back by
 * itself, with equal rows, once there is room.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { createProductsClient, type ProductsClient } from '../../db-products/api.ts'
import { ClusterDirectory } from '../../launcher/cluster-directory.ts'
import { type PlannedProcess, planCluster } from '../../launcher/plan.ts'
import { probe } from '../../launcher/readiness.ts'
import { Supervisor } from '../../launcher/supervisor.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { GroupOperator } from '../../replication/operator/client.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'
import { mountSmallDisk, testInNamespace } from '../small-disk.ts'
import { until } from '../until.ts'
import { withDatabase } from './databases.ts'

const firstPort = 28_200
const victim = 1
const secret = 'a secret for this test only'
const logger = createLogger({ name: 'full-disk-e2e', level: 'silent' })
const disk = mountSmallDisk()
afterAll(() => disk?.unmount())

const soon = (ms = 3_000) => ({ deadline: { atUnixMs: Date.now() + ms } })

/** Calls that are made one after the other, and when each was answered. */
class Writer {
  readonly acknowledged: { readonly id: string; readonly atMs: number }[] = []
  readonly failures: unknown[] = []
  readonly #client: ProductsClient
  readonly #ended: Promise<void>
  #stopped = false

  constructor(addresses: readonly { host: string; port: number }[], name: string) {
    this.#client = createProductsClient({ members: addresses, secret, logger })
    this.#ended = this.#run(name)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#ended
    this.#client.close()
  }

  /** The longest time without an answer since `fromMs`. */
  longestGapMs(fromMs: number): number {
    const times = this.acknowledged.map(({ atMs }) => atMs).filter((atMs) => atMs >= fromMs)
    return Math.max(...times.slice(1).map((atMs, at) => atMs - (times[at] ?? atMs)))
  }

  async #run(name: string): Promise<void> {
    for (let at = 0; !this.#stopped; at += 1) {
      const context = { requestId: `${name}-number-${at}`, fingerprint: '', keepForADay: true }
      const price = { amount: 100, currency: 'USD' }
      const item = { sellerId: 7, name: 'Lamp', category: 1, keywords: ['lamp'], quantity: 3 }
      try {
        const request = { context, ...item, condition: 'NEW', price } as const
        const { item: made } = await this.#client.createItem(request, soon())
        this.acknowledged.push({ id: made?.id ?? '', atMs: performance.now() })
      } catch (error) {
        this.failures.push(error)
      }
    }
  }
}

describe.skipIf(disk === undefined)('a group of which one disk fills up', () => {
  if (disk === undefined) return
  let dataDir = ''
  let supervisor: Supervisor | undefined
  let writers: Writer[] = []
  let plans: readonly PlannedProcess[] = []
  const members = [0, 1, 2].map((id) => ({ host: '127.0.0.1', port: firstPort + 5 * id }))
  const others = members.filter((_, id) => id !== victim)
  const name = `products-${victim}`

  async function start(): Promise<ClusterDirectory> {
    dataDir = mkdtempSync(join(tmpdir(), 'agora-full-'))
    // PostgreSQL runs as another user, who must be able to enter.
    chmodSync(dataDir, 0o711)
    symlinkSync(disk?.path ?? '', join(dataDir, name))
    const directory = new ClusterDirectory(dataDir)
    directory.create()
    const environment = {
      CLUSTER_SECRET: secret,
      DATA_DIR: dataDir,
      PRODUCT_DBS: members.map(({ host, port }, id) => `${id}-${host}:${port}`).join(','),
    }
    plans = planCluster(loadConfig(environment)).filter(({ group }) => group === 'products')
    supervisor = new Supervisor({
      directory,
      environment: () => environment,
      say: () => undefined,
      onChange: () => undefined,
    })
    supervisor.start(plans)
    await until(allReady, 60_000, 'all are ready')
    return directory
  }

  const isReady = async (id: number): Promise<boolean> => {
    const plan = plans[id]
    return plan !== undefined && (await probe(plan)).ready
  }
  const allReady = async (): Promise<boolean> =>
    (await Promise.all(plans.map((_, id) => isReady(id)))).every(Boolean)

  async function lead(leader: number): Promise<void> {
    const operator = new GroupOperator({ members, secret })
    try {
      const action = { kind: 'transfer', to: memberId(leader) } as const
      await operator.administer(action, { atUnixMs: Date.now() + 10_000 })
    } finally {
      operator.close()
    }
  }

  async function hashes(id: number): Promise<Readonly<Record<string, string>>> {
    return withDatabase(dataDir, `products-${id}`, stateHash)
  }

  const said = (directory: ClusterDirectory): string =>
    existsSync(directory.logPath(name)) ? readFileSync(directory.logPath(name), 'utf8') : ''

  afterEach(async () => {
    await Promise.all(writers.map((writer) => writer.stop()))
    writers = []
    await supervisor?.stop()
    for (const id of members.keys()) await removePostgresData(join(dataDir, `products-${id}`))
    rmSync(dataDir, { recursive: true, force: true })
    disk.free()
    disk.clear()
  })

  it.each([
    ['a follower', 2, 1_000],
    ['the leader', victim, 2_000],
  ])(
    '%s stops and says so, the others go on, and it comes back',
    async (_who, leader, gapMaxMs) => {
      const directory = await start()
      await lead(leader)
      writers = [0, 1, 2, 3].map((at) => new Writer(others, `writer-${at}`))
      const itsOwn = new Writer(members.slice(victim, victim + 1), 'its-own')
      await until(() => writers.every(({ acknowledged }) => acknowledged.length > 20), 20_000)

      const fullFromMs = performance.now()
      disk.fill(256)
      await until(() => said(directory).includes('cannot go on: The disk is full'), 30_000)
      // It is tried again and again, after 0.2 s, 0.4 s, 0.8 s, … 5 s.
      const [restartsBefore, sinceMs] = [restarts(), performance.now()]
      await until(() => restarts() >= restartsBefore + 4, 30_000, 'it is started again')
      expect(performance.now() - sinceMs).toBeGreaterThan(200 + 400 + 800)
      expect(said(directory)).toMatch(
        /does not start: The disk is full: \d+ kB free in \S+\/postgres/,
      )
      expect(await isReady(victim)).toBe(false)

      disk.free()
      await until(() => isReady(victim), 30_000, 'the replica is back')
      await Promise.all([...writers, itsOwn].map((writer) => writer.stop()))
      for (const writer of writers) {
        expect(writer.failures).toEqual([])
        expect(writer.longestGapMs(fullFromMs)).toBeLessThan(gapMaxMs)
      }
      await until(async () => {
        const [first, ...more] = await Promise.all([...members.keys()].map(hashes))
        return more.every((other) => JSON.stringify(other) === JSON.stringify(first))
      }, 20_000)
      await expectStored([...writers, itsOwn].flatMap(({ acknowledged }) => acknowledged))
    },
  )

  const restarts = (): number =>
    supervisor?.processes().find((process) => process.name === name)?.restarts ?? 0

  async function expectStored(acknowledged: readonly { readonly id: string }[]): Promise<void> {
    const client = createProductsClient({ members, secret, logger })
    for (let at = 0; at < acknowledged.length; at += 50) {
      const ids = acknowledged.slice(at, at + 50).map(({ id }) => id)
      const { items } = await client.getItems({ context: { local: false }, ids }, soon(10_000))
      expect(items.map(({ id }) => id).sort()).toEqual([...ids].sort())
    }
    client.close()
  }
})

testInNamespace(disk, 'e2e', 'test/e2e/full-disk.test.ts')
