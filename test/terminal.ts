/**
 * A program on a terminal of its own: what a person would type goes in, what they would see comes out.
 * The pseudo-terminal is that of script(1), which every Linux system has.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { until } from './until.ts'

export type Terminal = {
  /** As keys: `\t` is Tab, `\r` is Enter, `\u0003` is Ctrl-C. */
  type(keys: string): void
  /** Waits until what is shown since the last call has `text` in it, and returns all of that. */
  see(text: string | RegExp, timeoutMs?: number): Promise<string>
  /** Resolves once the program has ended, with its exit code. */
  ended(): Promise<number>
  /** Ends it, if it has not ended yet. */
  close(): Promise<void>
}

export type TerminalOptions = {
  readonly environment?: Readonly<Record<string, string>>
  readonly columns?: number
}

export function openTerminal(
  command: readonly string[],
  { environment = {}, columns = 100 }: TerminalOptions = {},
): Terminal {
  const words = command.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
  const line = `stty rows 40 columns ${columns}; exec ${words}`
  // What the test runner says of colours is not meant for what it runs.
  const { FORCE_COLOR: _, ...inherited } = process.env
  const child = spawn('script', ['-qfec', line, '/dev/null'], {
    env: { ...inherited, NO_COLOR: '1', TERM: 'xterm', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
  })
  const gone = exitOf(child)
  return {
    type: (keys) => void child.stdin.write(keys),
    async see(text, timeoutMs = 10_000) {
      const found = (): boolean => {
        const plain = stripVTControlCharacters(shown)
        return typeof text === 'string' ? plain.includes(text) : text.test(plain)
      }
      await until(found, timeoutMs, `${text} in\n${shown}\n`).catch(() => {
        throw new Error(`${text} was not seen within ${timeoutMs} ms in:\n${shown}`)
      })
      const seen = stripVTControlCharacters(shown)
      shown = ''
      return seen
    },
    ended: () => gone,
    async close() {
      // With its terminal, the program is told to hang up; a shell would not heed another signal.
      child.kill('SIGKILL')
      await gone
    },
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? -1))
  })
}

/** For tests that need a program which is not everywhere: vitest reports them as skipped without it. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined
}
