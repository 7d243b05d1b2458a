/**
 * Passwords and card details: asked for on a terminal, else read from stdin or a file. Never taken
 * from flags, where other users of the machine and the shell's history would see them.
 */
import { readFileSync } from 'node:fs'
import { password } from '@inquirer/prompts'

/** Thrown when a secret is needed and there is nobody to ask. Exit code 2. */
export class NoTerminalError extends Error {
  override readonly name = 'NoTerminalError'
}

export type SecretSource = {
  /** `-` reads standard input. */
  readonly file: string | undefined
}

/** One line, without its line break. */
export async function readSecret(question: string, source: SecretSource): Promise<string> {
  if (source.file !== undefined) {
    const text = readFileSync(source.file === '-' ? 0 : source.file, 'utf8')
    return text.replace(/\r?\n[\s\S]*$/, '')
  }
  if (!process.stdin.isTTY) {
    throw new NoTerminalError(
      `${question} is needed: give a file with it, or - for standard input.`,
    )
  }
  // On stderr, so that what the command prints can be piped.
  return await password({ message: question, mask: true }, { output: process.stderr })
}
