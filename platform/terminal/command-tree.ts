/**
 * A commander program as plain data, for completion: which words can stand where. Pure. It must not
 * know who completes, a prompt or a shell.
 */
import type { Argument, Command, Option } from 'commander'

/** What a flag or an operand takes. `name` is how its help calls it: `item`, `file`, `process`. */
export type ValueNode = { readonly name: string; readonly choices: readonly string[] }

export type FlagNode = {
  /** `-f`, `--follow` */
  readonly names: readonly string[]
  readonly description: string
  /** Undefined for a switch. */
  readonly value: ValueNode | undefined
}

export type CommandNode = {
  readonly name: string
  readonly description: string
  readonly flags: readonly FlagNode[]
  readonly operands: readonly (ValueNode & { readonly repeats: boolean })[]
  readonly commands: readonly CommandNode[]
}

export type TreeOptions = {
  /** Whether the flags of a command are understood behind its subcommands, too. */
  readonly flagsPassDown: boolean
}

export function commandTree(
  command: Command,
  options: TreeOptions,
  inherited: readonly FlagNode[] = [],
): CommandNode {
  // commander's own view of a command includes the help command and the help flag.
  const help = command.createHelp()
  const passedOn = [...inherited, ...command.options.map(flagNode)]
  return {
    name: command.name(),
    description: help.subcommandDescription(command),
    flags: [...help.visibleOptions(command).map(flagNode), ...inherited],
    operands: command.registeredArguments.map(operandNode),
    commands: help
      .visibleCommands(command)
      .map((one) => commandTree(one, options, options.flagsPassDown ? passedOn : [])),
  }
}

/** The same tree with another one in the place of one of its commands. */
export function withCommand(tree: CommandNode, replacement: CommandNode): CommandNode {
  const commands = tree.commands.map((one) => (one.name === replacement.name ? replacement : one))
  return { ...tree, commands }
}

function flagNode(option: Option): FlagNode {
  const takesValue = option.required || option.optional
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    value: takesValue
      ? {
          name: option.flags.replace(/^.*[<[](.*?)(\.{3})?[>\]]$/, '$1'),
          choices: option.argChoices ?? [],
        }
      : undefined,
  }
}

function operandNode(argument: Argument): CommandNode['operands'][number] {
  return {
    name: argument.name(),
    choices: argument.argChoices ?? [],
    repeats: argument.variadic,
  }
}
