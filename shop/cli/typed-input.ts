/**
 * What is typed at a terminal, handed on one line at a time: of what is pasted, or typed while a
 * command is at work, the rest waits for whoever reads next, a prompt or a question for a password.
 * node:readline alone drops it. It must not know what a line is for.
 */
import { Readable } from 'node:stream'
import type { ReadStream } from 'node:tty'

/** An input for node:readline that ends its part with the first line break. */
export class OneLineInput extends Readable {
  readonly #terminal: ReadStream
  readonly #take = (typed: Buffer): void => this.#taken(typed)
  readonly #end = (): void => void this.push(null)

  constructor(terminal: ReadStream) {
    super()
    this.#terminal = terminal
    terminal.on('data', this.#take).once('end', this.#end)
  }

  /** For node:readline, which reads keys. */
  setRawMode(isRaw: boolean): this {
    this.#terminal.setRawMode(isRaw)
    return this
  }

  override _read(): void {
    this.#terminal.resume()
  }

  /** The terminal is free for others. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#letGo()
    done(error)
  }

  #taken(typed: Buffer): void {
    const text = typed.toString('latin1')
    const at = text.search(/[\r\n]/)
    if (at === -1) {
      this.push(typed)
      return
    }
    this.#letGo()
    // A pasted line may end in both.
    const after = text.startsWith('\r\n', at) ? at + 2 : at + 1
    if (after < typed.length) this.#terminal.unshift(typed.subarray(after))
    this.push(typed.subarray(0, at + 1))
  }

  #letGo(): void {
    this.#terminal.off('data', this.#take).off('end', this.#end).pause()
  }
}

/** What was typed ahead is not wanted any more, as in a shell after Ctrl-C. */
export function dropTypedAhead(terminal: ReadStream): void {
  terminal.read()
}
