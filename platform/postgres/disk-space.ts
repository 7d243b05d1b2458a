/**
 * A full disk, said as such: PostgreSQL answers it with an error, with the end of all connections or
 * by not starting, depending on what it was writing. It must not know what a replica is.
 */
import { open, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseError } from 'pg'

export class DiskFull extends Error {
  override readonly name = 'DiskFull'
}

/** Where to look when something has failed. */
export type DiskWatch = {
  /** The cluster's directory; undefined: the server is somebody else's. */
  readonly directory: string | undefined
  /** What the server has written so far is not about failures to come. */
  readonly log: { readonly path: string; readonly sizeBytes: number } | undefined
}

/** A WAL segment: with less, the next one cannot be made. */
const segmentBytes = 4 * 1024 * 1024
/** An existing cluster can recover, checkpoint and take writes for a while. */
export const startMinBytes = 4 * segmentBytes
/** A new cluster, and as much again. */
export const createMinBytes = 16 * segmentBytes

export async function watchDisk(cluster: string, logPath: string): Promise<DiskWatch> {
  const sizeBytes = await stat(logPath).then(
    ({ size }) => size,
    () => 0,
  )
  return { directory: cluster, log: { path: logPath, sizeBytes } }
}

/** Throws DiskFull when less than `minBytes` are free: whatever began there would soon end. */
export async function requireSpace(directory: string, minBytes: number): Promise<void> {
  const free = await freeBytes(directory)
  if (free >= minBytes) return
  const needed = `PostgreSQL needs at least ${inUnits(minBytes)} to start`
  throw new DiskFull(fullMessage(directory, free, needed))
}

/** DiskFull when that is why `error` came about, with `error` as its cause; else `error`. */
export async function explainFailure(error: unknown, watch: DiskWatch): Promise<unknown> {
  if (error instanceof DiskFull) return error
  const chain = causesOf(error)
  const said = chain.findLast(saysFull)
  const { directory, log } = watch
  if (directory === undefined) {
    if (said === undefined) return error
    const message = `The disk of the database server is full: ${complaintIn(said.message)}`
    return new DiskFull(message, { cause: error })
  }
  const free = await freeBytes(directory)
  if (said !== undefined) {
    return new DiskFull(fullMessage(directory, free, complaintIn(said.message)), { cause: error })
  }
  // The server ended before it could answer, and its log may lie on the full disk, too.
  if (!chain.some(isLost)) return error
  const logged = log === undefined ? '' : await writtenSince(log)
  const isFull = fullText.test(logged)
  if (!isFull && free >= segmentBytes) return error
  const reason = isFull
    ? complaintIn(logged)
    : 'PostgreSQL has ended without being able to say more'
  return new DiskFull(fullMessage(directory, free, reason), { cause: error })
}

/** Free for others than root, where `directory` is or will be. */
export async function freeBytes(directory: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(directory)
    return bavail * bsize
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return freeBytes(dirname(directory))
  }
}

function fullMessage(directory: string, free: number, reason: string): string {
  return (
    `The disk is full: ${inUnits(free)} free in ${directory} (${reason}). ` +
    'Make room there; the replica then comes back by itself, with all that it had acknowledged.'
  )
}

function inUnits(sizeBytes: number): string {
  const kB = Math.floor(sizeBytes / 1024)
  return kB < 10 * 1024 ? `${kB} kB` : `${Math.floor(kB / 1024)} MB`
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = []
  for (let at = error; at instanceof Error && chain.length < 10; at = at.cause) chain.push(at)
  return chain
}

const fullText = /No space left on device|Disk quota exceeded/
/** SQLSTATE disk_full. */
const diskFull = '53100'

function saysFull(error: Error): boolean {
  const code = 'code' in error ? error.code : undefined
  return code === diskFull || code === 'ENOSPC' || code === 'EDQUOT' || fullText.test(error.message)
}

/** The connection ended, or the server is about to: SQLSTATE classes 08 and 57, or no answer. */
function isLost(error: Error): boolean {
  if (error instanceof DatabaseError) return /^(08|57P)/.test(error.code ?? '')
  const code = 'code' in error ? error.code : undefined
  if (code === 'EPIPE' || code === 'ECONNRESET' || code === 'ECONNREFUSED') return true
  return code === 'ENOENT' || /connection|did not start/i.test(error.message)
}

/** The last line about a full disk, without what the server's log puts before it. */
function complaintIn(text: string): string {
  const lines = text.split('\n')
  const line = lines.findLast((one) => fullText.test(one)) ?? lines[0] ?? ''
  return line.replace(/^.*?\b(?:ERROR|FATAL|PANIC|LOG): +/, '').trim()
}

const tailMaxBytes = 64 * 1024

/** What the server has logged since the watch began: its end, where that is long. */
async function writtenSince(log: {
  readonly path: string
  readonly sizeBytes: number
}): Promise<string> {
  const handle = await open(log.path, 'r').catch(() => undefined)
  if (handle === undefined) return ''
  try {
    const { size } = await handle.stat()
    const from = Math.max(size < log.sizeBytes ? 0 : log.sizeBytes, size - tailMaxBytes)
    const tail = Buffer.alloc(Math.max(0, size - from))
    await handle.read(tail, 0, tail.length, from)
    return tail.toString('utf8')
  } finally {
    await handle.close()
  }
}
