import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runScenario } from './run-scenario.ts'

/** `vitest -u` writes the traces anew. Read what has changed before you commit it. */
describe('Raft scenarios', () => {
  const folder = import.meta.dirname
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt'))) {
    it(file, async () => {
      const path = join(folder, file)
      await expect(runScenario(readFileSync(path, 'utf8'))).toMatchFileSnapshot(path)
    })
  }
})
