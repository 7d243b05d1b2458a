/**
 * Writes at one member that are tried once, begun at a fixed pace however long those before take. What
 * each is told is kept: acknowledged, refused for certain, or neither. In the end the rows say whether
 * it was the truth.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../common/errors.ts'
import { keyOf } from '../command.ts'
import { commandMaker } from '../commands.ts'
import type { History } from './history.ts'
import type { WriteMember } from './writers.ts'

export type ShotOutcome = {
  readonly member: number
  readonly key: string
  readonly invokedMs: number
  readonly endedMs: number
  /** `refused`: it did not happen and will not. `unknown`: nothing can be said. */
  readonly kind: 'acknowledged' | 'refused' | 'unknown'
  /** Of one that was not acknowledged. */
  readonly code: string
  readonly message: string
}

export type OneShotsOptions = {
  readonly member: WriteMember
  readonly history: History
  readonly sizeBytes: number
  readonly everyMs: number
  /** Of one write: longer than the member is kept from answering. */
  readonly timeoutMs: number
}

export class OneShots {
  readonly #options: OneShotsOptions
  readonly #outcomes: ShotOutcome[] = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #running: Promise<void>
  #isStopping = false

  constructor(options: OneShotsOptions) {
    this.#options = options
    this.#running = this.#run()
    this.#running.catch(() => undefined)
  }

  get member(): WriteMember {
    return this.#options.member
  }

  /** In the order in which they ended. */
  get outcomes(): readonly ShotOutcome[] {
    return this.#outcomes
  }

  /** Resolves when all writes have ended; rejects when one came upon a bug. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  async #run(): Promise<void> {
    const make = commandMaker(this.#options.sizeBytes)
    while (!this.#isStopping) {
      const write = this.#write(make()).finally(() => this.#underWay.delete(write))
      this.#underWay.add(write)
      write.catch(() => undefined)
      await sleep(this.#options.everyMs)
    }
    await Promise.all(this.#underWay)
  }

  async #write(command: Buffer): Promise<void> {
    const { member, history, timeoutMs } = this.#options
    const { id } = member.address
    const begun = { member: id, key: keyOf(command), invokedMs: performance.now() }
    try {
      await member.client.submit(command, timeoutMs)
      const endedMs = performance.now()
      this.#outcomes.push({ ...begun, endedMs, kind: 'acknowledged', code: '', message: '' })
      // Apart from the clients that try again: each of those has one write under way.
      const client = -1 - id
      history.acknowledge({ ...begun, client, home: id, acknowledgedMs: endedMs })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      const { code, message, definite } = error
      const kind = definite ? 'refused' : 'unknown'
      this.#outcomes.push({ ...begun, endedMs: performance.now(), kind, code, message })
    }
  }
}
