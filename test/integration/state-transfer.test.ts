/** A replica's state moves to another one: real PostgreSQL on both sides, real gRPC between them. */
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { HostPort } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import {
  closeSnapshot,
  hashSnapshot,
  openSnapshot,
} from '../../replication/state-machine/state-hash.ts'
import { connectTo, Places } from './postgres-fixture.ts'
import { fillState, Giver, index, wanted } from './transfer-fixture.ts'
import { until } from '../until.ts'

const places = new Places()
const meta = Buffer.from('the new scalars')
const soonMs = 20_000

/** Two servers; each test gets new databases in them. */
let servers: readonly Postgres[]
let addresses: Map<MemberId, HostPort>
let source: Giver
let receiver: Giver
let opened: Giver[]

const serverOf = ({ id }: { readonly id: number }) => servers[id % servers.length] as Postgres

async function open(id: number): Promise<Giver> {
  const giver = await Giver.open(id, places, serverOf({ id }), addresses)
  opened.push(giver)
  return giver
}

beforeAll(async () => {
  const starts = [0, 1].map(async () =>
    places.start(await places.dataDir(), { maxConnections: 60 }),
  )
  servers = await Promise.all(starts)
})
afterAll(() => places.clean())

beforeEach(async () => {
  addresses = new Map()
  opened = []
  source = await open(0)
  receiver = await open(1)
  await fillState(source.admin, 500)
  await source.moveTo(41, 'the context')
  await source.serve()
  await fillState(receiver.admin, 20, 0.5)
  await receiver.moveTo(7, 'old')
  await receiver.database.storage.write({
    entries: [{ index: index(8), bytes: Buffer.from('an old entry') }],
    truncateFrom: undefined,
    meta: Buffer.from('old scalars'),
  })
})

afterEach(async () => {
  await Promise.all(opened.map((giver) => giver.close()))
})

/** What the receiver's database says about itself, log included. */
async function receiverNow() {
  const { storage, stateMachine } = receiver.database
  const { meta: scalars, entries } = await storage.load()
  const { index: at, context } = await stateMachine.reload()
  return {
    at,
    context: context && Buffer.from(context).toString(),
    meta: scalars && Buffer.from(scalars).toString(),
    entries: entries.map(({ bytes }) => Buffer.from(bytes).toString()),
    hash: await receiver.hash(),
  }
}

async function schemaOf({ admin }: Giver): Promise<string[]> {
  const { rows } = await admin.query(
    `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'state'
     UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
     FROM pg_constraint WHERE connamespace = 'state'::regnamespace ORDER BY 1`,
  )
  return rows.map(({ line }) => line)
}

const chunksIn = async (dataDir: string, folder: 'incoming' | 'outgoing') => {
  const [id = ''] = await readdir(join(dataDir, folder))
  const directory = join(dataDir, folder, id)
  const names = (await readdir(directory)).filter((name) => name.endsWith('.chunk')).sort()
  return names.map((name) => join(directory, name))
}

describe('the state of a replica', () => {
  it('moves whole, whatever is in it, and takes the place of everything', async () => {
    const before = await schemaOf(receiver)
    expect(await receiver.hash()).not.toEqual(await source.hash())
    const position = await receiver.fetch(wanted(41, 0))
    expect(position.index).toBe(41)
    expect(Buffer.from(position.context ?? []).toString()).toBe('the context')
    expect(receiver.transfer.progress().stateTransfer).toMatchObject({ kind: 'fetched', index: 41 })
    await receiver.transfer.install(meta)
    expect(await receiverNow()).toEqual({
      at: 41,
      context: 'the context',
      meta: 'the new scalars',
      entries: [],
      hash: await source.hash(),
    })
    expect(await schemaOf(receiver)).toEqual(before)
    expect(await readdir(join(receiver.dataDir, 'incoming'))).toEqual([])
    expect(receiver.transfer.progress()).toEqual({})
  })

  it('is gone on from: the log is written and the state applied to as if nothing had been', async () => {
    await receiver.fetch(wanted(41, 0))
    await receiver.transfer.install(meta)
    const { storage, stateMachine } = receiver.database
    await storage.load()
    await stateMachine.reload()
    const entries = [{ index: index(42), bytes: Buffer.from('next') }]
    await storage.write({ entries, truncateFrom: undefined, meta: undefined })
    await stateMachine.apply([], { index: index(42), context: undefined })
    expect(await receiverNow()).toMatchObject({ at: 42, entries: ['next'] })
  })

  it('is of one moment: what is written while it is exported does not leak in', async () => {
    const before = await source.hash()
    await source.reopenAndServe({ bytesPerSecond: 200_000 })
    const fetched = receiver.fetch(wanted(41, 0))
    await until(
      async () => (await chunksIn(source.dataDir, 'outgoing').catch(() => [])).length > 2,
      soonMs,
    )
    await source.admin.query('UPDATE state.items SET price = 1')
    await source.admin.query(`DELETE FROM state.sellers`)
    await source.moveTo(50)
    expect(source.transfer.progress().stateExports).toMatchObject([{ kind: 'preparing' }])
    expect((await fetched).index).toBe(41)
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(before)
  })

  it('is not given by who has applied too little, and the reason is told', async () => {
    const refused = receiver.fetch(wanted(42, 0))
    await expect(refused).rejects.toThrow('applied 41, the state of 42 is wanted')
    await expect(receiver.fetch(wanted(41))).rejects.toThrow('nobody to ask')
    await expect(receiver.fetch(wanted(41, 5))).rejects.toThrow('address is not known')
  })

  it('is exported once for all who can do with the same', async () => {
    const third = await open(2)
    await Promise.all([receiver.fetch(wanted(41, 0)), third.fetch(wanted(30, 0))])
    expect(await readdir(join(source.dataDir, 'outgoing'))).toHaveLength(1)
    await Promise.all([receiver.transfer.install(meta), third.transfer.install(meta)])
    expect(await third.hash()).toEqual(await receiver.hash())
  })

  it('is refused when its tables are others than here', async () => {
    await receiver.admin.query('ALTER TABLE state.sellers ADD COLUMN stars bigint')
    await expect(receiver.fetch(wanted(41, 0))).rejects.toThrow(/state\.sellers.*stars bigint/)
  })
})

describe('a state on its way', () => {
  it('is gone on with by the next process, and by the same source', async () => {
    const abort = new AbortController()
    source.beforeChunk = async (asked) => {
      if (asked === 20) abort.abort(new Error('withdrawn'))
    }
    await expect(receiver.fetch(wanted(41, 0), abort.signal)).rejects.toThrow('withdrawn')
    const present = (await chunksIn(receiver.dataDir, 'incoming')).length
    expect(present).toBeGreaterThan(10)
    source.asked.length = 0
    await receiver.reopen()
    // The source has moved on; what has been begun still is what is fetched.
    await source.moveTo(44)
    const position = await receiver.fetch(wanted(41, 0))
    expect(position.index).toBe(41)
    const all = (await chunksIn(receiver.dataDir, 'incoming')).length
    expect(source.asked).toHaveLength(all - present)
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('is not fetched twice: what is complete needs no source', async () => {
    await receiver.fetch(wanted(41, 0))
    await source.stopServing()
    await receiver.reopen()
    expect((await receiver.fetch(wanted(40, 0))).index).toBe(41)
    await receiver.transfer.install(meta)
    expect((await receiverNow()).hash).toEqual(await source.hash())
  })

  it('comes from another source when one dies in the middle', async () => {
    const other = await open(2)
    await fillState(other.admin, 300, 0.25)
    await other.moveTo(43)
    await other.serve()
    source.beforeChunk = async (asked) => {
      if (asked === 10) void source.stopServing()
    }
    expect((await receiver.fetch(wanted(41, 0, 2))).index).toBe(43)
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await other.hash())
  })

  it('comes from another source when one is paused, from the first word on or in the middle', async () => {
    const other = await open(2)
    await fillState(other.admin, 300, 0.25)
    await other.moveTo(43)
    await other.serve()
    // As of a process that is stopped: the system takes the connection, and nobody answers.
    const silent = createServer()
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
    const { port } = silent.address() as AddressInfo
    addresses.set(memberId(3), { host: '127.0.0.1', port })
    source.beforeChunk = (asked) => (asked < 10 ? Promise.resolve() : new Promise(() => {}))
    try {
      expect((await receiver.fetch(wanted(41, 3, 0, 2))).index).toBe(43)
    } finally {
      silent.close()
    }
    expect(source.asked.length).toBeGreaterThanOrEqual(10)
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await other.hash())
  })

  it('survives a source that dies and returns with another export', async () => {
    let returned: Promise<void> | undefined
    source.beforeChunk = async (asked) => {
      if (asked === 10) returned = source.reopenAndServe()
    }
    expect((await receiver.fetch(wanted(41, 0))).index).toBe(41)
    await returned
    expect(returned).toBeDefined()
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('is made anew when the source finds its export damaged', async () => {
    source.beforeChunk = async (asked) => {
      if (asked !== 1) return
      const [first = ''] = await chunksIn(source.dataDir, 'outgoing')
      await truncate(first, 100)
    }
    await receiver.fetch(wanted(41, 0))
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('is checked again where it arrived: what the disk has lost is fetched again', async () => {
    await receiver.fetch(wanted(41, 0))
    const chunks = await chunksIn(receiver.dataDir, 'incoming')
    const [torn = '', flipped = ''] = chunks.slice(3)
    await truncate(torn, 17)
    const content = await readFile(flipped)
    content[5] = (content[5] ?? 0) ^ 1
    await writeFile(flipped, content)
    const before = await receiverNow()
    await expect(receiver.transfer.install(meta)).rejects.toThrow('chunk 3')
    expect(await receiverNow()).toEqual(before)
    source.asked.length = 0
    await receiver.reopen()
    await receiver.fetch(wanted(41, 0))
    expect(source.asked.sort()).toEqual([3, 4])
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
  })
})

describe('an install', () => {
  it('that ends before its commit has changed nothing', async () => {
    await receiver.fetch(wanted(41, 0))
    const before = await receiverNow()
    // Holds up the very last statements of the transaction, when all rows are in.
    const holder = await receiver.database.postgres.connect('holder')
    await holder.query('BEGIN; LOCK TABLE replica.meta IN ACCESS EXCLUSIVE MODE')
    const installed = receiver.transfer.install(meta)
    const dies = expect(installed).rejects.toThrow()
    const waiting = `SELECT pid FROM pg_stat_activity
      WHERE application_name LIKE '%/install' AND wait_event_type = 'Lock'`
    await until(async () => (await receiver.admin.query(waiting)).rowCount === 1, soonMs)
    await receiver.admin.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waits`)
    await dies
    await holder.query('COMMIT')
    await holder.end()
    expect(await receiverNow()).toEqual(before)
    // Nothing is lost of what was fetched.
    await receiver.reopen()
    await receiver.fetch(wanted(41, 0))
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('does not wait for ever for strangers, and says who they are', async () => {
    await receiver.fetch(wanted(41, 0))
    const before = await receiverNow()
    const stranger = await connectTo(serverOf(receiver), receiver.admin.database ?? '')
    await stranger.query("SET application_name = 'psql'")
    await stranger.query('BEGIN; SELECT count(*) FROM state.items')
    await receiver.reopen({ lockTimeoutMs: 50 })
    await receiver.fetch(wanted(41, 0))
    await expect(receiver.transfer.install(meta)).rejects.toThrow(
      /psql \(process \d+\) keeps reading/,
    )
    await stranger.end()
    expect(await receiverNow()).toEqual(before)
  })

  it('ends what this replica itself keeps reading', async () => {
    await receiver.fetch(wanted(41, 0))
    const reader = await receiver.database.postgres.connect('a long reader')
    await reader.query('BEGIN; SELECT count(*) FROM state.items')
    await receiver.reopen({ lockTimeoutMs: 50 })
    await receiver.fetch(wanted(41, 0))
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
    await expect(reader.query('SELECT 1')).rejects.toThrow()
  })

  it('does not make a hash of the rows wrong that was begun before', async () => {
    await receiver.fetch(wanted(41, 0))
    const before = await receiver.hash()
    const hashing = await receiver.database.postgres.connect('hashing')
    const snapshot = await openSnapshot(hashing)
    const installed = receiver.transfer.install(meta)
    const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted`
    await until(async () => (await receiver.admin.query(waiting)).rowCount === 1, soonMs)
    expect((await hashSnapshot(snapshot)).hashes).toEqual(before)
    await closeSnapshot(snapshot)
    await installed
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('waits for a reader that ends', async () => {
    await receiver.fetch(wanted(41, 0))
    const reader = await receiver.database.postgres.connect('a reader')
    await reader.query('BEGIN; SELECT count(*) FROM state.items')
    const installed = receiver.transfer.install(meta)
    const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted`
    await until(async () => (await receiver.admin.query(waiting)).rowCount === 1, soonMs)
    await reader.end()
    await installed
    expect(await receiver.hash()).toEqual(await source.hash())
  })

  it('does not mind foreign keys, generated columns, odd names', async () => {
    for (const { admin } of [source, receiver]) {
      await admin.query(`
        CREATE TABLE state."a ""table""" (
          id bigint PRIMARY KEY, "Up" bigint, bytes bytea, "real" float8,
          twice bigint GENERATED ALWAYS AS (id * 2) STORED);
        CREATE TABLE state.leaf (id bigint PRIMARY KEY REFERENCES state."a ""table""");
        ALTER TABLE state."a ""table""" ADD FOREIGN KEY ("Up") REFERENCES state.leaf;
        CREATE INDEX "an ""index""" ON state."a ""table""" (twice) WHERE "Up" IS NOT NULL`)
    }
    await source.admin.query(`
      INSERT INTO state."a ""table""" SELECT n, NULL, decode(md5(n::text), 'hex'), n / 3.0
        FROM generate_series(1, 50) n;
      INSERT INTO state.leaf SELECT generate_series(1, 50);
      UPDATE state."a ""table""" SET "Up" = 51 - id`)
    const before = await schemaOf(receiver)
    await receiver.fetch(wanted(41, 0))
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
    expect(await schemaOf(receiver)).toEqual(before)
  })

  it('of rows that are not allowed here changes nothing, and ends', async () => {
    await receiver.admin.query(
      'ALTER TABLE state.sellers ADD CONSTRAINT few CHECK (up < 3) NOT VALID',
    )
    await receiver.fetch(wanted(41, 0))
    const before = await receiverNow()
    await expect(receiver.transfer.install(meta)).rejects.toThrow('few')
    expect(await receiverNow()).toEqual(before)
  })

  it('stops an export of the state that goes away', async () => {
    await receiver.serve()
    await receiver.fetch(wanted(41, 0))
    // So slow that nobody could wait for its end; nor is it ended as a reader that takes too long.
    await receiver.reopenAndServe({ bytesPerSecond: 1_000, lockTimeoutMs: 300_000 })
    await receiver.fetch(wanted(41, 0))
    const third = await open(2)
    const withdrawn = new AbortController()
    const fetched = third.fetch(wanted(7, 1), withdrawn.signal).catch(String)
    const preparing = () => receiver.transfer.progress().stateExports?.[0]?.kind === 'preparing'
    await until(preparing, soonMs)
    await receiver.transfer.install(meta)
    expect(await receiver.hash()).toEqual(await source.hash())
    withdrawn.abort(new Error('withdrawn'))
    expect(await fetched).toMatch(/withdrawn|being given|stands still/)
  })
})
