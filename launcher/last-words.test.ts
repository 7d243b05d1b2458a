import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lastWords } from './last-words.ts'

const directory = mkdtempSync(join(tmpdir(), 'agora-words-'))
afterAll(() => rmSync(directory, { recursive: true }))

const path = join(directory, 'products-1.log')
const now = Date.parse('2030-01-01T00:01:00Z')
const line = (level: number, time: string, msg: string) => JSON.stringify({ level, time, msg })

describe('last words', () => {
  it('are the last fatal line, whatever follows it', () => {
    const lines = [
      line(60, '2030-01-01T00:00:50Z', 'an older reason'),
      line(30, '2030-01-01T00:00:55Z', 'started'),
      line(60, '2030-01-01T00:00:56Z', 'this replica does not start: the disk is full'),
      line(30, '2030-01-01T00:00:57Z', 'stopping'),
      'Trace of something else',
    ]
    writeFileSync(path, `${'x'.repeat(100_000)}\n${lines.join('\n')}\n`)
    expect(lastWords(path, now)).toBe('this replica does not start: the disk is full')
  })

  it('are nobody’s when they are old, or nothing fatal was said', () => {
    writeFileSync(path, line(60, '2030-01-01T00:00:10Z', 'long ago'))
    expect(lastWords(path, now)).toBeUndefined()
    writeFileSync(path, line(50, '2030-01-01T00:00:59Z', 'an error'))
    expect(lastWords(path, now)).toBeUndefined()
    expect(lastWords(join(directory, 'missing.log'), now)).toBeUndefined()
  })
})
