/** Runs cpg-load beside one daemon and reads what it has measured. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Recording } from '../measure.ts'

export class LoadProcess {
  readonly #child: ChildProcess
  readonly #output: Promise<string>

  constructor(run: { readonly command: string; readonly arguments: readonly string[] }) {
    const child = spawn(run.command, run.arguments, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child = child
    this.#output = collect(child)
    // Whoever reads recording() hears of it; nobody else has to.
    this.#output.catch(() => undefined)
  }

  /** Undefined when it does not run. */
  get pid(): number | undefined {
    return this.#child.exitCode === null ? this.#child.pid : undefined
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }

  /** Once it has ended. */
  async recording(operation: string): Promise<Recording> {
    const [elapsed = '0', ...latencies] = (await this.#output).trimEnd().split('\n')
    const latenciesMs = latencies.map((us) => Number(us) / 1_000)
    return {
      elapsedMs: Number(elapsed),
      latenciesMs: latenciesMs.length === 0 ? {} : { [operation]: latenciesMs },
      errors: {},
      longestGapMs: 0,
    }
  }
}

function collect(child: ChildProcess): Promise<string> {
  const texts = { out: '', err: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    texts.err += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(texts.out)
      else reject(new Error(`the load on corosync has failed (${code}): ${texts.err.trim()}`))
    })
  })
}
