/**
 * What has been fetched so far, on disk: one export at a time, its manifest first. It outlives the
 * process, so that the next one goes on where this one ended. It must not know sources.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../../common/assert.ts'
import { CodecError } from '../../common/codec-error.ts'
import type { LogIndex } from '../replicated-log.ts'
import {
  ChunkDamaged,
  readChunk,
  readManifestFile,
  syncDirectory,
  verifyChunk,
  writeChunk,
  writeManifestFile,
} from './chunk-files.ts'
import { requireRoom } from './disk-room.ts'
import {
  type ChunkSum,
  chunksOf,
  decodeManifest,
  encodeManifest,
  type Manifest,
  totalBytes,
} from './manifest.ts'

type Begun = {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly chunks: readonly ChunkSum[]
  readonly directory: string
  /** Chunks that are there and were found to be right by this process. */
  readonly present: Set<number>
  receivedBytes: number
  /** What an earlier process left has been looked at. */
  checked: boolean
}

/** Chunk files, and about as much again when their rows are in the database. */
const roomFactor = 2

export class Incoming {
  readonly #directory: string
  #begun: Begun | undefined

  private constructor(directory: string) {
    this.#directory = directory
  }

  /** Finds what an earlier process has begun. */
  static async open(directory: string): Promise<Incoming> {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const incoming = new Incoming(directory)
    for (const name of await readdir(directory)) {
      const found =
        incoming.#begun === undefined ? await findBegun(join(directory, name)) : undefined
      if (found === undefined) await rm(join(directory, name), { recursive: true, force: true })
      else incoming.#begun = found
    }
    return incoming
  }

  /** Of which there is something, perhaps everything. */
  get manifest(): Manifest | undefined {
    return this.#begun?.manifest
  }

  get receivedBytes(): number {
    return this.#begun?.receivedBytes ?? 0
  }

  /**
   * The export of this manifest is to come: what is there of it stays, everything else goes. Throws
   * AppError when the disk has no room.
   */
  async begin(manifest: Manifest): Promise<void> {
    const bytes = encodeManifest(manifest)
    if (this.#begun !== undefined && Buffer.compare(this.#begun.bytes, bytes) === 0) return
    await this.discard()
    await requireRoom(this.#directory, roomFactor * totalBytes(manifest))
    const directory = join(this.#directory, manifest.exportId)
    await mkdir(directory, { mode: 0o700 })
    await writeManifestFile(directory, bytes, { durably: true })
    this.#begun = { ...begunAt(directory, bytes, manifest), checked: true }
  }

  /** Reads what an earlier process has fetched, once: what is damaged counts as missing. */
  async check(signal: AbortSignal): Promise<void> {
    const begun = this.#begun
    if (begun === undefined || begun.checked) return
    for (const [number, expected] of begun.chunks.entries()) {
      signal.throwIfAborted()
      if (begun.present.has(number)) continue
      if (!(await isThere(begun.directory, number, expected))) continue
      begun.present.add(number)
      begun.receivedBytes += expected.sizeBytes
    }
    begun.checked = true
  }

  /** Numbers of the chunks that are still to be fetched, ascending. */
  missing(): readonly number[] {
    const { chunks, present, checked } = this.#required()
    assert(checked, 'what there is was looked at')
    return [...chunks.keys()].filter((number) => !present.has(number))
  }

  isComplete(): boolean {
    return this.#begun !== undefined && this.#begun.present.size === this.#begun.chunks.length
  }

  /** Throws ChunkDamaged when this is not the chunk that the manifest names; it is not kept then. */
  async store(number: number, content: Uint8Array): Promise<void> {
    const begun = this.#required()
    const expected = begun.chunks[number]
    assert(expected !== undefined, 'chunks are fetched by the manifest')
    verifyChunk(number, content, expected)
    await writeChunk(begun.directory, number, content, { durably: true })
    if (begun.present.has(number)) return
    begun.present.add(number)
    begun.receivedBytes += content.length
  }

  /** Resolves when a crash leaves all that has been stored. */
  async secure(): Promise<void> {
    await syncDirectory(this.#required().directory)
    await syncDirectory(this.#directory)
  }

  /** Reads from disk and verifies. Throws ChunkDamaged. */
  read(number: number): Promise<Buffer> {
    const { directory, chunks } = this.#required()
    const expected = chunks[number]
    assert(expected !== undefined, 'chunks are read by the manifest')
    return readChunk(directory, number, expected)
  }

  /** What a database that has applied so much has no use for. */
  async discardUpTo(applied: LogIndex): Promise<void> {
    const index = this.#begun?.manifest.position.index
    if (index !== undefined && index <= applied) await this.discard()
  }

  async discard(): Promise<void> {
    const begun = this.#begun
    this.#begun = undefined
    if (begun !== undefined) await rm(begun.directory, { recursive: true, force: true })
  }

  #required(): Begun {
    assert(this.#begun !== undefined, 'an export has been begun')
    return this.#begun
  }
}

function begunAt(directory: string, bytes: Uint8Array, manifest: Manifest): Begun {
  const chunks = chunksOf(manifest)
  return {
    manifest,
    bytes,
    chunks,
    directory,
    present: new Set(),
    receivedBytes: 0,
    checked: false,
  }
}

/** Undefined when there is nothing in the directory that can be gone on with. */
async function findBegun(directory: string): Promise<Begun | undefined> {
  const bytes = await readManifestFile(directory)
  if (bytes === undefined) return undefined
  try {
    return begunAt(directory, bytes, decodeManifest(bytes))
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    return undefined
  }
}

async function isThere(directory: string, number: number, expected: ChunkSum): Promise<boolean> {
  try {
    await readChunk(directory, number, expected)
    return true
  } catch (error) {
    if (!(error instanceof ChunkDamaged)) throw error
    return false
  }
}
