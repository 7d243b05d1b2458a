/**
 * What a running cluster leaves in its data directory so that other commands find it: the record of
 * its processes, its addresses, its secret, its logs, and the marks of drills.
 * It must not know how processes are started or watched.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export type ProcessState = 'starting' | 'running' | 'restarting' | 'down' | 'stopped'

export type ProcessRecord = {
  readonly name: string
  readonly group: string
  readonly host: string
  readonly port: number
  readonly pid: number | undefined
  readonly state: ProcessState
  readonly restarts: number
}

/** cluster.json. `environment` holds addresses and settings, never the secret. */
export type ClusterRecord = {
  readonly supervisorPid: number
  readonly startedAtUnixMs: number
  readonly environment: Readonly<Record<string, string>>
  readonly processes: readonly ProcessRecord[]
}

export class ClusterDirectory {
  readonly path: string

  constructor(dataDir: string) {
    this.path = resolve(dataDir)
  }

  create(): void {
    for (const folder of [this.path, this.#logs(), this.#drills()]) {
      mkdirSync(folder, { recursive: true, mode: 0o711 })
    }
  }

  exists(): boolean {
    return existsSync(this.path)
  }

  logPath(name: string): string {
    return join(this.#logs(), `${name}.log`)
  }

  /** Undefined when no cluster was ever started here, or the record cannot be read. */
  readRecord(): ClusterRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.#record(), 'utf8')) as ClusterRecord
    } catch {
      return undefined
    }
  }

  writeRecord(record: ClusterRecord): void {
    writeWhole(this.#record(), `${JSON.stringify(record, undefined, 2)}\n`)
  }

  /** The cluster's secret: made on first use, readable by its owner only. */
  secret(): string {
    const path = join(this.path, 'cluster-secret')
    if (!existsSync(path)) {
      this.create()
      // `wx`: of two processes that make one at the same time, both go on with the first one's.
      try {
        writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, {
          mode: 0o600,
          flag: 'wx',
        })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
    return readFileSync(path, 'utf8').trim()
  }

  /** A drill: the process stays down until the mark is taken away. */
  markDown(name: string): void {
    this.create()
    writeFileSync(join(this.#drills(), name), '')
  }

  unmarkDown(name: string): void {
    rmSync(join(this.#drills(), name), { force: true })
  }

  isMarkedDown(name: string): boolean {
    return existsSync(join(this.#drills(), name))
  }

  #record(): string {
    return join(this.path, 'cluster.json')
  }
  #logs(): string {
    return join(this.path, 'logs')
  }
  #drills(): string {
    return join(this.path, 'drills')
  }
}

/** Readers see the old file or the new one, never half of it. */
export function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}.new`
  writeFileSync(draft, text, { mode: 0o600 })
  renameSync(draft, path)
}
