/**
 * The lines typed at a prompt, kept between runs: a file with mode 0600, newest last. It must never
 * hold a secret; what may be one is not written (see `mayBeKept`).
 */
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

export const historyMost = 500

export class HistoryFile {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Newest first, as readline wants it. A file that has grown is cut. */
  read(): string[] {
    const lines = readLines(this.#path)
    if (lines.length > 2 * historyMost) {
      writeFileSync(this.#path, joined(lines.slice(-historyMost)), { mode: 0o600 })
    }
    return lines.slice(-historyMost).reverse()
  }

  /** Appends: several prompts may share the file. */
  add(line: string): void {
    if (!mayBeKept(line)) return
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
    appendFileSync(this.#path, joined([line]), { mode: 0o600 })
    // Made by somebody else, the file may be open to others; the mode above is for a new one.
    chmodSync(this.#path, 0o600)
  }
}

/**
 * Not a line that begins with a blank, as in shells; not one with a number that may be a card's.
 * Passwords and cards are asked for apart from the line and never come here.
 */
export function mayBeKept(line: string): boolean {
  return !/^\s/.test(line) && !/\d(?:[ -]?\d){11,}/.test(line) && !/[\r\n]/.test(line)
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
