/** The last transitions between states, with their reasons: for people. */
const keptMax = 20

export type Transition = {
  /** From 1, so that who looks now and then can tell what is new, and what was missed. */
  readonly number: number
  readonly tick: number
  readonly from: string
  readonly to: string
  readonly reason: string
}

export class Transitions {
  #kept: Transition[] = []
  #count = 0

  add(transition: Omit<Transition, 'number'>): void {
    this.#count += 1
    this.#kept.push({ number: this.#count, ...transition })
    if (this.#kept.length > keptMax) this.#kept.shift()
  }

  /** The latest last. */
  get all(): readonly Transition[] {
    return this.#kept
  }
}
