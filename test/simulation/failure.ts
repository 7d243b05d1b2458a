/** How a check says that something must not be so. */

export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
  readonly check: string

  constructor(check: string, message: string) {
    super(message)
    this.check = check
  }
}

/** Ends the run as failed by `check` unless `condition`. `message` is only built on failure. */
export function require(
  condition: boolean,
  check: string,
  message: () => string,
): asserts condition {
  if (!condition) throw new CheckFailed(check, message())
}
