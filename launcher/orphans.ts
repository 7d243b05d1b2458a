/**
 * Processes that an earlier supervisor left behind (it was killed with -9, or the machine's user
 * closed the lid): found through cluster.json, recognised by their command line, stopped.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stopPostgresIn } from '../platform/postgres/embedded.ts'
import type { ClusterDirectory, ProcessRecord } from './cluster-directory.ts'

const patienceMs = 8_000

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Pids are used again: only a process that still runs one of our programs is ours. */
function isOurs({ pid, name, group }: ProcessRecord): boolean {
  if (pid === undefined || !isAlive(pid)) return false
  const commandLine = `/proc/${pid}/cmdline`
  if (!existsSync(commandLine)) return process.platform !== 'linux'
  const folders: Record<string, string> = {
    customers: 'db-customers/main.js',
    products: 'db-products/main.js',
    payment: 'payment-soap/server.js',
    sellers: 'seller/server.js',
    buyers: 'buyer/server.js',
  }
  return readFileSync(commandLine, 'utf8').includes(folders[group] ?? name)
}

/** Whether the supervisor that wrote the record still runs. */
export function supervisorIsAlive(directory: ClusterDirectory): number | undefined {
  const pid = directory.readRecord()?.supervisorPid
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return undefined
  const commandLine = `/proc/${pid}/cmdline`
  if (existsSync(commandLine) && !readFileSync(commandLine, 'utf8').includes('launcher/main')) {
    return undefined
  }
  return pid
}

/** Stops what an earlier cluster left; resolves with the names of what it found. */
export async function stopOrphans(directory: ClusterDirectory): Promise<string[]> {
  const left = (directory.readRecord()?.processes ?? []).filter(isOurs)
  for (const { pid } of left) signal(pid, 'SIGCONT')
  for (const { pid } of left) signal(pid, 'SIGTERM')
  const giveUpAtMs = performance.now() + patienceMs
  while (left.some(isOurs) && performance.now() < giveUpAtMs) await pause(100)
  for (const process of left.filter(isOurs)) signal(process.pid, 'SIGKILL')
  const databases = await stopOrphanDatabases(directory)
  return [...left.map(({ name }) => name), ...databases]
}

/** PostgreSQL servers of replicas that were killed. */
async function stopOrphanDatabases(directory: ClusterDirectory): Promise<string[]> {
  if (!directory.exists()) return []
  const folders = readdirSync(directory.path).filter((name) =>
    /^(customers|products)-\d+$/.test(name),
  )
  const stopped = await Promise.all(
    folders.map(async (name) =>
      (await stopPostgresIn(join(directory.path, name))) ? [`PostgreSQL of ${name}`] : [],
    ),
  )
  return stopped.flat()
}

function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
