/**
 * The commander program of a command line: what its commands share (flags, help, errors). It must not
 * know which commands there are, nor run any.
 */
import { Command, Help } from 'commander'
import { type CommandNode, commandTree } from '../../platform/terminal/command-tree.ts'
import { exitCodesHelp } from '../../platform/terminal/exit-codes.ts'
import { styled } from '../../platform/terminal/style.ts'
import type { AccountClient } from '../account-client.ts'
import { asTyped, type CliContext, type Role } from './context.ts'

export type AddCommands<Client extends AccountClient<unknown>> = (
  program: Command,
  context: () => CliContext<Client>,
) => void

export type ProgramOptions<Client extends AccountClient<unknown>> = {
  readonly role: Role
  readonly inPrompt: boolean
  readonly addCommands: AddCommands<Client>
  /** Said below the list of commands. */
  readonly firstSteps: readonly string[]
  readonly context: () => CliContext<Client>
}

/** Of the program of a prompt, where its commands are typed without it. commander insists on a name. */
const PROMPT_NAME = 'prompt'

/** A fresh one for each line: commander keeps the values of options between parses. */
export function createProgram<Client extends AccountClient<unknown>>(
  options: ProgramOptions<Client>,
): Command {
  const { role, inPrompt, addCommands, context } = options
  const program = new Command(inPrompt ? PROMPT_NAME : `./agora ${role}`)
    .exitOverride()
    .configureHelp(helpStyle())
    .configureOutput({ outputError: (text, write) => write(plainer(text)) })
    .helpCommand('help [command]', 'say more about a command')
    .option('--json', 'print results as JSON')
    .showHelpAfterError(`(${asTyped(options, 'help')} shows what there is)`)
    .usage('[options] [command]')
  if (inPrompt) {
    program.helpOption(false).usage('COMMAND ...')
  } else {
    program
      .description(`The ${role}'s command line. Without a command: a prompt.`)
      .option('--profile <name>', 'keep this session apart from others', 'default')
      .option('--data-dir <folder>', 'the cluster to talk to (default: .agora)')
  }
  addCommands(program, context)
  for (const command of program.commands) {
    // A flag of the prompt's own is no flag of its commands: `help NAME` serves there.
    if (inPrompt) command.helpOption(false)
    const help = asTyped(options, `help ${command.name()}`)
    command.showHelpAfterError(`(${help} shows how it is used)`)
  }
  return program.addHelpText('after', () => firstSteps(options))
}

/** commander calls operands `command-argument`s. */
function plainer(text: string): string {
  return text.replace(
    /^error: command-argument value '(.*)' is invalid for argument '(.*)'\./,
    "error: $2 cannot be '$1'.",
  )
}

/** The commands as data, for completion outside. */
export function commandsOf<Client extends AccountClient<unknown>>({
  role,
  addCommands,
}: Pick<ProgramOptions<Client>, 'role' | 'addCommands'>): CommandNode {
  const context = (): never => {
    throw new Error('no command is run')
  }
  const firstSteps: readonly string[] = []
  const program = createProgram({ role, addCommands, firstSteps, inPrompt: false, context })
  return { ...commandTree(program, { flagsPassDown: true }), name: role }
}

/** Below the help of a command, as they are typed where the help is read. */
export function examples(...lines: readonly string[]) {
  return ({ command }: { readonly command: Command }): string => {
    const name = command.parent?.name() ?? PROMPT_NAME
    const prefix = name === PROMPT_NAME ? '' : `${name} `
    return `\nExamples:\n${lines.map((line) => `  ${prefix}${line}`).join('\n')}`
  }
}

function firstSteps<Client extends AccountClient<unknown>>(
  options: ProgramOptions<Client>,
): string {
  const { firstSteps: steps, inPrompt } = options
  const more = inPrompt
    ? 'help COMMAND says more, Tab completes, the arrows bring back earlier lines,\nCtrl-D leaves.'
    : `${asTyped(options, 'help COMMAND')} says more, with examples.`
  const lines = steps.map((step) => `  ${asTyped(options, step)}`)
  const codes = inPrompt ? '' : `\n\n${exitCodesHelp}`
  return `\nFirst steps:\n${lines.join('\n')}${codes}\n\n${more}`
}

function helpStyle() {
  const plain = new Help()
  return {
    commandUsage: (command: Command): string => {
      const usage = plain.commandUsage(command)
      return usage.startsWith(`${PROMPT_NAME} `) ? usage.slice(PROMPT_NAME.length + 1) : usage
    },
    showGlobalOptions: true,
    styleTitle: (title: string): string => styled('stdout', 'bold', title),
  }
}
