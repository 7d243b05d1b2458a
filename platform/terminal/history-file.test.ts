import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { HistoryFile, historyMost, mayBeKept } from './history-file.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'agora-history-'))
  folders.push(folder)
  return join(folder, 'state', 'buyer-default.history')
}

describe('a history file', () => {
  it('gives the lines of earlier runs, newest first, to nobody else', () => {
    const path = newPath()
    new HistoryFile(path).add('search red shoe')
    new HistoryFile(path).add('add 2-17')
    expect(new HistoryFile(path).read()).toEqual(['add 2-17', 'search red shoe'])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('is closed to others even where it was open', () => {
    const path = newPath()
    const file = new HistoryFile(path)
    file.add('cart')
    rmSync(path)
    writeFileSync(path, 'cart\n', { mode: 0o644 })
    file.add('buy')
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('does not grow for ever', () => {
    const path = newPath()
    const file = new HistoryFile(path)
    for (let line = 0; line <= 2 * historyMost; line += 1) file.add(`item ${line}`)
    expect(file.read()).toHaveLength(historyMost)
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(historyMost + 1)
    expect(file.read()[0]).toBe(`item ${2 * historyMost}`)
  })

  it.each([
    'search 4242424242424242',
    'buy 4242 4242 4242 4242',
    'buy 5555-5555-5555-4444',
    ' search something private',
  ])('does not keep %j', (line) => {
    expect(mayBeKept(line)).toBe(false)
  })

  it.each(['put Shoe --category 2 --price 1000000.00', 'purchase pDXMakCM5rUzedJeMvTh5Sh'])(
    'keeps %j',
    (line) => {
      expect(mayBeKept(line)).toBe(true)
    },
  )
})
