import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { idsMost, SeenIds } from './seen-ids.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agora-ids-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = (): string => join(folder, 'state', 'buyer-default.ids')

it('keeps the ids seen last for the next run, for nobody else, and forgets them when told', () => {
  const first = new SeenIds(path())
  for (const id of ['2-1', '2-2', '2-1']) first.add('item', id)
  first.add('purchase', 'p_0-1')
  first.keep()
  expect(readFileSync(path(), 'utf8')).toBe('item\t2-1\nitem\t2-2\npurchase\tp_0-1\n')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  const second = new SeenIds(path())
  expect(second.of('item')).toEqual(['2-1', '2-2'])
  second.forget()
  expect([second.of('item'), new SeenIds(path()).of('item')]).toEqual([[], []])
})

it('loses nothing of two prompts, and grows to a bound', () => {
  const [one, other] = [new SeenIds(path()), new SeenIds(path())]
  expect([one.of('item'), other.of('item')]).toEqual([[], []])
  one.add('item', '2-1')
  one.keep()
  other.add('item', '2-2')
  other.keep()
  expect(new SeenIds(path()).of('item')).toEqual(['2-2', '2-1'])
  for (let number = 0; number < 2 * idsMost; number += 1) one.add('item', `9-${number}`)
  one.keep()
  expect(readFileSync(path(), 'utf8').trim().split('\n')).toHaveLength(idsMost)
  expect(one.of('item')[0]).toBe(`9-${2 * idsMost - 1}`)
})

it('takes nothing that a shell would run, from a server or from the file', () => {
  const seen = new SeenIds(path())
  seen.add('item', '$(touch /tmp/x)')
  seen.add('item', '2-1')
  seen.keep()
  writeFileSync(path(), 'item\t`id`\nitem\t2-7\nnonsense\nkey\t2-8\n')
  expect(new SeenIds(path()).of('item')).toEqual(['2-7'])
  expect(seen.of('item')).toEqual(['2-1'])
})
