/** The prompt: reads lines, runs them, and says who is logged in where. It must not know any command. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Command } from 'commander'
import { type CommandNode, commandTree } from '../../platform/terminal/command-tree.ts'
import { type ExitCode, exitCodes } from '../../platform/terminal/exit-codes.ts'
import type { HistoryFile } from '../../platform/terminal/history-file.ts'
import { styled } from '../../platform/terminal/style.ts'
import type { AccountClient } from '../account-client.ts'
import { ApiProblem } from '../api-problem.ts'
import { completeLine, filesLike } from './complete-line.ts'
import { type CliContext, forgetSession } from './context.ts'
import { pipedLines, promptLines } from './lines.ts'
import { say } from './output.ts'
import { shellWords } from './shell-words.ts'

const SESSION_WITHIN_MS = 500

export type PromptParts = {
  readonly context: CliContext<AccountClient<unknown>>
  readonly history: HistoryFile
  readonly program: () => Command
  readonly runOne: (words: readonly string[]) => Promise<{ code: ExitCode; understood: boolean }>
  readonly beforePrompt: () => Promise<void>
}

/** On a terminal ends with 0; a script on standard input with the exit code of its last command. */
export async function runPrompt(parts: PromptParts): Promise<ExitCode> {
  const { context, history, runOne } = parts
  const isTerminal = process.stdin.isTTY === true
  if (isTerminal) {
    await findOutWhetherSessionLives(context)
    say(greeting(context))
  }
  const keep = keeper(history)
  let last: ExitCode = exitCodes.ok
  for await (const line of isTerminal ? typedLines(parts) : pipedLines()) {
    const words = shellWords(line)
    if (words === undefined) {
      say('A quote is left open.')
      last = exitCodes.usage
      continue
    }
    if (words.length === 0 || words[0]?.startsWith('#') === true) continue
    if (words[0] === 'exit' || words[0] === 'quit') break
    const { code, understood } = await runOne(words)
    last = code
    // What is no command may be a password that was typed too early: it is not kept.
    if (isTerminal && understood) keep(line)
  }
  return isTerminal ? exitCodes.ok : last
}

/** One that was kept from an earlier run may have ended since. Not worth a long wait. */
async function findOutWhetherSessionLives(
  context: CliContext<AccountClient<unknown>>,
): Promise<void> {
  const { client } = context
  if (client.token === undefined) return
  const asked = client.me().catch((error: unknown) => {
    // Any other trouble the next command tells.
    if (error instanceof ApiProblem && error.status === 401) forgetSession(context, client.token)
  })
  await Promise.race([asked, sleep(SESSION_WITHIN_MS)])
}

/** Where lines cannot be kept, it says so once; the prompt goes on without. */
function keeper(history: HistoryFile): (line: string) => void {
  let hasFailed = false
  return (line) => {
    try {
      if (!hasFailed) history.add(line)
    } catch (error) {
      hasFailed = true
      say(`Lines are not kept for the next time: ${error instanceof Error ? error.message : error}`)
    }
  }
}

function typedLines({ context, history, program, beforePrompt }: PromptParts) {
  const tree = withExit(commandTree(program(), { flagsPassDown: true }))
  return promptLines({
    text: async () => {
      await beforePrompt()
      return promptText(context)
    },
    history: history.read(),
    complete: (line) =>
      completeLine(tree, line, (name, partial) =>
        name === 'file' ? filesLike(partial) : context.seen.of(name),
      ),
  })
}

/** Who, how many units are in the cart, which server answers. */
export function promptText(context: CliContext<AccountClient<unknown>>): string {
  const { role, username, unitsInCart, client } = context
  const who = username === undefined ? '(not logged in)' : styled('stderr', 'green', username)
  const parts = [
    `${styled('stderr', 'bold', role)} ${who}`,
    ...(unitsInCart === undefined || username === undefined ? [] : [`${unitsInCart} in cart`]),
    styled('stderr', 'dim', client.server.replace(/^https?:\/\//, '')),
  ]
  return `${parts.join(' · ')}> `
}

function greeting({ username }: CliContext<AccountClient<unknown>>): string {
  if (username !== undefined) return `Going on as ${username}. help shows all commands.`
  return 'Begin with: create-account NAME, or login NAME; help shows all commands.'
}

function withExit(tree: CommandNode): CommandNode {
  const exit = { name: 'exit', description: 'leave', flags: [], operands: [], commands: [] }
  return { ...tree, commands: [...tree.commands, exit] }
}
