/**
 * Work of one kind done one after the other, of different kinds side by side. It must not know what
 * the work is.
 */
import { AppError } from '../common/errors.ts'

/** Of one kind, at work or waiting; more are refused at once (OVERLOADED). */
const WAITING_MAX = 256

export class InTurn {
  readonly #lines = new Map<string, { last: Promise<unknown>; length: number }>()

  async run<T>(kind: string, work: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(kind) ?? { last: Promise.resolve(), length: 0 }
    if (line.length >= WAITING_MAX) throw new AppError('OVERLOADED')
    const result = line.last.then(work)
    // Whoever comes next does not care how this one ended.
    line.last = result.catch(() => undefined)
    line.length += 1
    this.#lines.set(kind, line)
    try {
      return await result
    } finally {
      line.length -= 1
      if (line.length === 0) this.#lines.delete(kind)
    }
  }
}
