/**
 * Passwords and card details: asked for on a terminal, else read from stdin or a file. Never taken
 * from flags, where other users of the machine and the shell's history would see them.
 */
import { readFileSync } from 'node:fs'

/** Thrown when a secret is needed and there is nobody to ask. Exit code 2. */
export class NoTerminalError extends Error {
  override readonly name = 'NoTerminalError'
}

export type SecretSource = {
  /** `-` reads standard input. */
  readonly file: string | undefined
  /** How to name one, for the message where nobody can be asked. */
  readonly flag: string
}

/** One line, without its line break. */
export async function readSecret(question: string, source: SecretSource): Promise<string> {
  if (source.file !== undefined) {
    const text = readFileSync(source.file === '-' ? 0 : source.file, 'utf8')
    return text.replace(/\r?\n[\s\S]*$/, '')
  }
  if (!process.stdin.isTTY) {
    throw new NoTerminalError(
      `${question}: there is no terminal to ask at; give ${source.flag} (- is standard input).`,
    )
  }
  // Loaded when there is somebody to ask: most commands ask nothing.
  const { password } = await import('@inquirer/prompts')
  // On stderr, so that what the command prints can be piped.
  return await password({ message: question, mask: true }, { output: process.stderr })
}

/** As readSecret; typed, it has to be typed twice, since nobody sees what was typed. */
export async function readNewSecret(question: string, source: SecretSource): Promise<string> {
  for (;;) {
    const secret = await readSecret(question, source)
    if (source.file !== undefined) return secret
    if ((await readSecret('Once more', source)) === secret) return secret
    process.stderr.write('These were not the same.\n')
  }
}
