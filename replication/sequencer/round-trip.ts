/**
 * What repair has learnt about the way to one member and back: how long an answer takes (smoothed,
 * with its variation, after RFC 6298), and how much its datagrams overtake each other (after RACK,
 * RFC 8985). It must not know what is asked for.
 */

/** Until something has been measured. */
const unknownMs = 2
/** A timeout says nothing if it is shorter than what timers and the scheduler add. */
const granularityMs = 0.1
/** Up to two round trips, in quarters of one. */
const graceMaxSteps = 8
/** So many answers that were needed make a grace shorter again. */
const answersPerStep = 32

export class RoundTrip {
  #smoothedMs = unknownMs
  #variationMs = unknownMs / 2
  #hasSample = false
  #graceSteps = 0
  #neededAnswers = 0

  get smoothedMs(): number {
    return this.#smoothedMs
  }

  /** After so long an answer counts as lost. */
  get timeoutMs(): number {
    return this.#smoothedMs + Math.max(4 * this.#variationMs, granularityMs)
  }

  /**
   * How long something is left alone of which a later datagram has arrived already. None where
   * datagrams arrive in order, as they mostly do.
   */
  get graceMs(): number {
    return (this.#graceSteps * this.#smoothedMs) / 4
  }

  sample(ms: number): void {
    const error = Math.abs(ms - this.#smoothedMs)
    this.#smoothedMs = this.#hasSample ? this.#smoothedMs + (ms - this.#smoothedMs) / 8 : ms
    this.#variationMs = this.#hasSample
      ? this.#variationMs + (error - this.#variationMs) / 4
      : ms / 2
    this.#hasSample = true
  }

  answerNeeded(): void {
    this.#neededAnswers += 1
    if (this.#neededAnswers % answersPerStep === 0)
      this.#graceSteps = Math.max(0, this.#graceSteps - 1)
  }

  /** It had only been overtaken. */
  askedTooSoon(): void {
    this.#graceSteps = Math.min(graceMaxSteps, this.#graceSteps + 1)
    this.#neededAnswers = 0
  }
}
