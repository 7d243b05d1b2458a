/** Lines from whoever types or pipes them. On a terminal: with a prompt, editing and history. */
import { createInterface } from 'node:readline'

const historyMost = 500

/** Ends at the end of input, or at Ctrl-C or Ctrl-D on an empty line. */
export async function* readLines(promptText: () => string): AsyncGenerator<string> {
  if (process.stdin.isTTY !== true) {
    // Not `for await` over the interface alone: a command in between may take its time, and lines that
    // arrive meanwhile must not be lost.
    yield* createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
    return
  }
  const history: string[] = []
  for (;;) {
    const line = await askLine(promptText(), history)
    if (line === undefined) return
    if (line.trim() !== '' && history[0] !== line) history.unshift(line)
    history.length = Math.min(history.length, historyMost)
    yield line
  }
}

/** One line; the terminal is free again afterwards, for questions that a command asks. */
function askLine(prompt: string, history: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const terminal = createInterface({
      input: process.stdin,
      output: process.stderr,
      prompt,
      history: [...history],
      historySize: historyMost,
    })
    let answer: string | undefined
    terminal.once('line', (line) => {
      answer = line
      terminal.close()
    })
    terminal.once('SIGINT', () => terminal.close())
    terminal.once('close', () => {
      if (answer === undefined) process.stderr.write('\n')
      resolve(answer)
    })
    terminal.prompt()
  })
}
