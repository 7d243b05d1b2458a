/** Whether a disk has room for what is about to be written, before somebody else runs out of it. */
import { statfs } from 'node:fs/promises'
import { AppError } from '../../common/errors.ts'

/** Left to PostgreSQL and everybody else on the same disk. */
const reserveBytes = 256 * 1024 * 1024

/** Throws AppError UNAVAILABLE, saying how much is missing where. */
export async function requireRoom(directory: string, sizeBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  const freeBytes = bavail * bsize
  if (freeBytes >= sizeBytes + reserveBytes) return
  const [free, needed] = [megabytes(freeBytes), megabytes(sizeBytes + reserveBytes)]
  const message = `the disk of ${directory} has ${free} free, ${needed} are needed: make room there`
  throw new AppError('UNAVAILABLE', { message })
}

function megabytes(sizeBytes: number): string {
  return `${Math.ceil(sizeBytes / (1024 * 1024))} MiB`
}
