/** Lines from whoever types or pipes them. On a terminal: with a prompt, editing, history, completion. */
import { createInterface } from 'node:readline'
import { historyMost } from '../../platform/terminal/history-file.ts'
import { OneLineInput } from './typed-input.ts'

export type PromptOptions = {
  readonly text: () => string | Promise<string>
  /** Newest first. */
  readonly history: readonly string[]
  /** As node:readline wants it: what fits, and which part of the line it takes the place of. */
  readonly complete: (line: string) => readonly [string[], string]
}

/** Ends at the end of input, or at Ctrl-D on an empty line. Ctrl-C gives up a line. */
export async function* promptLines(options: PromptOptions): AsyncGenerator<string> {
  const history = [...options.history]
  for (;;) {
    const line = await askLine(await options.text(), history, options.complete)
    if (line === 'end') return
    if (line === 'given up') continue
    if (line.text.trim() !== '' && history[0] !== line.text) history.unshift(line.text)
    history.length = Math.min(history.length, historyMost)
    yield line.text
  }
}

/** A script on standard input. Lines that arrive while a command is at work are not lost. */
export async function* pipedLines(): AsyncGenerator<string> {
  yield* createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
}

type Line = { readonly text: string } | 'given up' | 'end'

/** One line; the terminal is free again afterwards, for questions that a command asks. */
function askLine(
  prompt: string,
  history: readonly string[],
  complete: PromptOptions['complete'],
): Promise<Line> {
  return new Promise((resolve) => {
    const input = new OneLineInput(process.stdin)
    const terminal = createInterface({
      input,
      terminal: true,
      output: process.stderr,
      prompt,
      history: [...history],
      historySize: historyMost,
      removeHistoryDuplicates: true,
      completer: (line: string) => {
        const [hits, part] = complete(line)
        return [hits, part]
      },
    })
    let answer: Line = 'end'
    terminal.once('line', (text) => {
      answer = { text }
      terminal.close()
    })
    terminal.once('SIGINT', () => {
      answer = 'given up'
      terminal.close()
    })
    terminal.once('close', () => {
      if (answer === 'given up') process.stderr.write('^C\n')
      if (answer === 'end') process.stderr.write('\n')
      input.destroy()
      resolve(answer)
    })
    terminal.prompt()
  })
}
