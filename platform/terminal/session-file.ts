/**
 * Where a command line keeps its session between runs: a file with mode 0600, one per role, cluster
 * and profile.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type StoredSession = { readonly token: string; readonly username: string }

export type SessionFileOptions = {
  /** Where it lies; made when missing. */
  readonly folder: string
  readonly role: 'seller' | 'buyer'
  /** Names the cluster: its servers' addresses. */
  readonly servers: readonly string[]
  readonly profile: string
}

export class SessionFileError extends Error {
  override readonly name = 'SessionFileError'
}

export class SessionFile {
  readonly path: string

  constructor({ folder, role, servers, profile }: SessionFileOptions) {
    const cluster = createHash('sha256').update(servers.join(',')).digest('hex').slice(0, 12)
    this.path = join(folder, `${role}-${cluster}-${encodeURIComponent(profile)}.json`)
  }

  read(): StoredSession | undefined {
    try {
      return JSON.parse(readFileSync(this.path, 'utf8')) as StoredSession
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      const message = `The session file ${this.path} cannot be read; delete it and log in again.`
      throw new SessionFileError(message, { cause: error })
    }
  }

  write(session: StoredSession): void {
    mkdirSync(join(this.path, '..'), { recursive: true, mode: 0o700 })
    rmSync(this.path, { force: true })
    writeFileSync(this.path, `${JSON.stringify(session)}\n`, { mode: 0o600 })
  }

  /** Unless somebody has begun another session since. */
  removeIfOf(token: string): void {
    if (this.read()?.token === token) rmSync(this.path, { force: true })
  }
}
