/**
 * Reads at one member, each compared with what was acknowledged before it began. They are begun at
 * a fixed pace, however long those before take: so some begin while a member cannot answer, and are
 * answered by it the moment that it can.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../../common/errors.ts'
import type { GroupMember } from '../member.ts'
import type { MemberClient } from '../member-client.ts'
import type { History, Span } from './history.ts'

export type ReadOutcome = {
  readonly invokedMs: number
  readonly returnedMs: number
  readonly kind: 'fresh' | 'stale' | 'failed'
  /** Of a failed read. */
  readonly code: string
  /** Of a stale read: acknowledged before it began, and not seen. */
  readonly missing: readonly string[]
}

/** Of the reads begun in `span` and answered, how long the longest took. */
export function longestRead(reads: Iterable<ReadOutcome>, { fromMs, toMs }: Span): number {
  let longestMs = 0
  for (const { kind, invokedMs, returnedMs } of reads) {
    if (kind === 'failed' || invokedMs < fromMs || invokedMs > toMs) continue
    longestMs = Math.max(longestMs, returnedMs - invokedMs)
  }
  return longestMs
}

/** What is needed of a member. */
export type ReadMember = Pick<GroupMember, 'address'> & {
  readonly client: Pick<MemberClient, 'missing'>
}

export type ReaderOptions = {
  readonly member: ReadMember
  readonly history: History
  readonly everyMs: number
  /** Of one read: longer than the member is kept from answering. */
  readonly timeoutMs: number
}

export class Reader {
  readonly #options: ReaderOptions
  readonly #outcomes: ReadOutcome[] = []
  readonly #underWay = new Set<Promise<void>>()
  readonly #running: Promise<void>
  #isStopping = false

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#running = this.#run()
    this.#running.catch(() => undefined)
  }

  get member(): ReadMember {
    return this.#options.member
  }

  get outcomes(): readonly ReadOutcome[] {
    return this.#outcomes
  }

  /** Resolves when all reads have ended; rejects when one came upon a bug. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      const read = this.#read().finally(() => this.#underWay.delete(read))
      this.#underWay.add(read)
      read.catch(() => undefined)
      await sleep(this.#options.everyMs)
    }
    await Promise.all(this.#underWay)
  }

  async #read(): Promise<void> {
    const { member, history, timeoutMs } = this.#options
    const mustBeSeen = history.latestKeys()
    const invokedMs = performance.now()
    const ended = (outcome: Pick<ReadOutcome, 'kind' | 'code' | 'missing'>): void => {
      this.#outcomes.push({ invokedMs, returnedMs: performance.now(), ...outcome })
    }
    try {
      const missing = await member.client.missing(mustBeSeen, timeoutMs)
      ended({ kind: missing.length === 0 ? 'fresh' : 'stale', code: '', missing })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      ended({ kind: 'failed', code: error.code, missing: [] })
    }
  }
}
