/**
 * Writes one consistent state of this replica into chunk files: schema `state` and the position
 * that belongs to it, as one snapshot sees them. The transaction lasts as long as the writing, not
 * as long as others fetch. It must not know who wants the export.
 */
import type { Client } from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { Position } from '../replicated-log.ts'
import { positionFrom, readPositionSql } from '../state-machine/state-tables.ts'
import { sumOf, writeChunk, writeManifestFile } from './chunk-files.ts'
import { requireRoom } from './disk-room.ts'
import {
  type ChunkSum,
  encodeManifest,
  type ExportedTable,
  type Manifest,
  type TableShape,
} from './manifest.ts'
import type { Pace } from './pace.ts'
import { copyTarget, plainTextSql, qualifiedName, stateTables } from './state-schema.ts'

export type ExportWork = {
  /** For this alone, without pipelining. Left in a transaction when this rejects: end it. */
  readonly client: Client
  /** Exists and is empty. */
  readonly directory: string
  readonly identity: {
    readonly exportId: string
    readonly group: string
    readonly source: MemberId
  }
  readonly pace: Pace
  readonly signal: AbortSignal
  readonly onWritten: (sizeBytes: number) => void
  readonly chunkBytes?: number
}

/** Small enough that reading, sending and writing one holds up nobody. */
const chunkBytesDefault = 512 * 1024

/** Looked at now and then: a state may be larger than the disk. */
const roomCheckedEveryChunks = 32

export async function exportState(work: ExportWork): Promise<Manifest> {
  const { client, directory, identity } = work
  assert(!client.pipeline, 'COPY needs the connection for itself')
  const shapes = await stateTables(client)
  const position = await takeSnapshot(client, shapes)
  const chunks = new ChunkWriter(work)
  const tables: ExportedTable[] = []
  for (const shape of shapes) tables.push(await exportTable(work, shape, chunks))
  await client.query('COMMIT')
  const manifest: Manifest = { ...identity, position, tables }
  await writeManifestFile(directory, encodeManifest(manifest), { durably: false })
  return manifest
}

/**
 * The tables are locked *before* the snapshot is taken: one that is truncated in between (another
 * state is installed) would seem empty to an older snapshot.
 */
async function takeSnapshot(client: Client, shapes: readonly TableShape[]): Promise<Position> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await client.query(`${plainTextSql} SET LOCAL lock_timeout = '10s'`)
  if (shapes.length > 0) {
    const names = shapes.map((shape) => qualifiedName(client, shape)).join(', ')
    await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`)
  }
  const { rows } = await client.query(readPositionSql)
  return positionFrom(rows[0])
}

async function exportTable(
  { client, signal }: ExportWork,
  shape: TableShape,
  chunks: ChunkWriter,
): Promise<ExportedTable> {
  const copy = client.query(copyTo(`${copyTarget(client, shape)} TO STDOUT`))
  for await (const piece of copy) {
    signal.throwIfAborted()
    await chunks.write(piece as Buffer)
  }
  return { ...shape, rows: copy.rowCount, chunks: await chunks.endTable() }
}

/** Cuts what COPY writes into chunks; a new table begins a new one. */
class ChunkWriter {
  readonly #work: ExportWork
  readonly #chunkBytes: number
  #next = 0
  #pieces: Buffer[] = []
  #piecesBytes = 0
  #sums: ChunkSum[] = []

  constructor(work: ExportWork) {
    this.#work = work
    this.#chunkBytes = work.chunkBytes ?? chunkBytesDefault
  }

  async write(piece: Buffer): Promise<void> {
    let rest = piece
    while (this.#piecesBytes + rest.length >= this.#chunkBytes) {
      const fitting = this.#chunkBytes - this.#piecesBytes
      this.#add(rest.subarray(0, fitting))
      rest = rest.subarray(fitting)
      await this.#flush()
    }
    if (rest.length > 0) this.#add(rest)
  }

  async endTable(): Promise<readonly ChunkSum[]> {
    if (this.#piecesBytes > 0) await this.#flush()
    const sums = this.#sums
    this.#sums = []
    return sums
  }

  #add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.#piecesBytes += piece.length
  }

  async #flush(): Promise<void> {
    const { directory, pace, signal, onWritten } = this.#work
    const content = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#piecesBytes = 0
    if (this.#next % roomCheckedEveryChunks === 0) {
      await requireRoom(directory, roomCheckedEveryChunks * this.#chunkBytes)
    }
    await pace.take(content.length, signal)
    await writeChunk(directory, this.#next, content, { durably: false })
    this.#next += 1
    this.#sums.push(sumOf(content))
    onWritten(content.length)
  }
}
