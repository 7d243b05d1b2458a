import fc from 'fast-check'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from 'pg'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import type { LogWrite } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { histories, LogModel } from '../../replication/storage/log-model.fixture.ts'
import { emptyLogStatements, PostgresLogStorage } from '../../replication/storage/postgres-log.ts'
import { Places } from './postgres-fixture.ts'

const places = new Places()
let postgres: Postgres
let admin: Client
beforeAll(async () => {
  postgres = await places.start(await places.dataDir())
  admin = await postgres.connect('admin')
})
afterAll(() => places.clean())

const index = (value: number) => value as LogIndex

function writeOf(first: number, texts: readonly string[], meta?: string): LogWrite {
  return {
    entries: texts.map((text, at) => ({ index: index(first + at), bytes: Buffer.from(text) })),
    truncateFrom: undefined,
    meta: meta === undefined ? undefined : Buffer.from(meta),
  }
}

async function emptyLog(): Promise<PostgresLogStorage> {
  await admin.query('DROP SCHEMA IF EXISTS replica CASCADE')
  return reopened()
}

async function reopened(): Promise<PostgresLogStorage> {
  return PostgresLogStorage.open(await postgres.connect('log'))
}

async function contents(storage: PostgresLogStorage) {
  const { entries, meta } = await storage.load()
  await storage.close()
  return {
    meta: meta === undefined ? undefined : Buffer.from(meta).toString(),
    entries: entries.map((entry) => `${entry.index} ${Buffer.from(entry.bytes)}`),
  }
}

describe('the log in PostgreSQL', () => {
  it('is empty at first, and has what was written after a restart', async () => {
    const storage = await emptyLog()
    expect(await storage.load()).toEqual({ meta: undefined, entries: [] })
    await storage.write(writeOf(1, ['a', 'b'], 'term 1'))
    await storage.write(writeOf(3, ['']))
    await storage.write({ entries: [], truncateFrom: undefined, meta: Buffer.from('term 2') })
    await storage.write(writeOf(2, ['B']))
    await storage.close()
    expect(await contents(await reopened())).toEqual({ meta: 'term 2', entries: ['1 a', '2 B'] })
    const next = await reopened()
    await next.load()
    await next.write({ entries: [], truncateFrom: index(2), meta: Buffer.from('term 3') })
    await next.close()
    expect(await contents(await reopened())).toEqual({ meta: 'term 3', entries: ['1 a'] })
  })

  it('is loaded anew when it was emptied by another transaction, whatever was under way', async () => {
    const storage = await emptyLog()
    await storage.load()
    await storage.write(writeOf(1, ['a'], 'term 1'))
    await storage.write(writeOf(2, ['b', 'c']))
    // Not waited for: it must not delete what comes after, under the same append ids.
    const trimmed = storage.trim(index(2))
    for (const { text, values } of emptyLogStatements(Buffer.from('term 7'))) {
      await admin.query(text, values)
    }
    const { meta, entries } = await storage.load()
    expect(Buffer.from(meta ?? []).toString()).toBe('term 7')
    expect(entries).toEqual([])
    await storage.write(writeOf(51, ['x']))
    await storage.write(writeOf(52, ['y']))
    await trimmed
    await storage.trim(index(51))
    await storage.close()
    const after = { meta: 'term 7', entries: ['52 y'] }
    expect(await contents(await reopened())).toEqual(after)
  })

  it('is what a plain array would be, whatever happens to it', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (steps) => {
        const model = new LogModel()
        let storage = await emptyLog()
        await storage.load()
        for (const [place, step] of steps.entries()) {
          const operation = model.perform(step)
          if ('trim' in operation) await storage.trim(operation.trim)
          else await storage.write(operation.write)
          if (place % 7 !== 6) continue
          // Append ids go on over a restart.
          await storage.close()
          storage = await reopened()
          await storage.load()
        }
        await storage.close()
        storage = await reopened()
        const { entries } = await storage.load()
        await storage.close()
        expect(entries.filter((entry) => entry.index > model.trimmed)).toEqual(model.needed)
      }),
      { numRuns: 25 },
    )
  })

  it('forgets rows once everything in them is trimmed', async () => {
    const storage = await emptyLog()
    await storage.load()
    for (let at = 1; at <= 20; at += 2) await storage.write(writeOf(at, ['x', 'y']))
    await storage.trim(index(15))
    const { rows } = await admin.query('SELECT count(*) AS n, min(first_index) FROM replica.log')
    expect(rows).toEqual([{ n: 3, min: 15 }])
    await storage.close()
    expect((await contents(await reopened())).entries[0]).toBe('15 x')
  })

  it('holds batches and entries far larger than a page', async () => {
    const storage = await emptyLog()
    await storage.load()
    const texts = ['z'.repeat(300_000), ...Array.from({ length: 2_000 }, (_, at) => `entry ${at}`)]
    await storage.write(writeOf(1, texts))
    for (let at = 0; at < 600; at += 1) await storage.write(writeOf(2_002 + at, [`later ${at}`]))
    await storage.close()
    const { entries } = await contents(await reopened())
    expect(entries).toHaveLength(2_601)
    expect(entries[0]).toBe(`1 ${'z'.repeat(300_000)}`)
    expect(entries.at(-1)).toBe('2601 later 599')
  })

  it('does not load what is damaged', async () => {
    const damages = {
      'does not match its checksum': `UPDATE replica.log
        SET entries = set_byte(entries, 14, 255 - get_byte(entries, 14)) WHERE append_id = 2`,
      'is cut off': `UPDATE replica.log
        SET entries = substr(entries, 1, length(entries) - 1) WHERE append_id = 2`,
      'append 1 is followed by append 3': 'DELETE FROM replica.log WHERE append_id = 2',
      'scalars do not match': 'UPDATE replica.meta SET bytes = set_byte(bytes, 5, 1)',
    }
    for (const [message, sql] of Object.entries(damages)) {
      const storage = await emptyLog()
      await storage.load()
      for (const at of [1, 2, 3]) await storage.write(writeOf(at, ['text'], 'scalars'))
      await storage.close()
      await admin.query(sql)
      const damaged = await reopened()
      await expect(damaged.load()).rejects.toThrow(message)
      await damaged.close()
    }
  })

  it('takes nothing more after a write that failed', async () => {
    const storage = await emptyLog()
    await storage.load()
    await storage.write(writeOf(1, ['a']))
    await admin.query('INSERT INTO replica.log VALUES (2, 9, 9, $1)', [Buffer.from('in the way')])
    await expect(storage.write(writeOf(2, ['b']))).rejects.toMatchObject({
      code: 'INTERNAL',
      definite: false,
    })
    await admin.query('DELETE FROM replica.log WHERE append_id = 2')
    await expect(storage.write(writeOf(2, ['b']))).rejects.toThrow('can no longer be written')
    await storage.close()
    expect((await contents(await reopened())).entries).toEqual(['1 a'])
  })

  it('takes nothing more after it has lost its connection', async () => {
    const client = await postgres.connect('log')
    await emptyLog().then((storage) => storage.close())
    const storage = await PostgresLogStorage.open(client)
    await storage.load()
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    await admin.query('BEGIN; LOCK replica.log')
    // The answer to this write never comes: it may or may not be in the log.
    const unanswered = expect(storage.write(writeOf(1, ['a']))).rejects.toThrow()
    await admin.query(`SELECT pg_terminate_backend(${rows[0].pid}, 5000)`)
    await unanswered
    await admin.query('COMMIT')
    await expect(storage.write(writeOf(1, ['a']))).rejects.toThrow('can no longer be written')
    await storage.close()
  })

  it('refuses a connection that does not commit synchronously', async () => {
    const client = await postgres.connect('log', { synchronousCommit: 'off' })
    await expect(PostgresLogStorage.open(client)).rejects.toThrow('synchronously')
    await client.end()
  })
})

describe('a crash of the server', () => {
  it('loses no write that was answered', async () => {
    const dataDir = await places.dataDir()
    const server = await places.start(dataDir)
    const storage = await PostgresLogStorage.open(await server.connect('log'))
    await storage.load()
    let answered = 0
    const writing = (async () => {
      for (let at = 1; ; at += 1) {
        await storage.write(writeOf(at, [`entry ${at}`], `${at}`))
        answered = at
      }
    })()
    const stopped = expect(writing).rejects.toThrow('can no longer be written')
    while (answered < 200) await sleep(1)
    process.kill(server.serverPid ?? 0, 'SIGKILL')
    await stopped
    await server.stop()
    const next = await places.start(dataDir)
    const recovered = await contents(await PostgresLogStorage.open(await next.connect('log')))
    // The last one may be there without an answer, but never half.
    const { length } = recovered.entries
    expect([answered, answered + 1]).toContain(length)
    expect(recovered.meta).toBe(String(length))
    expect(recovered.entries).toEqual(
      Array.from({ length }, (_, at) => `${at + 1} entry ${at + 1}`),
    )
  })
})
