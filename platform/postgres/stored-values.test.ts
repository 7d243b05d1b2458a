import { describe, expect, it } from 'vitest'
import { storedJson, storedRow } from './stored-values.ts'

const table = {
  name: 'state.things',
  columns: { id: 'text', n: 'bigint', small: 'integer', doc: 'jsonb', raw: 'bytea', on: 'boolean' },
} as const
const row = { id: 'a', n: 1, small: 2, doc: { b: 1 }, raw: new Uint8Array([1]), on: true }

describe('stored values', () => {
  it('are as jsonb would give them back', () => {
    const text = JSON.stringify(
      storedJson({ ccc: 1, bb: undefined, b: [undefined, -0], a: { é: 1, zz: 2 } }),
    )
    expect(text).toBe('{"a":{"zz":2,"é":1},"b":[null,0],"ccc":1}')
    const own = JSON.parse('{"__proto__": {"x": 1}}')
    expect(JSON.stringify(storedJson(own))).toBe('{"__proto__":{"x":1}}')
  })

  it('cannot be changed in place, and do not follow the original', () => {
    const original = { ...row, doc: { list: [1] } }
    const stored = storedRow(table, original) as typeof original
    original.doc.list.push(2)
    expect(stored.doc).toEqual({ list: [1] })
    expect(() => stored.doc.list.push(3)).toThrow(TypeError)
    expect(() => Object.assign(stored, { n: 3 })).toThrow(TypeError)
  })

  it.each([
    ['a missing column', { ...row, id: undefined }],
    ['a column too many', { ...row, other: 1 }],
    ['a fraction', { ...row, n: 1.5 }],
    ['a number past 2^53', { ...row, n: 2 ** 53 }],
    ['an integer past 32 bits', { ...row, small: 2 ** 31 }],
    ['NUL', { ...row, id: 'a\0' }],
    ['half a surrogate pair', { ...row, doc: ['\ud800'] }],
    ['an infinite number', { ...row, doc: Number.POSITIVE_INFINITY }],
    ['a date', { ...row, doc: new Date() }],
    ['a function', { ...row, doc: () => {} }],
  ])('are not %s', (_what, bad) => {
    expect(() => storedRow(table, bad)).toThrow()
  })
})
