/** Tab at the prompt: from the line so far to the words that fit. */
import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { CommandNode } from '../../platform/terminal/command-tree.ts'
import { completeWords, type ValuesOf } from '../../platform/terminal/complete-words.ts'
import { shellWords } from './shell-words.ts'

/** What fits, and the end of the line that it takes the place of. */
export function completeLine(
  root: CommandNode,
  line: string,
  valuesOf: ValuesOf,
): readonly [string[], string] {
  const partial = /\S*$/.exec(line)?.[0] ?? ''
  const before = shellWords(line.slice(0, line.length - partial.length))
  // Inside quotes a word may hold blanks: nothing that we know does.
  if (before === undefined || /["'\\]/.test(partial)) return [[], partial]
  const fitting = completeWords(root, { before, partial }, valuesOf).toSorted()
  const [only] = fitting
  if (fitting.length !== 1 || only === undefined) return [fitting, partial]
  return [[only.endsWith('/') ? only : `${only} `], partial]
}

/** Paths that begin with `partial`; folders end in a slash. None where it cannot be read. */
export function filesLike(partial: string): string[] {
  const folder = partial.endsWith('/') ? partial : dirname(partial)
  const begin = partial.endsWith('/') ? '' : basename(partial)
  const prefix = partial.includes('/') ? join(folder, '/') : ''
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => name.startsWith(begin) && (begin !== '' || !name.startsWith('.')))
      .map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? '/' : ''}`)
  } catch {
    return []
  }
}
