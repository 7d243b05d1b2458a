/**
 * One process with a log file, which can be killed, paused and started again. It must not know what
 * the process does.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'

export type ProcessPlan = {
  /** For messages. */
  readonly name: string
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly logPath: string
}

/** In order, then by force. */
const stopPatienceMs = 10_000
const lastLines = 15

export class MemberProcess {
  readonly #plan: ProcessPlan
  #child: ChildProcess | undefined
  #gone: Promise<void> = Promise.resolve()

  constructor(plan: ProcessPlan) {
    this.#plan = plan
  }

  /** Undefined when it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    if (this.#child !== undefined) throw new Error(`${this.#plan.name} runs already`)
    const { command, environment, logPath } = this.#plan
    const log = openSync(logPath, 'a')
    const child = spawn(command, this.#plan.arguments, {
      env: environment,
      // Standard input is held open: its end tells the process that we are gone.
      stdio: ['pipe', log, log],
      // A Ctrl-C at the terminal is meant for us, and we stop it in order.
      detached: true,
    })
    closeSync(log)
    this.#child = child
    this.#gone = new Promise((resolve) => {
      const ended = (): void => {
        if (this.#child === child) this.#child = undefined
        resolve()
      }
      child.once('exit', ended)
      child.once('error', ended)
    })
  }

  /** SIGKILL: resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL')
    await this.#gone
  }

  /** SIGSTOP, until resume(). */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** In order, even when it is paused; resolves when it is gone. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.kill('SIGTERM')
    child.kill('SIGCONT')
    const force = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs)
    await this.#gone
    clearTimeout(force)
  }

  /** How many lines of its log, of all its processes so far, have `text` in them. */
  countInLog(text: string): number {
    return this.#log()
      .split('\n')
      .filter((line) => line.includes(text)).length
  }

  /** The end of its log. */
  lastWords(): string {
    return `${this.#plan.name}: ${this.#log().trimEnd().split('\n').slice(-lastLines).join('\n')}`
  }

  #log(): string {
    const { logPath } = this.#plan
    return existsSync(logPath) ? readFileSync(logPath, 'utf8') : ''
  }
}
