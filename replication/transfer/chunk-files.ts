/**
 * The files of one export in a directory of its own: numbered chunks and the manifest. The source
 * writes them to be read by itself while it lives; the receiver writes them durably. It must not
 * know what is in a chunk.
 */
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { ChunkSum } from './manifest.ts'

/** A chunk is missing or not what the manifest says: it must be fetched again, or the export made anew. */
export class ChunkDamaged extends Error {
  override readonly name = 'ChunkDamaged'
}

export type Writing = {
  /** Return only when it is on disk for good. */
  readonly durably: boolean
}

const manifestName = 'manifest'

export function sumOf(content: Uint8Array): ChunkSum {
  return { sizeBytes: content.length, crc32: crc32(content) }
}

/** Throws ChunkDamaged unless `content` is what the manifest calls chunk `number`. */
export function verifyChunk(number: number, content: Uint8Array, expected: ChunkSum): void {
  const { sizeBytes, crc32: sum } = sumOf(content)
  if (sizeBytes !== expected.sizeBytes) {
    const sizes = `${sizeBytes} bytes instead of ${expected.sizeBytes}`
    throw new ChunkDamaged(`chunk ${number} has ${sizes}`)
  }
  if (sum !== expected.crc32) throw new ChunkDamaged(`chunk ${number} does not match its checksum`)
}

/** A chunk is there whole or not at all, unless the machine dies: then its checksum tells. */
export function writeChunk(
  directory: string,
  number: number,
  content: Uint8Array,
  writing: Writing,
): Promise<void> {
  return writeWhole(chunkPath(directory, number), content, writing)
}

/** Throws ChunkDamaged when it is missing, torn or changed. */
export async function readChunk(
  directory: string,
  number: number,
  expected: ChunkSum,
): Promise<Buffer> {
  const content = await readIfThere(chunkPath(directory, number))
  if (content === undefined) throw new ChunkDamaged(`chunk ${number} is missing in ${directory}`)
  verifyChunk(number, content, expected)
  return content
}

export function writeManifestFile(
  directory: string,
  bytes: Uint8Array,
  writing: Writing,
): Promise<void> {
  return writeWhole(join(directory, manifestName), bytes, writing)
}

/** Undefined when there is none. */
export function readManifestFile(directory: string): Promise<Buffer | undefined> {
  return readIfThere(join(directory, manifestName))
}

/** Makes names in it durable: files that were written durably are found after a crash. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function chunkPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(6, '0')}.chunk`)
}

async function writeWhole(path: string, bytes: Uint8Array, { durably }: Writing): Promise<void> {
  const unfinished = `${path}.part`
  const handle = await open(unfinished, 'w', 0o600)
  try {
    await handle.writeFile(bytes)
    if (durably) await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(unfinished, path)
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}
