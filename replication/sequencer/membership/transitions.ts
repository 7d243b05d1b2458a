/** The last transitions between states, with their reasons: for people. */
const keptMax = 20

export type Transition = {
  readonly tick: number
  readonly from: string
  readonly to: string
  readonly reason: string
}

export class Transitions {
  #kept: Transition[] = []

  add(transition: Transition): void {
    this.#kept.push(transition)
    if (this.#kept.length > keptMax) this.#kept.shift()
  }

  /** The latest last. */
  get all(): readonly Transition[] {
    return this.#kept
  }
}
