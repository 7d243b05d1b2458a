import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CodecError } from '../../common/codec-error.ts'
import { jsonCommandCodec } from './command-codec.ts'

type Note = { readonly type: 'note'; readonly text: string }
const codec = jsonCommandCodec<Note>()
const note = (text: string) => ({
  request: { requestId: 'r', fingerprint: 'f', retention: 'day', submittedAtMs: 5 } as const,
  body: { type: 'note', text } as const,
})

describe('command codec', () => {
  it('gives back every text that can be stored and refuses every other one', () => {
    const pieces = [
      '\\',
      'u',
      '0',
      '0000',
      'd800',
      'x',
      '"',
      '\0',
      '\n',
      '\ud7ff',
      'é',
      '😀',
      '\ue000',
    ]
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...pieces) }), (text) => {
        if (text.includes('\0')) expect(() => codec.encode(note(text))).toThrow('NUL')
        else expect(codec.decode(codec.encode(note(text)))).toEqual(note(text))
      }),
      { numRuns: 1000 },
    )
    expect(() => codec.encode(note('a\ud800b'))).toThrow('well-formed')
    expect(() => codec.encode(note('\\\udc00'))).toThrow('well-formed')
    expect(() => codec.encode(note('\\\0'))).toThrow('well-formed')
  })

  it('says so when a payload is not a command', () => {
    for (const text of ['', '{', 'null', '7', '{}', '{"request":{},"body":{}}']) {
      expect(() => codec.decode(Buffer.from(text)), text).toThrow(CodecError)
    }
  })
})
