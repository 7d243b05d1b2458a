/** What went wrong, for the person at the terminal and, as an exit code, for a script. */
import { CommanderError } from 'commander'
import { type ExitCode, exitCodeOfStatus, exitCodes } from '../../platform/terminal/exit-codes.ts'
import { NoTerminalError } from '../../platform/terminal/secrets.ts'
import { ApiProblem } from '../api-problem.ts'
import { printResult, say } from './context.ts'

/** Thrown by commands for what they find wrong themselves. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Says what is wrong; returns the exit code. Bugs are rethrown. */
export function reportFailure(error: unknown, json: boolean, role: string): ExitCode {
  if (error instanceof CommanderError) return commanderExit(error)
  if (error instanceof ApiProblem) {
    if (json) printResult({ json }, error.body, '')
    say(`${error.code}: ${error.detail}`)
    for (const { path, message } of error.errors) say(`  ${path}: ${message}`)
    if (error.status === 401) say(`Log in with: ./agora ${role} login USERNAME`)
    return exitCodeOfStatus(error.status)
  }
  if (error instanceof NoTerminalError || error instanceof UsageError) {
    say(error.message)
    return exitCodes.usage
  }
  // Ctrl-C at a question.
  if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.error
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
    say(error.message)
    return exitCodes.usage
  }
  throw error
}

/** Commander has said it already. */
function commanderExit({ exitCode }: CommanderError): ExitCode {
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage
}
