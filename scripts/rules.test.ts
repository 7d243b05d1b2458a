import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const script = fileURLToPath(new URL('rules.mjs', import.meta.url))
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'agora-rules-'))
  for (const folder of ['docs', 'test/e2e/deeper', 'test/integration']) {
    mkdirSync(join(root, folder), { recursive: true })
  }
  write('docs/domain.md', '- **A1.** One.\n- **A2.** Two.\n')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  writeFileSync(join(root, path), text)
}

function run(): { status: number | null; complaints: string[] } {
  const { status, stderr } = spawnSync(process.execPath, [script, root], { encoding: 'utf8' })
  return { status, complaints: stderr.split('\n').filter((line) => line !== '') }
}

it('is content when each rule is cited by a test that runs, at any depth', () => {
  write('test/e2e/deeper/a.ts', `it('does it [A1]', () => {})`)
  write('test/integration/b.test.ts', `it.each([1, 2])(\n  'of %s [A2]',\n  () => {},\n)`)
  expect(run()).toEqual({ status: 0, complaints: [] })
})

it('names rules that no test cites; a comment, a describe and a skipped test cite nothing', () => {
  const texts = [`// [A2]'`, `describe('all [A2]', () => {})`, `it.skip('some day [A2]', () => {})`]
  write('test/e2e/a.test.ts', [`it('one [A1]', () => {})`, ...texts].join('\n'))
  write('test/integration/b.test.ts', texts.slice(0, 2).join('\n'))
  expect(run()).toEqual({ status: 1, complaints: ['no test cites A2: Two.'] })
})

it('names citations of rules that there are not, and rules that stand there twice', () => {
  write('docs/domain.md', '- **A1.** One.\n- **A1.** One again.\n')
  write('test/e2e/a.test.ts', `\nit('one [A1, B7]', () => {})`)
  expect(run()).toEqual({
    status: 1,
    complaints: [
      'docs/domain.md has A1 twice',
      'test/e2e/a.test.ts:2 cites B7, which docs/domain.md does not have',
    ],
  })
})
