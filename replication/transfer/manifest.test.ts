import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { createHash } from 'node:crypto'
import { chunksOf, decodeManifest, encodeManifest, totalBytes } from './manifest.ts'
import { schemaDifference } from './state-schema.ts'
import { madeUp } from './transfer.fixture.ts'

describe('a manifest', () => {
  it('is read as it was written, with and without a context', () => {
    const { manifest } = madeUp(3)
    const read = decodeManifest(encodeManifest(manifest))
    expect(read).toEqual({
      ...manifest,
      position: { ...manifest.position, context: new Uint8Array(Buffer.from('context')) },
    })
    const bare = { ...manifest, position: { ...manifest.position, context: undefined } }
    expect(decodeManifest(encodeManifest(bare))).toEqual(bare)
    expect(chunksOf(read)).toHaveLength(3)
    expect(totalBytes(read)).toBe(303)
  })

  it('shows every flipped bit and every missing byte', () => {
    const bytes = encodeManifest(madeUp(2).manifest)
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ 1
      expect(() => decodeManifest(flipped), `byte ${at}`).toThrow(CodecError)
      expect(() => decodeManifest(bytes.subarray(0, at))).toThrow(CodecError)
    }
  })

  it('of another form is refused, whoever vouches for it', () => {
    const vouched = (json: string) =>
      Buffer.from(`${createHash('sha256').update(json).digest('hex')}\n${json}`)
    const good = JSON.parse(encodeManifest(madeUp(1).manifest).toString().split('\n')[1] ?? '')
    expect(() => decodeManifest(vouched(JSON.stringify(good)))).not.toThrow()
    for (const change of [
      { exportId: '../../../../etc' },
      { version: 2 },
      { index: -1 },
      { a: 1 },
    ]) {
      const bytes = vouched(JSON.stringify({ ...good, ...change }))
      expect(() => decodeManifest(bytes)).toThrow(CodecError)
    }
    expect(() => decodeManifest(vouched('{'))).toThrow(CodecError)
  })
})

describe('two schemas', () => {
  const table = (name: string, ...columns: string[]) => ({
    name,
    columns: columns.map((column) => ({ name: column, type: 'text' })),
  })

  it('fit when tables, columns and types are the same', () => {
    const ours = [table('a', 'x', 'y'), table('b')]
    expect(schemaDifference(ours, ours)).toBeUndefined()
    expect(schemaDifference([table('a', 'x', 'y')], ours)).toBe('there is no table state.b there')
    expect(schemaDifference([...ours, table('c')], ours)).toBe('there is no table state.c here')
    expect(schemaDifference([table('a', 'x'), table('b')], ours)).toBe(
      'state.a has (x text) there and (x text, y text) here',
    )
    const integer = { name: 'a', columns: [{ name: 'x', type: 'integer' }] }
    expect(schemaDifference([integer], [table('a', 'x')])).toContain('x integer')
  })
})
