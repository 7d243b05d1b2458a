/**
 * Whose tokens a server has seen lately. Whose a token is never changes, so this cannot be wrong; that
 * its session still lasts is another question, which it must not be asked.
 */

/** Each takes some 150 bytes. */
const HOLDERS_MAX = 20_000

export class TokenHolders {
  readonly #max: number
  readonly #accountIds = new Map<string, number>()

  constructor(max = HOLDERS_MAX) {
    this.#max = max
  }

  remember(tokenHash: Buffer, accountId: number): void {
    const key = keyOf(tokenHash)
    // Delete and set: a Map keeps the order of insertion, so the first one is the oldest.
    this.#accountIds.delete(key)
    this.#accountIds.set(key, accountId)
    if (this.#accountIds.size <= this.#max) return
    for (const oldest of this.#accountIds.keys()) {
      this.#accountIds.delete(oldest)
      break
    }
  }

  /** Its session has ended: whoever shows it is asked about again. */
  forget(tokenHash: Buffer): void {
    this.#accountIds.delete(keyOf(tokenHash))
  }

  of(tokenHash: Buffer): number | undefined {
    return this.#accountIds.get(keyOf(tokenHash))
  }
}

function keyOf(tokenHash: Buffer): string {
  return tokenHash.toString('latin1')
}
