/**
 * A process as the world treats it: started, paused, ended. What is due while it is paused happens
 * when it goes on; nothing of a process happens after its end.
 */
import type { EventQueue } from './event-queue.ts'

/** Arrivals that a paused process's socket buffers hold. */
const heldMax = 256

export class Life {
  state: 'running' | 'paused' | 'crashed' = 'crashed'
  /** How often it has been started. */
  starts = 0
  readonly #queue: EventQueue
  #held: (() => void)[] = []

  constructor(queue: EventQueue) {
    this.#queue = queue
  }

  begin(): void {
    this.state = 'running'
    this.starts += 1
  }

  end(): void {
    this.state = 'crashed'
    this.#held = []
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused'
  }

  /** What was due meanwhile happens now, in the order in which it came. */
  proceed(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    const held = this.#held
    this.#held = []
    const start = this.starts
    for (const action of held) if (this.#lives(start)) action()
  }

  later(delayMs: number, action: () => void): void {
    const start = this.starts
    this.#queue.after(delayMs, () => {
      if (this.#lives(start)) this.whenRunning(action)
    })
  }

  whenRunning(action: () => void): void {
    if (this.state === 'paused') this.#held.push(action)
    else action()
  }

  /** Something comes from outside: lost on who does not live, or cannot hold more. */
  arrive(action: () => void): void {
    if (this.state === 'crashed') return
    if (this.state === 'paused' && this.#held.length >= heldMax) return
    this.whenRunning(action)
  }

  #lives(start: number): boolean {
    return this.starts === start && this.state !== 'crashed'
  }
}
