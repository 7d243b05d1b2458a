/**
 * A command tree as lines that a shell can look up without starting Node: what can stand where. Pure.
 * The scripts for the shells walk the same lines, so none of them knows a command.
 *
 *   path ␉ kind ␉ word ␉ takes ␉ description
 *
 * `path` is `/` and the commands so far, each followed by a slash. `kind` is `c` for a command, `f` for
 * a flag, the number of an operand, or `*` for that and all after it. `takes` is what a flag or an
 * operand takes: `-` nothing, `=a|b` one of these, `@file`, `@folder`, `@process`, `@command`, an id
 * that its profile has seen (`@item`, `@purchase`, `@seller`), or `@` something that only its user knows. No
 * field but the last is ever empty.
 */
import type { CommandNode, ValueNode } from '../../platform/terminal/command-tree.ts'

export function completionTable(root: CommandNode): string[] {
  return linesBelow(root, '/')
}

const ids = ['item', 'purchase', 'seller']
const known: ReadonlySet<string> = new Set(['file', 'folder', 'process', 'command', ...ids])

function linesBelow(node: CommandNode, path: string): string[] {
  const line = (kind: string, word: string, takes: string, description: string): string =>
    [path, kind, word, takes, plain(description)].join('\t')
  return [
    ...node.commands.map(({ name, description }) => line('c', name, '-', description)),
    ...node.flags.flatMap(({ names, value, description }) =>
      names.map((name) => line('f', name, taken(value), description)),
    ),
    ...node.operands.map((operand, index) =>
      line(operand.repeats ? '*' : String(index + 1), operand.name, taken(operand), ''),
    ),
    ...node.commands.flatMap((one) => linesBelow(one, `${path}${one.name}/`)),
  ]
}

function taken(value: ValueNode | undefined): string {
  if (value === undefined) return '-'
  if (value.choices.length > 0) return `=${value.choices.join('|')}`
  return known.has(value.name) ? `@${value.name}` : '@'
}

/** Nothing that a shell, or the lines themselves, would take for something else. */
function plain(text: string): string {
  return text.replaceAll("'", '’').replaceAll(/[\t\n"`\\$]/g, ' ')
}
