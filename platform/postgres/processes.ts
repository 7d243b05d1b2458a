/**
 * Questions about other processes: is it alive, is it still the same one, what was it started as.
 * Knows nothing of PostgreSQL.
 */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Whether a process with this id runs (one of another user counts, one that only waits to be reaped does not). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return process.platform !== 'linux' || procStat(pid)?.[0] !== 'Z'
}

/**
 * Whether a process with this id has ended and waits for its parent to take note. Whoever asks with
 * a signal takes it for alive.
 */
export function isZombie(pid: number): boolean {
  return process.platform === 'linux' && procStat(pid)?.[0] === 'Z'
}

/** /proc/<pid>/stat from its third field, the state, on; undefined when it cannot be read. */
function procStat(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The command name, in parentheses, may hold blanks: count fields behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

/**
 * Names one process for good: process ids are used again, a process id with its start time is not.
 * Undefined when there is no such process.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform === 'linux') {
    const startedAt = procStat(pid)?.[19]
    const bootId = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    return startedAt === undefined ? undefined : `${pid} ${startedAt} ${bootId.trim()}`
  }
  const started = await ps(pid, 'lstart=')
  return started === undefined ? undefined : `${pid} ${started}`
}

/** The command line a process was started with, blanks between arguments; undefined when it is gone. */
export async function commandLine(pid: number): Promise<string | undefined> {
  if (!isAlive(pid)) return undefined
  if (process.platform !== 'linux') return ps(pid, 'command=')
  const raw = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return raw === undefined || raw === '' ? undefined : raw.replaceAll('\0', ' ').trim()
}

async function ps(pid: number, format: string): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-ww', '-o', format, '-p', String(pid)])
    return stdout.trim() || undefined
  } catch {
    return undefined // ps exits with 1 when there is no such process
  }
}

/** Asks `condition` again and again; false when it did not come true within `timeoutMs`. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  options: { readonly timeoutMs: number; readonly pollMs?: number },
): Promise<boolean> {
  const end = performance.now() + options.timeoutMs
  for (;;) {
    if (await condition()) return true
    if (performance.now() >= end) return false
    await sleep(options.pollMs ?? 20)
  }
}
