import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { completeLine, filesLike } from '../shop/cli/complete-line.ts'
import { SeenIds } from '../shop/cli/seen-ids.ts'
import { commands } from './cli.ts'

const seen = new SeenIds('/nonexistent/ids')
for (const id of ['2-17', '2-3']) seen.add('item', id)
seen.add('purchase', 'p1')
const tree = commands()
const complete = (line: string) => completeLine(tree, line, (name) => seen.of(name))

describe('Tab at the buyer’s prompt', () => {
  it.each<[string, string[], string]>([
    ['sea', ['search '], 'sea'],
    ['pu', ['purchase', 'purchases'], 'pu'],
    ['add ', ['2-17', '2-3'], ''],
    ['remove 2-1', ['2-17 '], '2-1'],
    ['purchase ', ['p1 '], ''],
    ['feedback 2-17 ', ['down', 'up'], ''],
    ['search --con', ['--condition '], '--con'],
    ["search 'red sh", [], 'sh'],
  ])('%j', (line, fitting, part) => {
    expect(complete(line)).toEqual([fitting, part])
  })

  it('offers files, and what lies in a folder', () => {
    const folder = mkdtempSync(join(tmpdir(), 'agora-tab-'))
    writeFileSync(join(folder, 'card.json'), '')
    mkdirSync(join(folder, 'cards'))
    expect(filesLike(`${folder}/ca`).toSorted()).toEqual([
      `${folder}/card.json`,
      `${folder}/cards/`,
    ])
    expect(filesLike(`${folder}/none/`)).toEqual([])
    const line = `buy --card-file ${folder}/cards`
    expect(completeLine(tree, line, (_, partial) => filesLike(partial))[0]).toEqual([
      `${folder}/cards/`,
    ])
    rmSync(folder, { recursive: true })
  })
})
