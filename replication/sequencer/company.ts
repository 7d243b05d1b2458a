/**
 * When small things wait for company, so that datagrams are shared: the status of a member whose
 * word is not needed (tellers.ts), and a number for a single request (issue.ts). Only while much is
 * being written, and a millisecond at most. It must not know what it is that waits.
 */

/** As many writes within so long make a member busy. */
const busyWrites = 6
const busyWithinMs = 10
const waitMs = 1

export class Company {
  /** The last writes, in a ring. */
  readonly #writtenMs = new Array<number>(busyWrites).fill(Number.NEGATIVE_INFINITY)
  #next = 0
  #statusDueMs: number | undefined
  #numberDueMs: number | undefined

  /** Something more has become durable here. */
  hasWritten(nowMs: number): void {
    this.#writtenMs[this.#next] = nowMs
    this.#next = (this.#next + 1) % busyWrites
  }

  isBusy(nowMs: number): boolean {
    return nowMs - (this.#writtenMs[this.#next] ?? 0) < busyWithinMs
  }

  /** When something has waited long enough; undefined: nothing waits. */
  get dueAtMs(): number | undefined {
    const dueMs = Math.min(this.#statusDueMs ?? Infinity, this.#numberDueMs ?? Infinity)
    return dueMs === Infinity ? undefined : dueMs
  }

  /** The others are to be told the status: with whatever leaves to all of them, or soon. */
  statusWaits(nowMs: number): void {
    this.#statusDueMs ??= nowMs + waitMs
  }

  isStatusDue(nowMs: number): boolean {
    return this.#statusDueMs !== undefined && this.#statusDueMs <= nowMs
  }

  statusTold(): void {
    this.#statusDueMs = undefined
  }

  /** False: the number has waited long enough. */
  mayNumberWait(nowMs: number): boolean {
    this.#numberDueMs ??= nowMs + waitMs
    return nowMs < this.#numberDueMs
  }

  numberIssued(): void {
    this.#numberDueMs = undefined
  }
}
