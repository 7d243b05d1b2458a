/**
 * Tab completion at a prompt: which words can come next. Pure; what it cannot know (ids, files) the
 * caller knows.
 */
import type { CommandNode, ValueNode } from './command-tree.ts'

/** Values for an operand or a flag that takes `name`: ids seen, files there. */
export type ValuesOf = (name: string, partial: string) => readonly string[]

/** `before`: the words in front of the one that is being typed. */
export function completeWords(
  root: CommandNode,
  { before, partial }: { readonly before: readonly string[]; readonly partial: string },
  valuesOf: ValuesOf,
): string[] {
  const { node, operands, awaited } = walk(root, before)
  return candidates().filter((word) => word.startsWith(partial) && word !== '')

  function candidates(): readonly string[] {
    if (awaited !== undefined) return values(awaited)
    if (partial.startsWith('-')) {
      const used = new Set(before)
      const flags = node.flags.filter(({ names }) => !names.some((name) => used.has(name)))
      return flags.flatMap(({ names }) => names.filter((name) => name.startsWith('--')))
    }
    if (node.commands.length > 0) return node.commands.map(({ name }) => name)
    const last = node.operands.at(-1)
    const operand = node.operands[operands] ?? (last?.repeats === true ? last : undefined)
    return operand === undefined ? [] : values(operand)
  }

  function values({ name, choices }: ValueNode): readonly string[] {
    if (choices.length > 0) return choices
    if (name === 'command') return root.commands.map((one) => one.name)
    return valuesOf(name, partial)
  }
}

type Place = {
  readonly node: CommandNode
  /** How many of its operands are there. */
  readonly operands: number
  /** The value that the flag in front takes. */
  readonly awaited: ValueNode | undefined
}

function walk(root: CommandNode, words: readonly string[]): Place {
  let place: Place = { node: root, operands: 0, awaited: undefined }
  for (const word of words) place = step(place, word)
  return place
}

function step({ node, operands, awaited }: Place, word: string): Place {
  if (awaited !== undefined) return { node, operands, awaited: undefined }
  if (word.startsWith('-')) {
    const flag = node.flags.find(({ names }) => names.includes(word))
    return { node, operands, awaited: flag?.value }
  }
  const inner = node.commands.find(({ name }) => name === word)
  if (inner !== undefined) return { node: inner, operands: 0, awaited: undefined }
  return { node, operands: operands + 1, awaited: undefined }
}
