/**
 * A directory shared by all replicas on this machine for what is expensive to make and always the
 * same: readable copies of the binaries, the freshly initialised cluster. Anything in it may be
 * deleted at any time while nothing runs.
 */
import { randomBytes } from 'node:crypto'
import { lstat, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isAlive, waitFor } from './processes.ts'
import { canTraverse } from './server-user.ts'
import type { ServerUser } from './server-user.ts'

/** A writable directory that the server's user can enter. */
export async function cacheDirectory(user: ServerUser): Promise<string> {
  const uid = process.getuid?.() ?? 0
  const candidates = [
    user.switches ? '/var/cache/agora' : join(homedir(), '.cache', 'agora'),
    join(tmpdir(), `agora-cache-${uid}`),
    `/tmp/agora-cache-${uid}`,
  ]
  const problems: string[] = []
  for (const directory of candidates) {
    const problem = await prepare(directory, user, uid)
    if (problem === undefined) return directory
    problems.push(`${directory}: ${problem}`)
  }
  throw new Error(`no directory can serve as cache for PostgreSQL: ${problems.join('; ')}`)
}

async function prepare(
  directory: string,
  user: ServerUser,
  uid: number,
): Promise<string | undefined> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o755 })
    const found = await lstat(directory)
    if (!found.isDirectory()) return 'not a directory'
    // Somebody else's directory could hold somebody else's programs.
    if (found.uid !== uid) return 'belongs to another user'
    if ((found.mode & 0o022) !== 0) return 'others may write to it'
    if (!(await canTraverse(user, directory))) return "the server's user cannot enter it"
    const probe = join(directory, `.probe-${randomBytes(6).toString('hex')}`)
    await writeFile(probe, '')
    await rm(probe)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * Makes `path` by `build(temporary)` unless it exists. Many processes may ask at once: a lock makes
 * one of them do the work; that `path` is never seen half made is due to the rename alone, so a
 * lock that is broken wrongly costs time and nothing else.
 */
export async function buildOnce(
  path: string,
  build: (temporary: string) => Promise<void>,
): Promise<void> {
  const lock = `${path}.lock`
  while (!(await exists(path))) {
    if (!(await takeLock(lock))) {
      await waitFor(async () => (await exists(path)) || !(await isHeld(lock)), {
        timeoutMs: 60_000,
      })
      continue
    }
    const temporary = `${path}.new-${randomBytes(6).toString('hex')}`
    try {
      if (!(await exists(path))) {
        await build(temporary)
        await renameUnlessTaken(temporary, path)
      }
    } finally {
      await rm(temporary, { recursive: true, force: true })
      await rm(lock, { force: true })
    }
  }
}

/** Moves a finished directory to its place; false (and nothing done) when another one is there. */
export async function renameUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false
    throw error
  }
}

export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

async function takeLock(lock: string): Promise<boolean> {
  await mkdir(dirname(lock), { recursive: true })
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  if (!(await isHeld(lock))) await rm(lock, { force: true })
  return false
}

const lockHeldMaxMs = 60_000

async function isHeld(lock: string): Promise<boolean> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(lock, 'utf8'), stat(lock)])
    // Empty: created, not yet written.
    return (text === '' || isAlive(Number(text))) && Date.now() - mtimeMs < lockHeldMaxMs
  } catch {
    return false
  }
}
