/** Ctrl-C as a reason to stop in order: what was started is taken down on the way out. */
import process from 'node:process'

export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/**
 * Runs `work` with a signal that aborts at the first SIGINT or SIGTERM; then rejects with
 * Interrupted, once `work` has ended.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const interrupt = (name: string): void => {
    process.stderr.write(`${name}: stopping what was started ...\n`)
    controller.abort(new Interrupted(name))
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  try {
    return await work(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}
