/** Test support: replicas of the products group that can give and take states, without a group. */
import { pino } from 'pino'
import type { Client } from 'pg'
import type { HostPort } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { productsApplication } from '../../db-products/application.ts'
import type { ProductsCommand } from '../../db-products/commands/command.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import { type RpcServer, type RpcService, startGrpcServer } from '../../platform/rpc/server.ts'
import type { FetchState } from '../../replication/protocol.ts'
import { openDatabase, type ReplicaDatabase } from '../../replication/replica/database.ts'
import type { LogIndex, Position } from '../../replication/replicated-log.ts'
import { movePositionSql } from '../../replication/state-machine/state-tables.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'
import { ReplicaTransfer, type TransferLimits } from '../../replication/transfer/state-transfer.ts'
import { freshDatabase, type Places } from './postgres-fixture.ts'

const secret = 'a secret of the cluster'
const group = 'products'
const logger = pino({ level: 'silent' })

/** Small chunks: a few hundred rows are many of them. */
const bytesPerSecond = 32 * 1024 * 1024
const limits: Partial<TransferLimits> = { chunkBytes: 4_096, patienceMs: 1_000 }

export const index = (value: number) => value as LogIndex
export const wanted = (atLeast: number, ...from: number[]): FetchState => ({
  atLeast: index(atLeast),
  from: from.map(memberId),
})

/** One replica's database, its transfer, and the server of that. */
export class Giver {
  readonly id: MemberId
  readonly dataDir: string
  readonly database: ReplicaDatabase<ProductsCommand>
  readonly admin: Client
  readonly #addresses: Map<MemberId, HostPort>
  transfer: ReplicaTransfer
  #server: RpcServer | undefined
  /** Numbers of the chunks that others have asked for. */
  readonly asked: number[] = []
  /** Called before each is answered. */
  beforeChunk: (asked: number) => Promise<void> = async () => {}

  private constructor(
    id: MemberId,
    dataDir: string,
    database: ReplicaDatabase<ProductsCommand>,
    admin: Client,
    addresses: Map<MemberId, HostPort>,
    transfer: ReplicaTransfer,
  ) {
    this.id = id
    this.dataDir = dataDir
    this.database = database
    this.admin = admin
    this.#addresses = addresses
    this.transfer = transfer
  }

  /** `addresses`: of those that are served; this one's is added by serve(). */
  static async open(
    id: number,
    places: Places,
    server: Postgres,
    addresses: Map<MemberId, HostPort>,
  ): Promise<Giver> {
    const dataDir = await places.dataDir()
    const application = productsApplication()
    const config = { databaseUrl: await newDatabase(server) }
    const database = await openDatabase({ name: `r-${id}`, dataDir, config, application, logger })
    const admin = await database.postgres.connect('admin')
    await database.storage.load()
    const transfer = await openTransfer(memberId(id), dataDir, database, addresses, limits)
    return new Giver(memberId(id), dataDir, database, admin, addresses, transfer)
  }

  /** Another process takes over: nothing but what is on disk is left. Serves no more. */
  async reopen(changed: Partial<TransferLimits> = {}): Promise<void> {
    await this.stopServing()
    await this.transfer.close()
    const { id, dataDir, database } = this
    const all = { ...limits, ...changed }
    this.transfer = await openTransfer(id, dataDir, database, this.#addresses, all)
  }

  /** At the same address. */
  async reopenAndServe(changed: Partial<TransferLimits> = {}): Promise<void> {
    await this.reopen(changed)
    await this.serve(this.#addresses.get(this.id)?.port)
  }

  async serve(port = 0): Promise<HostPort> {
    const service = this.#counting()
    const services = [service]
    this.#server = await startGrpcServer({ host: '127.0.0.1', port, services, secret, logger })
    const address = { host: '127.0.0.1', port: this.#server.port }
    this.#addresses.set(this.id, address)
    return address
  }

  /** As a process that is killed, seen from others. */
  async stopServing(): Promise<void> {
    await this.#server?.close(0)
    this.#server = undefined
  }

  async close(): Promise<void> {
    await this.stopServing()
    await this.transfer.close()
    await this.database.storage.close()
    await this.database.postgres.stop()
  }

  hash(): Promise<Record<string, string>> {
    return stateHash(this.admin)
  }

  async moveTo(at: number, context?: string): Promise<void> {
    const bytes = context === undefined ? null : Buffer.from(context)
    await this.admin.query(movePositionSql, [at, bytes])
    await this.database.stateMachine.reload()
  }

  fetch(state: FetchState, signal: AbortSignal = new AbortController().signal): Promise<Position> {
    return this.transfer.fetch(state, signal)
  }

  #counting(): RpcService {
    const { definition, implementation } = this.transfer.service
    const fetchChunk = implementation.FetchChunk as (call: unknown, done: unknown) => void
    return {
      definition,
      implementation: {
        ...implementation,
        FetchChunk: (call: { request: { number: number } }, done: unknown) => {
          this.asked.push(call.request.number)
          this.beforeChunk(this.asked.length).then(
            () => fetchChunk(call, done),
            () => {}, // Never answered.
          )
        },
      },
    }
  }
}

async function newDatabase(server: Postgres): Promise<string> {
  const client = await freshDatabase(server)
  const { database } = client
  await client.end()
  return `postgresql://agora@/${database}?host=${encodeURIComponent(server.socketDir ?? '')}`
}

async function openTransfer(
  self: MemberId,
  dataDir: string,
  database: ReplicaDatabase<ProductsCommand>,
  addresses: Map<MemberId, HostPort>,
  changed: Partial<TransferLimits>,
): Promise<ReplicaTransfer> {
  return ReplicaTransfer.open({
    group,
    self,
    dataDir,
    connect: database.connectForTransfer,
    position: () => database.stateMachine.position(),
    // As after a move: where the member was before nobody listens.
    addressesOf: (id) => {
      const address = addresses.get(id)
      return address === undefined ? [] : [{ ...address, port: 1 }, address]
    },
    secret,
    logger,
    limits: { bytesPerSecond, ...changed },
  })
}

/** What trips up whoever reads text by separators, escapes or bytes. */
const awkward = [
  '',
  ' ',
  '\t',
  '\n',
  '\r\n',
  '\\',
  '\\N',
  '\\.',
  '\\t',
  'a\tb\\c\nd',
  '"',
  "'",
  '{}',
  'null',
  'NULL',
  'ä ß ﬁ İ',
  '😀 \u200d \u{10ffff}',
  '\u0001\u007f\ufeff',
  '%_',
]

/** Rows in every table of schema `state`, with the values above in every column that takes them. */
export async function fillState(client: Client, items: number, seed = 0): Promise<void> {
  const texts = JSON.stringify(awkward)
  await client.query('SELECT setseed($1)', [seed])
  await client.query(`CREATE TEMP TABLE texts AS
    SELECT ordinality AS n, value FROM jsonb_array_elements_text('${texts.replaceAll("'", "''")}')
    WITH ORDINALITY`)
  await client.query(`
    INSERT INTO state.items
      SELECT s, s % 100, s % 7, t.value || s, jsonb_build_array(t.value, s), to_jsonb(t.value),
             repeat(t.value, 20), t.value, s * 1e9, s, 0, s % 3, 0, 1, 9007199254740991 - s
      FROM generate_series(1, ${items}) s JOIN texts t ON t.n = 1 + s % ${awkward.length};
    INSERT INTO state.counters SELECT value, n FROM texts;
    INSERT INTO state.sellers SELECT n, n, 0, n FROM texts;
    INSERT INTO state.reservations
      SELECT 'p' || value, value, nullif(n % 3, 0), jsonb_build_object(value, null, 'n', 1.50), n
      FROM texts;
    INSERT INTO state.sales SELECT n, value, n, 1, 2, 3, value, 4, 5, 6 FROM texts;
    INSERT INTO state.bought SELECT n, n, CASE WHEN n % 2 = 0 THEN value END FROM texts;
    INSERT INTO state.results
      SELECT value || random(), value, jsonb_build_object('value', value, 'deep', '[[]]'::jsonb), n, n
      FROM texts;
    INSERT INTO state.clock SELECT n, n FROM texts;
    INSERT INTO state.group_time VALUES (true, 1, 2, 3, 4)
      ON CONFLICT (one) DO UPDATE SET unix_ms = ${seed + 5};
    DROP TABLE texts`)
}
