/**
 * As whom a PostgreSQL server runs: as ourselves, or, when we are root (which PostgreSQL refuses),
 * as an unprivileged user.
 */
import { execFile, spawn } from 'node:child_process'
import type { SpawnOptions } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `switches`: we are root and must become this user when starting anything of PostgreSQL's. */
export type ServerUser = {
  readonly uid: number
  readonly gid: number
  readonly switches: boolean
}

/**
 * `owner` is who owns an existing cluster: it keeps its user, so that root can go on with what an
 * ordinary user began.
 */
export async function chooseServerUser(owner?: {
  readonly uid: number
  readonly gid: number
}): Promise<ServerUser> {
  const uid = process.getuid?.() ?? -1
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? -1, switches: false }
  if (owner !== undefined && owner.uid !== 0) return { ...owner, switches: true }
  return { ...(await nobody()), switches: true }
}

async function nobody(): Promise<{ uid: number; gid: number }> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  const fields = users
    .split('\n')
    .find((line) => line.startsWith('nobody:'))
    ?.split(':')
  const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])]
  // macOS writes nobody as -2; initdb wants a user that has a name, so there is no better guess.
  if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 && gid > 0) return { uid, gid }
  return { uid: 65_534, gid: 65_534 }
}

/** Options for child_process that make the child run as this user, without our environment. */
export function asUser(user: ServerUser): Pick<SpawnOptions, 'uid' | 'gid' | 'cwd' | 'env'> {
  const plain = { cwd: '/', env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' } }
  return user.switches ? { ...plain, uid: user.uid, gid: user.gid } : plain
}

/** Whether this user can enter `directory` and all that leads to it. */
export async function canTraverse(user: ServerUser, directory: string): Promise<boolean> {
  for (let path = resolve(directory); ; path = dirname(path)) {
    const { uid, gid, mode } = await stat(path)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (path === dirname(path)) return true
  }
}

/** Runs a program of PostgreSQL's to its end; throws with what it printed when it fails. */
export async function runAs(
  user: ServerUser,
  file: string,
  args: readonly string[],
): Promise<string> {
  const child = spawn(file, args, { ...asUser(user), stdio: ['ignore', 'pipe', 'pipe'] })
  const printed: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => printed.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => printed.push(chunk))
  const exit = await new Promise<number | string | null>((done, failed) => {
    child.once('error', failed)
    child.once('close', (code, signal) => done(code ?? signal))
  })
  const text = Buffer.concat(printed).toString('utf8').trim()
  if (exit !== 0) throw new Error(`${file} failed (${exit}): ${text}`)
  return text
}

/** Gives a tree of files to the user; does nothing when we are not root. */
export async function giveTo(user: ServerUser, path: string): Promise<void> {
  if (user.switches) await run('chown', ['-R', `${user.uid}:${user.gid}`, path])
}
