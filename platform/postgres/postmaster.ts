/**
 * One PostgreSQL server process: is it there, is it really one, start it, stop it. Goes by the
 * cluster's postmaster.pid, so that a server left behind by a killed process can be treated the same
 * as one of our own.
 */
import { spawn } from 'node:child_process'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Binaries } from './binaries.ts'
import type { Place } from './places.ts'
import { removeSocketDirectory } from './places.ts'
import { commandLine, isAlive, isZombie, waitFor } from './processes.ts'
import { asUser, giveTo } from './server-user.ts'
import { pgHbaConf } from './settings.ts'

export type Postmaster = {
  readonly pid: number
  readonly socketDir: string
  /** As the server itself writes it: ready, starting, stopping, ... */
  readonly state: string
}

/** What postmaster.pid says, if there is one and it is complete. */
async function readPidFile(place: Place): Promise<Postmaster | undefined> {
  const text = await readFile(join(place.cluster, 'postmaster.pid'), 'utf8').catch(() => '')
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, socketDir: lines[4] ?? '', state: lines[7]?.trim() ?? '' }
}

/** The server that runs on this cluster. A process id that was used again by others is not one. */
export async function findPostmaster(place: Place): Promise<Postmaster | undefined> {
  const found = await readPidFile(place)
  if (found === undefined || !(await isPostmasterOf(found.pid, place))) return undefined
  return found
}

async function isPostmasterOf(pid: number, place: Place): Promise<boolean> {
  const line = await commandLine(pid)
  return line?.includes(`postgres -D ${place.cluster} -k `) ?? false
}

/** The programs the running server was started from; it writes its command line down. */
export async function runsFrom(place: Place, binaries: Binaries): Promise<boolean> {
  const options = await readFile(join(place.cluster, 'postmaster.opts'), 'utf8').catch(() => '')
  return options.startsWith(`${binaries.postgres} `)
}

/** Whether the settings a server on this cluster was started with are these. */
export async function hasSettings(place: Place, conf: string): Promise<boolean> {
  const present = await readFile(join(place.cluster, 'postgresql.conf'), 'utf8').catch(() => '')
  return present === conf
}

export async function writeSettings(place: Place, conf: string): Promise<void> {
  const files = { 'postgresql.conf': conf, 'pg_hba.conf': pgHbaConf, 'postgresql.auto.conf': '' }
  for (const [name, text] of Object.entries(files)) {
    const path = join(place.cluster, name)
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) continue
    // By a rename: a server that another process starts at this moment reads all of it or the old.
    const temporary = `${path}.${process.pid}`
    await writeFile(temporary, text, { mode: 0o600 })
    await giveTo(place.user, temporary)
    await rename(temporary, path)
  }
}

/** A killed server whose parent was killed, too, is there until the system's first process has noticed. */
const reapedWithinMs = 5_000

/**
 * What a server that did not end in order left behind. PostgreSQL cleans up after itself, except
 * that it takes a process with the old one's id for a living server, be it another one by now or
 * one that has ended and was not reaped.
 */
async function removeStaleFiles(place: Place): Promise<void> {
  const stale = await readPidFile(place)
  if (stale === undefined) return
  const reaped = await waitFor(async () => !isZombie(stale.pid), { timeoutMs: reapedWithinMs })
  if (!reaped || isAlive(stale.pid)) {
    const path = join(place.cluster, 'postmaster.pid')
    await rename(path, `${path}.stale`).catch(ignoreMissing)
    await rm(join(stale.socketDir, '.s.PGSQL.5432.lock'), { force: true })
  }
  await removeSocketDirectory(place, stale.socketDir)
}

const logFileMaxBytes = 8 * 1024 * 1024

/** Where the server writes what it has to say. */
export function logPath(place: Pick<Place, 'dataDir'>): string {
  return join(place.dataDir, 'postgres.log')
}

export class ServerDidNotStart extends Error {
  override readonly name = 'ServerDidNotStart'
}

const startTimeoutMs = 60_000

/** Starts a server and waits until it takes connections (crash recovery included). */
export async function startPostmaster(
  place: Place,
  binaries: Binaries,
  socketDir: string,
): Promise<Postmaster> {
  await removeStaleFiles(place)
  const log = await openLog(place)
  const logStart = (await log.stat()).size
  const child = spawn(binaries.postgres, ['-D', place.cluster, '-k', socketDir], {
    ...asUser(place.user),
    // A group of its own: a Ctrl-C in the terminal is meant for us, and we stop it in order.
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  let ended: string | undefined
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    ended ??= `exit ${code ?? signal}`
  })
  child.unref()
  await log.close()

  const isReady = async () => {
    const found = await readPidFile(place)
    return found?.pid === child.pid && found?.state === 'ready'
  }
  const settled = await waitFor(async () => ended !== undefined || (await isReady()), {
    timeoutMs: startTimeoutMs,
    pollMs: 15,
  })
  if (ended === undefined && settled && child.pid !== undefined) {
    return { pid: child.pid, socketDir, state: 'ready' }
  }
  const said = (await readFile(logPath(place), 'utf8').catch(() => '')).slice(logStart).trim()
  const problem = ended ?? `not ready after ${startTimeoutMs / 1000} s`
  throw new ServerDidNotStart(`PostgreSQL in ${place.cluster} did not start (${problem}): ${said}`)
}

async function openLog(place: Place) {
  const path = logPath(place)
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > logFileMaxBytes) await rename(path, `${path}.1`)
  return open(path, 'a', 0o600)
}

/**
 * Stops a server, whoever started it: fast shutdown first (a checkpoint, nothing to recover), then
 * an immediate one, which is what a crash would be. Resolves when the process is gone.
 */
export async function stopPostmaster(place: Place, postmaster: Postmaster): Promise<void> {
  const { pid, socketDir } = postmaster
  const gone = async () => !(await isPostmasterOf(pid, place))
  const steps = [
    { signal: 'SIGINT', timeoutMs: 20_000 },
    { signal: 'SIGQUIT', timeoutMs: 10_000 },
    { signal: 'SIGKILL', timeoutMs: 10_000 },
  ] as const
  for (const { signal, timeoutMs } of steps) {
    if (await gone()) break
    sendSignal(pid, signal)
    // A server that was paused cannot hear.
    sendSignal(pid, 'SIGCONT')
    if (await waitFor(gone, { timeoutMs })) break
  }
  if (!(await gone())) {
    throw new Error(`PostgreSQL in ${place.cluster} (process ${pid}) cannot be stopped`)
  }
  await removeSocketDirectory(place, socketDir)
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

/** A cluster's major version, as in "17"; undefined for a directory that is no cluster. */
export async function clusterVersion(place: Place): Promise<string | undefined> {
  const text = await readFile(join(place.cluster, 'PG_VERSION'), 'utf8').catch(() => undefined)
  return text?.trim()
}
