import { spawn } from 'node:child_process'
import { lstat, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { removePostgresData, stopPostgresIn } from '../../platform/postgres/embedded.ts'
import { isAlive, isZombie, waitFor } from '../../platform/postgres/processes.ts'
import { AlreadyRunning, startPostgres } from '../../platform/postgres/postgres.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import { kill, Places } from './postgres-fixture.ts'

const places = new Places()
afterEach(() => places.clean())

async function valueIn(postgres: Postgres, sql: string): Promise<unknown> {
  const pool = postgres.pool('test', 1)
  const { rows } = await pool.query(`SELECT (${sql}) AS value`)
  await pool.end()
  return rows[0].value
}

/** The data of a server that was killed, the user it ran as, and a way to name another as it. */
async function killedServer() {
  const dataDir = await places.dataDir()
  const postgres = await places.start(dataDir)
  const cluster = String(await valueIn(postgres, `SELECT current_setting('data_directory')`))
  const pidFile = join(cluster, 'postmaster.pid')
  const lines = (await readFile(pidFile, 'utf8')).split('\n')
  const { uid, gid } = await stat(cluster)
  process.kill(postgres.serverPid ?? 0, 'SIGKILL')
  await waitFor(() => !isAlive(postgres.serverPid ?? 0), { timeoutMs: 10_000 })
  const leavesProcessId = (pid: number) => writeFile(pidFile, [pid, ...lines.slice(1)].join('\n'))
  return { dataDir, owner: process.getuid?.() === 0 ? { uid, gid } : {}, leavesProcessId }
}

describe('a server of its own', () => {
  it('keeps its data from one start to the next, and is gone in between', async () => {
    const dataDir = await places.dataDir()
    const first = await places.start(dataDir)
    const client = await first.connect('test')
    await client.query('CREATE TABLE kept AS SELECT 9007199254740991 AS n')
    await first.stop()
    expect(isAlive(first.serverPid ?? 0)).toBe(false)
    const second = await places.start(dataDir)
    expect(second.adopted).toBe(false)
    expect(await valueIn(second, 'SELECT n FROM kept')).toBe(9007199254740991)
  })

  it('is set up for what the state machine relies on', async () => {
    const postgres = await places.start(await places.dataDir())
    const settings = `SELECT jsonb_object_agg(name, setting) FROM pg_settings WHERE name IN
      ('listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums',
       'server_encoding', 'wal_level', 'TimeZone')`
    expect(await valueIn(postgres, settings)).toEqual({
      listen_addresses: '',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      data_checksums: 'on',
      server_encoding: 'UTF8',
      wal_level: 'minimal',
      TimeZone: 'UTC',
    })
    const locale = `SELECT concat(datlocprovider, datlocale) FROM pg_database
                    WHERE datname = current_database()`
    expect(await valueIn(postgres, locale)).toBe('bC.UTF-8')
    const asynchronous = await postgres.connect('async', { synchronousCommit: 'off' })
    const { rows } = await asynchronous.query('SHOW synchronous_commit')
    expect(rows).toEqual([{ synchronous_commit: 'off' }])
  })

  it('refuses numbers that JavaScript would round', async () => {
    const postgres = await places.start(await places.dataDir())
    await expect(valueIn(postgres, 'SELECT 9007199254740993::bigint')).rejects.toThrow('too large')
  })

  it('lets nobody else in: the socket lies in a private directory', async () => {
    const postgres = await places.start(await places.dataDir())
    const { mode, uid } = await stat(postgres.socketDir ?? '')
    expect(mode & 0o777).toBe(0o700)
    const isRoot = process.getuid?.() === 0
    // As root the server runs as somebody else, who owns what it needs and nothing more.
    expect(uid === 0).toBe(false)
    expect(uid === process.getuid?.()).toBe(!isRoot)
  })

  it('has a short socket path when the data directory is deep', async () => {
    const dataDir = await places.dataDir(join('d'.repeat(60), 'e'.repeat(60)), 0o755)
    const postgres = await places.start(dataDir)
    expect(Buffer.byteLength(join(postgres.socketDir ?? '', '.s.PGSQL.5432'))).toBeLessThan(104)
    expect((await stat(postgres.socketDir ?? '')).mode & 0o777).toBe(0o700)
    const cluster = await valueIn(postgres, `SELECT current_setting('data_directory')`)
    expect(cluster).toBe(join(dataDir, 'postgres'))
    await postgres.stop()
    await expect(stat(postgres.socketDir ?? '')).rejects.toThrow('ENOENT')
  })

  it('is removed with all that belongs to it, wherever that lies', async () => {
    const dataDir = await places.dataDir()
    const postgres = await places.start(dataDir)
    // A test's temporary directory is private to root: then the cluster lies outside.
    const isLink = (await lstat(join(dataDir, 'postgres'))).isSymbolicLink()
    expect(isLink).toBe(process.getuid?.() === 0)
    const cluster = String(await valueIn(postgres, `SELECT current_setting('data_directory')`))
    await postgres.stop()
    await removePostgresData(dataDir)
    await expect(stat(cluster)).rejects.toThrow('ENOENT')
    await expect(lstat(join(dataDir, 'postgres'))).rejects.toThrow('ENOENT')
    await removePostgresData(dataDir)
    const empty = await places.start(dataDir)
    expect(await valueIn(empty, `SELECT to_regclass('kept')`)).toBeNull()
  })

  it('starts ten times at once', async () => {
    const dataDirs = await Promise.all(Array.from({ length: 10 }, () => places.dataDir()))
    const all = await Promise.all(dataDirs.map((dataDir) => places.start(dataDir)))
    expect(new Set(all.map((postgres) => postgres.serverPid)).size).toBe(10)
    expect(await Promise.all(all.map((postgres) => valueIn(postgres, 'SELECT 1')))).toEqual(
      Array(10).fill(1),
    )
  })
})

describe('a server left behind', () => {
  it('by a kill -9 is adopted, and stopped at the end', async () => {
    const dataDir = await places.dataDir()
    const { child, held } = await places.hold(dataDir)
    if (held.kind === 'failed') throw new Error(held.message)
    await kill(child)
    const postgres = await places.start(dataDir)
    expect(postgres.adopted).toBe(true)
    expect(postgres.serverPid).toBe(held.serverPid)
    expect(await valueIn(postgres, 'SELECT 1')).toBe(1)
    await postgres.stop()
    expect(isAlive(held.serverPid)).toBe(false)
  })

  it('has nothing running any more when start returns', async () => {
    const dataDir = await places.dataDir()
    const { child } = await places.hold(dataDir, 'busy')
    await kill(child)
    const postgres = await places.start(dataDir)
    expect(postgres.adopted).toBe(true)
    const others = `SELECT count(*) FROM pg_stat_activity
      WHERE application_name LIKE 'agora/%' AND application_name NOT LIKE '%guard%'
        AND pid <> pg_backend_pid()`
    expect(await valueIn(postgres, others)).toBe(0)
    expect(await valueIn(postgres, 'SELECT count(*) FROM late')).toBe(0)
  })

  it('with other settings is replaced', async () => {
    const dataDir = await places.dataDir()
    const { child, held } = await places.hold(dataDir)
    await kill(child)
    const postgres = await places.start(dataDir, { maxConnections: 30 })
    expect(postgres.adopted).toBe(false)
    expect(held.kind === 'running' && isAlive(held.serverPid)).toBe(false)
    expect(await valueIn(postgres, `SELECT current_setting('max_connections')`)).toBe('30')
  })

  it('that does not answer is replaced', async () => {
    const dataDir = await places.dataDir()
    const { child, held } = await places.hold(dataDir)
    if (held.kind === 'failed') throw new Error(held.message)
    await kill(child)
    process.kill(held.serverPid, 'SIGSTOP')
    const postgres = await places.start(dataDir)
    expect(postgres.adopted).toBe(false)
    expect(isAlive(held.serverPid)).toBe(false)
  })

  it('is stopped from outside', async () => {
    const dataDir = await places.dataDir()
    expect(await stopPostgresIn(dataDir)).toBe(false)
    const { child, held } = await places.hold(dataDir)
    await kill(child)
    expect(await stopPostgresIn(dataDir)).toBe(true)
    expect(held.kind === 'running' && isAlive(held.serverPid)).toBe(false)
    expect(await stopPostgresIn(dataDir)).toBe(false)
  })
})

describe('a crash of the server', () => {
  it('is noticed, and the next start recovers', async () => {
    const dataDir = await places.dataDir()
    const postgres = await places.start(dataDir)
    const client = await postgres.connect('test')
    await client.query('CREATE TABLE kept AS SELECT 1 AS n')
    process.kill(postgres.serverPid ?? 0, 'SIGKILL')
    expect((await postgres.lost).message).not.toBe('')
    // Its backends notice one after the other.
    const fails = async () => {
      const result = await client.query('SELECT 1').catch(() => undefined)
      return result === undefined
    }
    expect(await waitFor(fails, { timeoutMs: 20_000 })).toBe(true)
    await postgres.stop()
    const next = await places.start(dataDir)
    expect(next.adopted).toBe(false)
    expect(await valueIn(next, 'SELECT n FROM kept')).toBe(1)
  })

  it('may leave a process id behind that belongs to another process now', async () => {
    const { dataDir, owner, leavesProcessId } = await killedServer()
    // As the server's user, so that PostgreSQL itself would take it for a living server.
    const stranger = spawn('sleep', ['600'], owner)
    try {
      await leavesProcessId(stranger.pid ?? 0)
      const next = await places.start(dataDir)
      expect(next.adopted).toBe(false)
      expect(isAlive(stranger.pid ?? 0)).toBe(true)
      expect(await valueIn(next, 'SELECT 1')).toBe(1)
    } finally {
      await kill(stranger)
    }
  })

  it('may be dead and not reaped, because its parent was killed with it', async () => {
    const { dataDir, owner, leavesProcessId } = await killedServer()
    // The shell becomes a program that never asks what has become of its child. The child outlives
    // the shell: a shell that is still one might ask.
    const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 600'], owner)
    try {
      const said = await new Promise<string>((resolve) =>
        parent.stdout.once('data', (text) => resolve(String(text))),
      )
      const dead = Number(said.trim())
      expect(await waitFor(() => isZombie(dead), { timeoutMs: 10_000 })).toBe(true)
      await leavesProcessId(dead)
      const next = await places.start(dataDir)
      expect(next.adopted).toBe(false)
      expect(await valueIn(next, 'SELECT 1')).toBe(1)
    } finally {
      await kill(parent)
    }
  })
})

describe('one replica, one process', () => {
  it('refuses a second one by name, and the first goes on', async () => {
    const dataDir = await places.dataDir()
    const { child, held } = await places.hold(dataDir)
    const second = startPostgres({ dataDir, runtimeName: 'held' })
    await expect(second).rejects.toThrow(AlreadyRunning)
    await expect(second).rejects.toThrow(dataDir)
    await expect(second).rejects.toThrow(`guard of ${child.pid}`)
    expect(held.kind === 'running' && isAlive(held.serverPid)).toBe(true)
    // Not even with other settings is the server pulled from under it.
    const third = startPostgres({ dataDir, runtimeName: 'held', maxConnections: 30 })
    await expect(third).rejects.toThrow(`Another process (${child.pid})`)
    expect(held.kind === 'running' && isAlive(held.serverPid)).toBe(true)
  })

  it('lets one of two win that start a new replica at the same time', async () => {
    const dataDir = await places.dataDir()
    const both = await Promise.all([places.hold(dataDir), places.hold(dataDir)])
    const said = both.map(({ held }) => (held.kind === 'failed' ? held.message : held.kind))
    expect(said.sort()).toEqual([expect.stringContaining('already is this replica'), 'running'])
  })

  it('gives up when it has lost its lock', async () => {
    const postgres = await places.start(await places.dataDir())
    const client = await postgres.connect('test')
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`)
    await postgres.lost
    await expect(postgres.connect('late')).rejects.toThrow(AlreadyRunning)
    await expect(postgres.pool('late', 1).query('SELECT 1')).rejects.toThrow(AlreadyRunning)
  })
})

describe('a server of somebody else', () => {
  it('is used and let alone, one replica per database', async () => {
    const server = await places.start(await places.dataDir())
    const admin = await server.connect('admin')
    await admin.query('CREATE DATABASE shared')
    const host = encodeURIComponent(server.socketDir ?? '')
    const databaseUrl = `postgresql://agora@/shared?host=${host}`
    const dataDir = dirname(await places.dataDir())
    const options = { dataDir, runtimeName: 'remote', databaseUrl }
    const first = await startPostgres(options)
    expect(first.socketDir).toBeUndefined()
    expect(await valueIn(first, 'SELECT current_database()')).toBe('shared')
    await first.stop()
    const again = await startPostgres(options)
    await again.stop()
    // Connections to other databases are none of its business.
    expect((await admin.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})
