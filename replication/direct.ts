/**
 * ReplicatedLog with no group at all: for one database that replicates itself, and the baseline
 * that measurements compare with. Group commit: what is submitted while a batch is applied forms
 * the next. Whether a commit is durable when apply() returns is the state machine's choice.
 * One process per database: the order is made here.
 */
import { setImmediate } from 'node:timers/promises'
import { assert } from '../common/assert.ts'
import type { Deadline } from '../common/deadline.ts'
import { AppError } from '../common/errors.ts'
import { memberId } from '../common/member.ts'
import { DeadlineWheel, waitMsUntil } from './deadline-wheel.ts'
import {
  type DriverHooks,
  type DriverLimits,
  defaultDriverLimits,
  silentHooks,
} from './driver-options.ts'
import type { Clock } from './ports.ts'
import type { ProposalId } from './protocol.ts'
import type {
  GroupStatus,
  LogIndex,
  Ordered,
  ReplicatedLog,
  StateMachine,
} from './replicated-log.ts'
import { Submissions } from './submissions.ts'

export type DirectLogOptions<C, R> = {
  readonly stateMachine: StateMachine<C, R>
  readonly clock: Clock
  readonly limits?: Partial<DriverLimits>
  readonly hooks?: Partial<DriverHooks>
  /** Called once, when apply has failed: stop the process. */
  readonly onFatal: (error: unknown) => void
}

type Waiting<C> = { readonly id: ProposalId; readonly command: C }

/** Reads the database's position and goes on from there. */
export async function openDirectLog<C, R>(
  options: DirectLogOptions<C, R>,
): Promise<DirectLog<C, R>> {
  const { index } = await options.stateMachine.position()
  return new DirectLog(options, index)
}

export class DirectLog<C, R> implements ReplicatedLog<C, R> {
  readonly #options: DirectLogOptions<C, R>
  readonly #limits: DriverLimits
  readonly #hooks: DriverHooks
  readonly #submissions: Submissions<R>
  readonly #expiry: { cancel(): void }
  #waiting: Waiting<C>[] = []
  #running: Promise<void> | undefined
  /** The batch that is being applied, however it ends. */
  #inFlight: Promise<void> | undefined
  #appliedIndex: LogIndex
  #stopReason: string | undefined

  constructor(options: DirectLogOptions<C, R>, appliedIndex: LogIndex) {
    const { clock } = options
    this.#options = options
    this.#limits = { ...defaultDriverLimits, ...options.limits }
    this.#hooks = { ...silentHooks, ...options.hooks }
    this.#appliedIndex = appliedIndex
    const granularityMs = this.#limits.deadlineGranularityMs
    const wheel = new DeadlineWheel({ granularityMs, slots: 1_024, nowMs: clock.nowMs() })
    this.#submissions = new Submissions<R>({
      clock,
      wheel,
      hooks: this.#hooks,
      limits: this.#limits,
      onExpired: (_id, { waitedMs }) => tooLate(waitedMs),
    })
    this.#expiry = clock.every(granularityMs, () => wheel.expire(clock.nowMs()))
  }

  submit(command: C, deadline: Deadline): Promise<R> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const refusal = this.#refusal(waitMs)
    if (refusal !== undefined) return Promise.reject(refusal)
    const { id, result } = this.#submissions.add(0, waitMs)
    this.#waiting.push({ id, command })
    this.#running ??= this.#drain()
    return result
  }

  /**
   * What was acknowledged is applied: there is no other replica. A batch in flight may be committed
   * already, and read by SQL; rows that are read from memory must not be older than that.
   */
  async barrier(_deadline: Deadline): Promise<void> {
    await this.#inFlight
    if (this.#stopReason !== undefined) throw this.#stopped()
  }

  administer(): Promise<void> {
    const message = 'a single database has no members to change'
    return Promise.reject(new AppError('MEMBERSHIP_REFUSED', { message }))
  }

  status(): GroupStatus {
    const reason = this.#stopReason
    return {
      protocol: 'direct',
      self: memberId(0),
      writable: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      appliedIndex: this.#appliedIndex,
      members: [{ id: memberId(0), lastHeardMsAgo: undefined, details: {} }],
      protocolDetails: { waiting: this.#waiting.length },
    }
  }

  /** Lets the batch in flight end; the rest gets UNAVAILABLE, definite: it was never tried. */
  async close(): Promise<void> {
    this.#stopReason ??= 'this database service is stopping'
    await this.#running
    this.#expiry.cancel()
    this.#submissions.rejectAll(this.#stopped())
  }

  async #drain(): Promise<void> {
    // All that is submitted in this turn of the event loop shares the first transaction.
    await setImmediate()
    try {
      while (this.#waiting.length > 0 && this.#stopReason === undefined) {
        await this.#applyNext()
      }
    } catch (error) {
      this.#fail(error)
    } finally {
      this.#running = undefined
    }
  }

  async #applyNext(): Promise<void> {
    const { stateMachine, clock } = this.#options
    const batch = this.#waiting.splice(0, this.#limits.applyBatchCommands)
    const ordered: Ordered<C>[] = batch.map(({ command }, place) => ({
      index: (this.#appliedIndex + place + 1) as LogIndex,
      command,
    }))
    const index = (this.#appliedIndex + batch.length) as LogIndex
    const startedAtMs = clock.nowMs()
    const applied = stateMachine.apply(ordered, { index, context: undefined })
    // Whoever waits learns of a failure from the reason to stop.
    this.#inFlight = applied.then(nothing, nothing)
    const results = await applied
    assert(results.length === batch.length, 'apply answers every command of its batch')
    this.#appliedIndex = index
    this.#hooks.batchApplied({
      commands: batch.length,
      sizeBytes: 0,
      durationMs: clock.nowMs() - startedAtMs,
    })
    batch.forEach(({ id }, place) => {
      this.#submissions.resolve(id, results[place] as R)
    })
  }

  #refusal(waitMs: number): AppError | undefined {
    if (this.#stopReason !== undefined) return this.#stopped()
    if (waitMs <= 0) {
      const message = 'the deadline had passed before the request reached its database'
      return new AppError('DEADLINE_EXCEEDED', { message })
    }
    const waiting = Math.max(this.#submissions.count, this.#waiting.length)
    if (waiting < this.#limits.pendingSubmits) return undefined
    const message = `${waiting} commands already wait for this database`
    return new AppError('OVERLOADED', { message })
  }

  #stopped(): AppError {
    return new AppError('UNAVAILABLE', { message: this.#stopReason ?? 'stopping' })
  }

  #fail(error: unknown): void {
    this.#stopReason = 'this database service has failed and is stopping'
    this.#expiry.cancel()
    const message = 'this database service has failed; the request may have happened'
    this.#submissions.rejectAll(
      new AppError('UNAVAILABLE', { definite: false, message, cause: error }),
    )
    this.#options.onFatal(error)
  }
}

function tooLate(waitedMs: number): AppError {
  const waited = `gave up after ${Math.round(waitedMs)} ms`
  const message = `${waited}: the database has not applied the command yet`
  return new AppError('DEADLINE_EXCEEDED', { definite: false, message })
}

function nothing(): void {}
