/** Test support: exports in temporary directories, made of random bytes. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memberId } from '../../common/member.ts'
import type { LogIndex } from '../replicated-log.ts'
import { sumOf } from './chunk-files.ts'
import type { Manifest } from './manifest.ts'

export const index = (value: number) => value as LogIndex

/** A manifest and the chunks that belong to it. */
export type MadeUp = { readonly manifest: Manifest; readonly contents: readonly Buffer[] }

export function madeUp(
  chunks: number,
  { at = 41, source = 0 }: { readonly at?: number; readonly source?: number } = {},
): MadeUp {
  const contents = Array.from({ length: chunks }, (_, place) => randomBytes(100 + place))
  const manifest: Manifest = {
    exportId: randomBytes(8).toString('hex'),
    group: 'products',
    source: memberId(source),
    position: { index: index(at), context: Buffer.from('context') },
    tables: [
      {
        name: 'items',
        columns: [{ name: 'a "b"', type: 'text' }],
        rows: chunks,
        chunks: contents.map(sumOf),
      },
      { name: 'none', columns: [], rows: 0, chunks: [] },
    ],
  }
  return { manifest, contents }
}

/** Directories that clean() deletes. */
export class Directories {
  readonly #made: string[] = []

  async make(): Promise<string> {
    const path = await mkdtemp(join(await realpath(tmpdir()), 'agora-transfer-'))
    this.#made.push(path)
    return path
  }

  async clean(): Promise<void> {
    for (const path of this.#made.splice(0)) await rm(path, { recursive: true, force: true })
  }
}
