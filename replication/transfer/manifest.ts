/**
 * What an export consists of: the position that its state has, the tables with their columns, and
 * size and checksum of every chunk. On disk and on the wire it is the same bytes: a SHA-256 in
 * hexadecimal, a newline, JSON. It must not know where chunks lie or how they travel.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { CodecError } from '../../common/codec-error.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import type { LogIndex, Position } from '../replicated-log.ts'

export type Manifest = {
  /** Drawn at random: it tells this export from every other one of any replica. */
  readonly exportId: string
  readonly group: string
  readonly source: MemberId
  readonly position: Position
  readonly tables: readonly ExportedTable[]
}

export type ExportedTable = TableShape & {
  readonly rows: number
  /** One after the other they are what COPY wrote; a row may lie across two of them. */
  readonly chunks: readonly ChunkSum[]
}

/** Columns by name, not by place: replicas may have got them in another order. */
export type TableShape = { readonly name: string; readonly columns: readonly ColumnShape[] }
export type ColumnShape = { readonly name: string; readonly type: string }

export type ChunkSum = { readonly sizeBytes: number; readonly crc32: number }

/** Also the name of a directory. */
const exportIdPattern = /^[0-9a-f]{16}$/

/** Of all tables: a chunk's number is its place here. */
export function chunksOf({ tables }: Manifest): readonly ChunkSum[] {
  return tables.flatMap(({ chunks }) => chunks)
}

export function totalBytes(manifest: Manifest): number {
  return chunksOf(manifest).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

const version = 1
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const fileShape = z.strictObject({
  version: z.literal(version),
  exportId: z.string().regex(exportIdPattern),
  group: z.string().min(1),
  source: count,
  index: count,
  context: z.base64().nullable(),
  tables: z.array(
    z.strictObject({
      name: z.string().min(1),
      /** Name and type of each. */
      columns: z.array(z.tuple([z.string(), z.string()])),
      rows: count,
      /** Size and CRC of each. */
      chunks: z.array(z.tuple([count, count.max(0xffff_ffff)])),
    }),
  ),
})

export function encodeManifest(manifest: Manifest): Buffer {
  const { exportId, group, source, position, tables } = manifest
  const { context } = position
  const file: z.infer<typeof fileShape> = {
    version,
    exportId,
    group,
    source,
    index: position.index,
    context: context === undefined ? null : Buffer.from(context).toString('base64'),
    tables: tables.map(({ name, columns, rows, chunks }) => ({
      name,
      columns: columns.map((column) => [column.name, column.type]),
      rows,
      chunks: chunks.map(({ sizeBytes, crc32 }) => [sizeBytes, crc32]),
    })),
  }
  const json = JSON.stringify(file)
  return Buffer.from(`${sha256(json)}\n${json}`)
}

/** Throws CodecError on whatever encodeManifest has not written. */
export function decodeManifest(bytes: Uint8Array): Manifest {
  const text = Buffer.from(bytes).toString('utf8')
  const end = text.indexOf('\n')
  const json = text.slice(end + 1)
  if (end < 0 || text.slice(0, end) !== sha256(json)) {
    throw new CodecError('the manifest of an export does not match its checksum')
  }
  const parsed = fileShape.safeParse(parsedJson(json))
  if (!parsed.success) {
    throw new CodecError(`the manifest of an export is of another form: ${parsed.error.message}`)
  }
  const { exportId, group, source, index, context, tables } = parsed.data
  return {
    exportId,
    group,
    source: memberId(source),
    position: {
      index: index as LogIndex,
      context: context === null ? undefined : new Uint8Array(Buffer.from(context, 'base64')),
    },
    tables: tables.map(({ name, columns, rows, chunks }) => ({
      name,
      columns: columns.map(([column, type]) => ({ name: column, type })),
      rows,
      chunks: chunks.map(([sizeBytes, crc32]) => ({ sizeBytes, crc32 })),
    })),
  }
}

/** Undefined fits no shape. */
function parsedJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
