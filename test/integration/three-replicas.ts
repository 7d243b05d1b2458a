/** Test support: a group of three whole replicas in one process, each with a real PostgreSQL. */
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Member } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { type CreateAccountRequest, createCustomersClient } from '../../db-customers/api.ts'
import { customersReplica } from '../../db-customers/replica.ts'
import { type CreateItemRequest, createProductsClient } from '../../db-products/api.ts'
import { productsReplica } from '../../db-products/replica.ts'
import { loadConfig } from '../../platform/config.ts'
import { createLogger } from '../../platform/log.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { type Replica, startReplica } from '../../replication/replica/start.ts'
import type { ReplicaStatus } from '../../replication/replica/status.ts'

const secret = 'a secret for this test only'
const logger = createLogger({ name: 'three-replicas', level: 'silent' })
const ids = [0, 1, 2]
const soon = () => ({ deadline: { atUnixMs: Date.now() + 10_000 } })

type Once = { requestId: string; fingerprint: string; keepForADay: boolean }
export type GroupName = 'products' | 'customers'
const firstPort = { products: 28_100, customers: 28_130 } as const

/** Three replicas in this process that compare themselves all the time. */
export class ThreeReplicas {
  readonly name: GroupName
  readonly dataDir: string
  readonly fatal = new Map<number, unknown>()
  readonly #replicas = new Map<number, Replica>()

  constructor(name: GroupName, dataDir: string) {
    this.name = name
    this.dataDir = dataDir
  }

  get members(): Member[] {
    return ids.map((id) => ({
      id: memberId(id),
      host: '127.0.0.1',
      port: firstPort[this.name] + 5 * id,
    }))
  }

  async start(id: number): Promise<void> {
    const list = this.members.map(({ id: at, port }) => `${at}-127.0.0.1:${port}`).join(',')
    const config = loadConfig({
      CLUSTER_SECRET: secret,
      DATA_DIR: this.dataDir,
      GROUP_CHECK_INTERVAL_MS: '500',
      ...(this.name === 'products' ? { PRODUCT_DBS: list } : { CUSTOMER_DBS: list }),
    })
    const self = this.members[id] as Member
    const onFatal = (error: unknown): void => {
      if (this.fatal.has(id)) return
      this.fatal.set(id, error)
      void this.stop(id)
    }
    const options = { logger, onFatal, clockIntervalMs: 100 }
    const replica =
      this.name === 'products'
        ? await startReplica(productsReplica(config, self), options)
        : await startReplica(customersReplica(config, self), options)
    this.#replicas.set(id, replica)
  }

  async serving(): Promise<void> {
    await Promise.all([...this.#replicas.values()].map(({ serving }) => serving))
  }

  /** Once: whoever asks again waits for the same end. */
  stop(id: number): Promise<void> {
    const replica = this.#replicas.get(id)
    if (replica === undefined) return Promise.resolve()
    return replica.stop().finally(() => {
      if (this.#replicas.get(id) === replica) this.#replicas.delete(id)
    })
  }

  async status(id: number): Promise<ReplicaStatus> {
    const members = [this.members[id] as Member]
    const create = this.name === 'products' ? createProductsClient : createCustomersClient
    const client = create({ members, secret, logger })
    try {
      return JSON.parse((await client.getStatus({}, soon())).json) as ReplicaStatus
    } finally {
      client.close()
    }
  }

  /** Some writes, so that there are rows. */
  async write(count: number): Promise<void> {
    for (let at = 0; at < count; at += 1) {
      const context = { requestId: randomUUID(), fingerprint: '', keepForADay: true }
      if (this.name === 'products') await this.#putUp(context)
      else await this.#register(context)
    }
  }

  async #putUp(context: Once): Promise<void> {
    const client = createProductsClient({ members: this.members, secret, logger })
    const item: CreateItemRequest = {
      context,
      sellerId: 7,
      name: 'Lamp',
      category: 1,
      keywords: ['lamp'],
      condition: 'NEW',
      price: { amount: 500, currency: 'USD' },
      quantity: 3,
    }
    await client.createItem(item, soon()).finally(() => client.close())
  }

  async #register(context: Once): Promise<void> {
    const client = createCustomersClient({ members: this.members, secret, logger })
    const username = context.requestId.slice(0, 30)
    const account: CreateAccountRequest = {
      context,
      role: 'BUYER',
      username,
      usernameKey: username,
      name: 'Somebody',
      passwordHash: 'none',
      address: '127.0.0.1',
      limit: 0,
      windowSeconds: 0,
    }
    await client.createAccount(account, soon()).finally(() => client.close())
  }

  async remove(): Promise<void> {
    await Promise.all(ids.map((id) => this.stop(id)))
    for (const id of ids) await removePostgresData(join(this.dataDir, `${this.name}-${id}`))
    await rm(this.dataDir, { recursive: true, force: true })
  }
}

export async function startThree(name: GroupName): Promise<ThreeReplicas> {
  const dataDir = await mkdtemp(join(tmpdir(), `agora-three-${name}-`))
  const three = new ThreeReplicas(name, dataDir)
  try {
    await Promise.all(ids.map((id) => three.start(id)))
    await three.serving()
    return three
  } catch (error) {
    await three.remove()
    throw error
  }
}
