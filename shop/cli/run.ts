/**
 * Runs one command, or a prompt that runs the same commands one after the other. It must not know
 * which commands there are.
 */
import { join } from 'node:path'
import { type ExitCode, exitCodes } from '../../platform/terminal/exit-codes.ts'
import { HistoryFile } from '../../platform/terminal/history-file.ts'
import { progress } from '../../platform/terminal/progress.ts'
import { SessionFile } from '../../platform/terminal/session-file.ts'
import type { AccountClient } from '../account-client.ts'
import { ApiProblem } from '../api-problem.ts'
import type { ClientOptions } from '../http-client.ts'
import { type CliContext, type ClusterAddresses, forgetSession, type Role } from './context.ts'
import { Interrupted, reportFailure } from './failures.ts'
import { type AddCommands, createProgram } from './program.ts'
import { runPrompt } from './prompt.ts'
import { say } from './output.ts'
import { SeenIds } from './seen-ids.ts'
import { dropTypedAhead } from './typed-input.ts'

export type CliDefinition<Client extends AccountClient<unknown>> = {
  readonly role: Role
  readonly createClient: (options: ClientOptions) => Client
  readonly addCommands: AddCommands<Client>
  /** What a newcomer types first. */
  readonly firstSteps: readonly string[]
  /** Finds out what the prompt shows and is not known; called before it is shown. */
  readonly beforePrompt?: (context: CliContext<Client>) => Promise<void>
}

export type CliSurroundings = {
  /** Folder for what outlives a command, as in ~/.local/state. */
  readonly stateDir: string
  readonly locate: (dataDir: string | undefined) => ClusterAddresses
}

type Flags = {
  readonly json: boolean
  readonly profile: string
  readonly dataDir: string | undefined
}

/** A server that has stopped is left after so long and a second. */
const PROBE_INTERVAL_MS = 1_500

/** Resolves with the exit code. */
export async function runCommandLine<Client extends AccountClient<unknown>>(
  definition: CliDefinition<Client>,
  surroundings: CliSurroundings,
  words: readonly string[],
): Promise<ExitCode> {
  const runner = new Runner(definition, surroundings)
  try {
    return await runner.run(words)
  } finally {
    runner.close()
  }
}

class Runner<Client extends AccountClient<unknown>> {
  readonly #definition: CliDefinition<Client>
  readonly #surroundings: CliSurroundings
  #flags: Flags = { json: false, profile: 'default', dataDir: undefined }
  #context: CliContext<Client> | undefined
  #inPrompt = false
  /** A prompt that was opened with --json. */
  #jsonThroughout = false
  #abort = new AbortController()

  constructor(definition: CliDefinition<Client>, surroundings: CliSurroundings) {
    this.#definition = definition
    this.#surroundings = surroundings
  }

  async run(words: readonly string[]): Promise<ExitCode> {
    try {
      const program = this.#program()
      const { operands, unknown } = program.parseOptions([...words])
      if (operands.length > 0 || unknown.length > 0) return (await this.#runOne(words)).code
      this.#readFlags(program.opts())
      this.#jsonThroughout = this.#flags.json
      this.#inPrompt = true
      return await this.#prompt()
    } catch (error) {
      return this.#report(error)
    }
  }

  #prompt(): Promise<ExitCode> {
    const { beforePrompt } = this.#definition
    const context = this.#opened()
    return runPrompt({
      context,
      history: new HistoryFile(this.#stateFile('history')),
      program: () => this.#program(),
      runOne: (typed) => this.#runInterruptibly(typed),
      beforePrompt: async () => beforePrompt?.(context),
    })
  }

  /** Completion in shells knows how they are called. */
  #stateFile(kind: 'history' | 'ids'): string {
    const name = `${this.#definition.role}-${encodeURIComponent(this.#flags.profile)}.${kind}`
    return join(this.#surroundings.stateDir, name)
  }

  close(): void {
    this.#context?.client.close()
  }

  /** `understood` is false for what is no command, or not written as one. */
  async #runOne(words: readonly string[]): Promise<{ code: ExitCode; understood: boolean }> {
    const program = this.#program()
    let understood = false
    program.hook('preAction', (_program, command) => {
      understood = true
      this.#readFlags(command.optsWithGlobals())
    })
    try {
      await program.parseAsync([...words], { from: 'user' })
      return { code: exitCodes.ok, understood: true }
    } catch (error) {
      progress.stop()
      const hasEnded = error instanceof ApiProblem && error.status === 401
      // A password that was refused ends no session; that the token was, does.
      if (hasEnded && error.code !== 'BAD_CREDENTIALS' && this.#context !== undefined) {
        forgetSession(this.#context, this.#context.client.token)
      }
      const code = this.#report(error)
      // `help` ends here as well, and well.
      return { code, understood: understood || code === exitCodes.ok }
    } finally {
      progress.stop()
      this.#keepIds()
    }
  }

  /** For completion, which is not worth an exit code. */
  #keepIds(): void {
    try {
      this.#context?.seen.keep()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      say(`The ids shown are not kept for completion: ${reason}`)
    }
  }

  #report(error: unknown): ExitCode {
    const { role } = this.#definition
    return reportFailure(error, { json: this.#flags.json, role, inPrompt: this.#inPrompt })
  }

  /** Ctrl-C gives a command up, not the prompt. A script it ends, as it ends any. */
  async #runInterruptibly(words: readonly string[]) {
    if (process.stdin.isTTY !== true) return this.#runOne(words)
    const interrupt = (): void => {
      dropTypedAhead(process.stdin)
      this.#abort.abort(new Interrupted())
    }
    process.on('SIGINT', interrupt)
    try {
      return await this.#runOne(words)
    } finally {
      process.off('SIGINT', interrupt)
      // What follows, as the count of the cart, is not given up with it.
      this.#abort = new AbortController()
    }
  }

  #program() {
    const { role, addCommands, firstSteps } = this.#definition
    const context = (): CliContext<Client> => this.#opened()
    return createProgram({ role, addCommands, firstSteps, context, inPrompt: this.#inPrompt })
  }

  #readFlags(given: Partial<Flags>): void {
    const { profile, dataDir } = this.#flags
    this.#flags = {
      json: given.json === true || this.#jsonThroughout,
      profile: given.profile ?? profile,
      dataDir: given.dataDir ?? dataDir,
    }
    if (this.#context !== undefined) this.#context.json = this.#flags.json
  }

  #opened(): CliContext<Client> {
    this.#context ??= this.#open()
    return this.#context
  }

  #open(): CliContext<Client> {
    const { role, createClient } = this.#definition
    const { json, profile, dataDir } = this.#flags
    const { locate, stateDir } = this.#surroundings
    const { servers, currency, ca } = locate(dataDir)
    const sessionFile = new SessionFile({ folder: stateDir, role, servers, profile })
    const stored = sessionFile.read()
    const silent = new Set<string>()
    const client = createClient({
      servers,
      ca,
      token: stored?.token,
      probeIntervalMs: PROBE_INTERVAL_MS,
      signal: () => this.#abort.signal,
      onServerChange: ({ from }) => silent.add(from),
      onCall: () => {
        silent.clear()
        const isNobodyThere = (): boolean => silent.size === servers.length
        return progress.begin(
          () => context.waitingFor ?? (isNobodyThere() ? nobodyAnswers : waitingFor(client.server)),
        )
      },
    })
    const context: CliContext<Client> = {
      client,
      role,
      currency,
      inPrompt: this.#inPrompt,
      json,
      sessionFile,
      username: stored?.username,
      unitsInCart: undefined,
      nextPage: undefined,
      seen: new SeenIds(this.#stateFile('ids')),
      waitingFor: undefined,
    }
    return context
  }
}

const nobodyAnswers = 'No server answers so far. Not started yet? npm start'

function waitingFor(server: string): string {
  return `Waiting for ${server.replace(/^https?:\/\//, '')}`
}
