/**
 * Runs one command, or a prompt that runs the same commands one after the other. It must not know
 * which commands there are.
 */
import { Command } from 'commander'
import { type ExitCode, exitCodes } from '../../platform/terminal/exit-codes.ts'
import { SessionFile } from '../../platform/terminal/session-file.ts'
import type { AccountClient } from '../account-client.ts'
import type { ClientOptions } from '../http-client.ts'
import { type CliContext, type ClusterAddresses, type GlobalFlags, say } from './context.ts'
import { reportFailure } from './failures.ts'
import { readLines } from './lines.ts'
import { shellWords } from './shell-words.ts'

export type CliDefinition<Client extends AccountClient<unknown>> = {
  readonly role: 'seller' | 'buyer'
  readonly createClient: (options: ClientOptions) => Client
  readonly addCommands: (program: Command, context: () => CliContext<Client>) => void
  /** Folder for what outlives a command, as in ~/.local/state. */
  readonly stateDir: string
  readonly locate: (dataDir: string | undefined) => ClusterAddresses
}

/** Said when a prompt opens on a terminal. */
const firstSteps = 'Begin with: create-account NAME, or login NAME; help shows all commands.'

/** Resolves with the exit code. */
export async function runCommandLine<Client extends AccountClient<unknown>>(
  definition: CliDefinition<Client>,
  words: readonly string[],
): Promise<ExitCode> {
  const runner = new Runner(definition)
  try {
    return await runner.run(words)
  } finally {
    runner.close()
  }
}

class Runner<Client extends AccountClient<unknown>> {
  readonly #definition: CliDefinition<Client>
  #flags: GlobalFlags = { json: false, profile: 'default', dataDir: undefined }
  #context: CliContext<Client> | undefined
  #inPrompt = false

  constructor(definition: CliDefinition<Client>) {
    this.#definition = definition
  }

  async run(words: readonly string[]): Promise<ExitCode> {
    let promptWanted = false
    const code = await this.#runOne(words, () => {
      promptWanted = true
    })
    return promptWanted ? await this.#prompt() : code
  }

  close(): void {
    this.#context?.client.close()
  }

  async #prompt(): Promise<ExitCode> {
    this.#inPrompt = true
    const context = this.#open()
    this.#context = context
    const isTerminal = process.stdin.isTTY === true
    if (isTerminal) say(firstSteps)
    let last: ExitCode = exitCodes.ok
    for await (const line of readLines(() => this.#promptText())) {
      const typed = shellWords(line)
      if (typed === undefined) say('A quote is left open.')
      else if (typed[0] === 'exit' || typed[0] === 'quit') break
      else if (typed.length > 0) last = await this.#runOne(typed, () => undefined)
    }
    // A script on standard input ends with the exit code of its last command.
    return isTerminal ? exitCodes.ok : last
  }

  #promptText(): string {
    const who = this.#context?.username ?? 'not logged in'
    return `${this.#definition.role} (${who})> `
  }

  async #runOne(words: readonly string[], withoutCommand: () => void): Promise<ExitCode> {
    try {
      await this.#program(withoutCommand).parseAsync([...words], { from: 'user' })
      return exitCodes.ok
    } catch (error) {
      return reportFailure(error, this.#flags.json, this.#definition.role)
    }
  }

  /** A fresh program for each line: commander keeps the values of options between parses. */
  #program(withoutCommand: () => void): Command {
    const { role, addCommands } = this.#definition
    const program = new Command(`agora ${role}`)
    program
      .description(`The ${role}'s command line. Without a command: a prompt.`)
      .usage('[options] [command]')
      .option('--json', 'print results as JSON')
      .option('--profile <name>', 'keep this session apart from others')
      .option('--data-dir <folder>', 'the cluster to talk to (default: .agora)')
      .argument('[unknown...]')
      .helpCommand('help [command]', 'say more about a command')
      .exitOverride()
      .showHelpAfterError('(help shows what there is)')
      .hook('preAction', (_program, command) => this.#readFlags(command.optsWithGlobals()))
      .action((unknown: string[]) => {
        if (unknown.length > 0) program.error(`There is no command ${unknown[0]}.`)
        withoutCommand()
      })
    addCommands(program, () => {
      this.#context ??= this.#open()
      return this.#context
    })
    for (const command of program.commands) {
      command.exitOverride().showHelpAfterError('(help shows what there is)')
    }
    return program
  }

  #readFlags(given: Partial<GlobalFlags>): void {
    const { profile, dataDir } = this.#flags
    this.#flags = {
      json: given.json === true,
      profile: given.profile ?? profile,
      dataDir: given.dataDir ?? dataDir,
    }
    if (this.#context !== undefined) this.#context.json = this.#flags.json
  }

  #open(): CliContext<Client> {
    const { role, createClient, locate, stateDir } = this.#definition
    const { json, profile, dataDir } = this.#flags
    const { servers, currency } = locate(dataDir)
    // A prompt keeps its session to itself.
    const sessionFile = this.#inPrompt
      ? undefined
      : new SessionFile({ folder: stateDir, role, servers, profile })
    const stored = sessionFile?.read()
    const client = createClient({ servers, token: stored?.token })
    return { client, currency, json, sessionFile, username: stored?.username }
  }
}
