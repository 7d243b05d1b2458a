/**
 * Assertions, always on. A failed one is a bug, not an operational error: the process stops, its
 * supervisor restarts it, and the log says which invariant was broken.
 */
export class InvariantError extends Error {
  override readonly name = 'InvariantError'
}

/** Throws InvariantError with `invariant` (a sentence that should have been true). */
export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new InvariantError(invariant)
}

/** Ends an exhaustive switch: does not compile when a case is missing. */
export function unreachable(value: never): never {
  throw new InvariantError(`unexpected variant: ${JSON.stringify(value)}`)
}
