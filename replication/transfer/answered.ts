/**
 * A question to a source that may never be answered (its process is paused, its machine is gone):
 * ends after a while, whatever the source and the way to it do. It must not know what is asked.
 */

export type Asking = {
  readonly signal: AbortSignal
  /** How long an answer may take. */
  readonly patienceMs: number
}

export class Unanswered extends Error {
  override readonly name = 'Unanswered'
}

/** Rejects as `ask` does, with Unanswered when the time is over, with the signal's reason when that is aborted. */
export async function answered<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  { signal, patienceMs }: Asking,
): Promise<T> {
  signal.throwIfAborted()
  const end = new AbortController()
  const withdraw = (): void => end.abort(signal.reason)
  signal.addEventListener('abort', withdraw, { once: true })
  const timer = setTimeout(
    () => end.abort(new Unanswered(`it has not answered within ${patienceMs} ms`)),
    patienceMs,
  )
  try {
    // Not left to `ask`: it may take no notice of the signal.
    return await Promise.race([ask(end.signal), ended(end.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', withdraw)
  }
}

function ended(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
