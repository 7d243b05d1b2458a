/**
 * Why a process on this machine is down, in its own words: the last fatal line of its log. It must
 * not know what processes are for.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const tailMaxBytes = 64 * 1024
/** Of pino. */
const fatalLevel = 60
/** A process that dies at its start says it again within the supervisor's longest pause. */
const recentMs = 20_000

/** Undefined when it has said nothing of that kind lately. */
export function lastWords(logPath: string, nowUnixMs: number): string | undefined {
  const lines = tailOf(logPath).split('\n').reverse()
  for (const line of lines) {
    const { level, time, msg } = parse(line)
    if (level === fatalLevel && typeof time === 'string' && typeof msg === 'string') {
      return nowUnixMs - Date.parse(time) <= recentMs ? msg : undefined
    }
  }
  return undefined
}

function tailOf(path: string): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    // It runs on another machine, or never ran.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = fstatSync(file)
    const tail = Buffer.alloc(Math.min(size, tailMaxBytes))
    const read = readSync(file, tail, 0, tail.length, size - tail.length)
    return tail.toString('utf8', 0, read)
  } finally {
    closeSync(file)
  }
}

function parse(line: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(line)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {} // Not every line is one of ours.
  }
}
