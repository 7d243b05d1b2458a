/**
 * Replicas compare themselves: where a `hash` is applied each hashes its rows as they are at exactly
 * that position, orders what it found, and compares what all have told. It must not know what the
 * rows mean, nor which protocol orders them, nor how a replica stops.
 *
 * All of it is in memory. A restart in between, or a log that is replayed, at worst leaves a
 * comparison incomplete: then it settles nothing, and the next one will.
 */
import type { Pool } from 'pg'
import type { MemberId } from '../../common/member.ts'
import type { Logger } from '../../platform/log.ts'
import type { Clock } from '../ports.ts'
import type { LogIndex, ReplicatedLog } from '../replicated-log.ts'
import type { AppliedResult, Command } from '../state-machine/application.ts'
import {
  type AppliedAt,
  type CheckObserver,
  type HashBody,
  type HashedBody,
  hashedCommand,
} from '../state-machine/check-commands.ts'
import type { StateReport } from '../state-machine/state-hash.ts'
import type { Comparison } from './comparison.ts'
import { CheckRounds, type CheckStatus, roundsMax } from './rounds.ts'
import { type OpenedState, StateHasher } from './state-hasher.ts'

export type CheckLog = ReplicatedLog<Command<HashBody | HashedBody>, AppliedResult>

/** This replica's rows differ from a majority's. */
export type Difference = {
  readonly position: LogIndex
  readonly tables: readonly string[]
  /** The majority. */
  readonly equal: readonly MemberId[]
}

export type SelfCheckOptions = {
  readonly self: MemberId
  readonly clock: Clock
  readonly logger: Logger
  /** Called once. */
  readonly onDiffers: (difference: Difference) => void
  /** For measurements. */
  readonly onHashed: (durationMs: number) => void
}

const tellTimeoutMs = 10_000
const tellAttempts = 5

export class SelfCheck implements CheckObserver {
  readonly #options: SelfCheckOptions
  readonly #rounds = new CheckRounds()
  #running: { readonly log: CheckLog; readonly hasher: StateHasher } | undefined
  /**
   * What this process has found itself, by position. In the log there may be more under our id: of
   * a disk that has been replaced since, or from before somebody mended the rows.
   */
  readonly #found = new Map<LogIndex, StateReport>()
  #lastOrderedMs: number | undefined
  #differs = false

  constructor(options: SelfCheckOptions) {
    this.#options = options
  }

  /** `pool`: connections for reading; one is used at a time. Before this, `hash` is passed over. */
  start(log: CheckLog, pool: Pool): { stop(): void } {
    const hasher = new StateHasher(pool)
    this.#running = { log, hasher }
    return {
      stop: () => {
        this.#running = undefined
        hasher.stop()
      },
    }
  }

  /** Group time at the latest `hash` since this process started. */
  lastOrderedMs(): number | undefined {
    return this.#lastOrderedMs
  }

  status(): CheckStatus | undefined {
    return this.#rounds.latest()
  }

  async hashOrdered({ noneSinceMs }: HashBody, at: AppliedAt): Promise<void> {
    if (this.#lastOrderedMs !== undefined && this.#lastOrderedMs > noneSinceMs) return
    this.#lastOrderedMs = at.groupTimeMs
    this.#rounds.begin(at)
    if (this.#running === undefined) return
    try {
      const state = await this.#running.hasher.open()
      if (state !== undefined) void this.#hashAndTell(state, at.position)
    } catch (error) {
      this.#options.logger.warn({ err: error, ...at }, 'the rows could not be hashed')
    }
  }

  hashesTold({ member, position, report: told }: HashedBody): void {
    const log = this.#running?.log
    const report = member === this.#options.self ? this.#found.get(position) : told
    if (log === undefined || report === undefined) return
    const members = log.status().members.map(({ id }) => id)
    const comparison = this.#rounds.tell(member, { position, report }, members)
    if (comparison !== undefined) this.#judge(position, comparison)
  }

  async #hashAndTell(state: OpenedState, position: LogIndex): Promise<void> {
    const { self, clock, logger, onHashed } = this.#options
    try {
      const startedAtMs = clock.nowMs()
      const report = await state.hash()
      onHashed(clock.nowMs() - startedAtMs)
      this.#remember(position, report)
      await this.#tell(hashedCommand({ member: self, position, report }))
    } catch (error) {
      if (this.#running === undefined) return // It was broken off.
      logger.warn({ err: error, position }, 'the hashes of the rows could not be told')
    }
  }

  #remember(position: LogIndex, report: StateReport): void {
    this.#found.set(position, report)
    const [oldest] = this.#found.keys()
    if (this.#found.size > roundsMax && oldest !== undefined) this.#found.delete(oldest)
  }

  /** To tell twice does no harm, so any failure is tried again; not for ever: there is a next time. */
  async #tell(command: Command<HashedBody>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const deadline = { atUnixMs: this.#options.clock.nowUnixMs() + tellTimeoutMs }
      try {
        await this.#running?.log.submit(command, deadline)
        return
      } catch (error) {
        if (attempt === tellAttempts) throw error
        await this.#pause(1_000)
      }
    }
  }

  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#options.clock.every(durationMs, () => {
        timer.cancel()
        resolve()
      })
    })
  }

  #judge(position: LogIndex, comparison: Comparison): void {
    const { self, logger, onDiffers } = this.#options
    const { outcome, equal, differing, missing, unlike, tables } = comparison
    switch (outcome) {
      case 'open':
        return
      case 'split':
        logger.error(
          { position, tables },
          'the replicas differ, and no majority agrees: see status',
        )
        return
      case 'unlike':
        logger.warn({ position }, 'the replicas have different tables and cannot be compared')
        return
      case 'settled':
        break
    }
    if (differing.length > 0) {
      logger.error({ position, equal, differing }, 'rows differ from those of the majority')
    } else if (missing.length === 0) {
      logger.info({ position, equal, unlike }, 'the replicas have been compared: they are equal')
    }
    const own = differing.find(({ member }) => member === self)
    if (own === undefined || this.#differs) return
    this.#differs = true
    onDiffers({ position, tables: own.tables, equal })
  }
}
