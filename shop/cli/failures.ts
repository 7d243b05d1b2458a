/** What went wrong, for the person at the terminal and, as an exit code, for a script. */
import { CommanderError } from 'commander'
import { type ExitCode, exitCodeOfStatus, exitCodes } from '../../platform/terminal/exit-codes.ts'
import { NoTerminalError } from '../../platform/terminal/secrets.ts'
import { SessionFileError } from '../../platform/terminal/session-file.ts'
import { styled } from '../../platform/terminal/style.ts'
import { ApiProblem } from '../api-problem.ts'
import { asTyped, type Role } from './context.ts'
import { printResult, say } from './output.ts'

/** Thrown by commands for what they find wrong themselves. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Ctrl-C while a command of a prompt was at work. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

type Surroundings = { readonly json: boolean; readonly inPrompt: boolean; readonly role: Role }

/** Says what is wrong; returns the exit code. Bugs are rethrown. */
export function reportFailure(error: unknown, around: Surroundings): ExitCode {
  if (error instanceof CommanderError) return commanderExit(error)
  if (error instanceof ApiProblem) return reportProblem(error, around)
  if (error instanceof Interrupted) {
    say('Interrupted. What was asked for may still happen.')
    return exitCodes.error
  }
  if (error instanceof NoTerminalError || error instanceof UsageError) {
    if (around.json) printResult(around, { code: 'USAGE', detail: error.message }, '')
    say(error.message)
    return exitCodes.usage
  }
  if (error instanceof SessionFileError) {
    say(error.message)
    return exitCodes.error
  }
  if (isSystemError(error)) {
    say(`${error.path ?? 'The file'}: ${reasons[error.code] ?? error.message}`)
    return error.code === 'ENOENT' ? exitCodes.usage : exitCodes.error
  }
  // Ctrl-C at a question.
  if (error instanceof Error && error.name === 'ExitPromptError') return exitCodes.error
  throw error
}

function reportProblem(problem: ApiProblem, around: Surroundings): ExitCode {
  if (around.json) printResult(around, problem.body, '')
  say(`${styled('stderr', 'red', problem.code)}: ${problem.detail}`)
  for (const { path, message } of problem.errors) {
    // One that is alone stands in the detail.
    if (!problem.detail.includes(message)) say(`  ${path}: ${message}`)
  }
  const hint = hintFor(problem, around)
  if (hint !== undefined) say(hint)
  return exitCodeOfStatus(problem.status)
}

/** What to do next, where the message of the server cannot know it. */
export function hintFor(
  { code, body, retryAfterSeconds }: ApiProblem,
  around: Omit<Surroundings, 'json'>,
): string | undefined {
  const typed = (words: string): string => asTyped(around, words)
  switch (code) {
    case 'UNAUTHENTICATED':
    case 'SESSION_EXPIRED':
      return `Log in: ${typed('login NAME')}   New here: ${typed('create-account NAME')}`
    case 'BAD_CREDENTIALS':
      return `No account yet? ${typed('create-account NAME')}`
    case 'USERNAME_TAKEN':
      return `Yours? ${typed('login NAME')}`
    case 'RATE_LIMITED':
    case 'OVERLOADED':
      return retryAfterSeconds === undefined ? undefined : `Try again in ${retryAfterSeconds} s.`
    case 'CART_EMPTY':
      return `Find something: ${typed('search')}   Put it in: ${typed('add ITEM')}`
    case 'OUT_OF_STOCK':
      return `What is left: ${typed('cart')}`
    case 'PRICE_CHANGED':
      return `Look: ${typed('cart')}   Agree: ${typed('accept-prices')}`
    case 'PAYMENT_DECLINED':
      return `The cart is as it was. Another card: ${typed('buy')}`
    case 'NOT_IN_CART':
      return `What it holds: ${typed('cart')}`
    case 'PURCHASE_IN_PROGRESS':
    case 'DEADLINE_EXCEEDED':
      return body.purchaseId === undefined
        ? undefined
        : `How far it is: ${typed(`purchase ${body.purchaseId}`)}`
    case 'UNAVAILABLE':
      return 'Who is up: ./agora status   Start everything: npm start'
    default:
      return undefined
  }
}

type SystemError = Error & {
  readonly code: string
  readonly syscall: string
  readonly path?: string
}

/** Of a file that a user named, or the folder of the sessions. */
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && 'code' in error
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  EACCES: 'you may not read or write it.',
  EISDIR: 'this is a folder.',
  EROFS: 'it cannot be written to.',
  ENOSPC: 'the disk is full.',
}

/** Commander has said it already. */
function commanderExit({ exitCode }: CommanderError): ExitCode {
  return exitCode === 0 ? exitCodes.ok : exitCodes.usage
}
