/** Test support: temporary data directories, and processes that hold a PostgreSQL. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import type { Client } from 'pg'
import { clientConfig } from '../../platform/postgres/connections.ts'
import { removePostgresData } from '../../platform/postgres/embedded.ts'
import { startPostgres } from '../../platform/postgres/postgres.ts'
import type { Postgres } from '../../platform/postgres/postgres.ts'

export type Held =
  | {
      readonly kind: 'running'
      readonly adopted: boolean
      readonly serverPid: number
      readonly socketDir: string
    }
  | { readonly kind: 'failed'; readonly name: string; readonly message: string }

const holderPath = fileURLToPath(
  new URL('../../dist/test/integration/postgres-holder.js', import.meta.url),
)

/** Everything a test starts, so that afterEach can end it, whatever happened. */
export class Places {
  readonly #directories: { root: string; dataDir: string }[] = []
  readonly #children: ChildProcess[] = []
  readonly #started: Postgres[] = []

  /** A data directory of its own; `inside` names directories below the temporary one, of `mode`. */
  async dataDir(inside = 'replica', mode = 0o700): Promise<string> {
    const root = await mkdtemp(join(await realpath(tmpdir()), 'agora-test-'))
    await chmod(root, mode)
    const dataDir = join(root, inside)
    await mkdir(dataDir, { recursive: true })
    this.#directories.push({ root, dataDir })
    return dataDir
  }

  async start(dataDir: string, options: { maxConnections?: number } = {}): Promise<Postgres> {
    const postgres = await startPostgres({ dataDir, runtimeName: 'held', ...options })
    this.#started.push(postgres)
    return postgres
  }

  /** Starts postgres-holder.ts in a process; resolves with what it says first. */
  async hold(
    dataDir: string,
    mode: 'idle' | 'busy' = 'idle',
  ): Promise<{ child: ChildProcess; held: Held }> {
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = spawn(process.execPath, [holderPath, dataDir, mode], { stdio: [...stdio] })
    this.#children.push(child)
    for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      return { child, held: JSON.parse(line) as Held }
    }
    throw new Error('the process that was to hold a PostgreSQL said nothing: is dist/ built?')
  }

  async clean(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(kill))
    await Promise.all(this.#started.splice(0).map((postgres) => postgres.stop()))
    for (const { root, dataDir } of this.#directories.splice(0)) {
      await removePostgresData(dataDir)
      await rm(root, { recursive: true, force: true })
    }
  }
}

/** kill -9; resolves when the process is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await gone
}

let databases = 0

/** A pipelined connection to a new, empty database of that server. The caller ends it. */
export async function freshDatabase(postgres: Postgres): Promise<Client> {
  const admin = await postgres.connect('admin')
  databases += 1
  const name = `fresh_${process.pid}_${databases}`
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  return connectTo(postgres, name)
}

export async function connectTo(postgres: Postgres, database: string): Promise<Client> {
  const socketDir = postgres.socketDir ?? ''
  const config = clientConfig({ kind: 'socket', socketDir }, 'test', { pipeline: true })
  const client = new pg.Client({ ...config, database })
  client.on('error', () => {}) // tests stop servers; a query reports it
  await client.connect()
  return client
}
