/**
 * Everybody who waits at this replica: for a command's result, for a read's barrier, for an action
 * to end. It tells each what it waited for in vain. It must not know how the driver works.
 */
import { unreachable } from '../common/assert.ts'
import { AppError } from '../common/errors.ts'
import { Actions } from './actions.ts'
import { BarrierRounds } from './barrier-rounds.ts'
import { DeadlineWheel } from './deadline-wheel.ts'
import type { DriverHooks, DriverLimits } from './driver-options.ts'
import type { Clock } from './ports.ts'
import type { BarrierId, Delivered, ProposalId, Ready, Rejected } from './protocol.ts'
import { overloaded, tooLate } from './refusals.ts'
import type { LogIndex } from './replicated-log.ts'
import { Submissions } from './submissions.ts'

/** What a caller waits for: a command's result, a read's barrier, the end of an operator's action. */
export type CallerKind = 'submit' | 'barrier' | 'action'

type CallersOptions = {
  readonly clock: Clock
  readonly hooks: DriverHooks
  readonly limits: DriverLimits
  readonly appliedIndex: LogIndex
  /** Nobody waits for it any more. */
  readonly onAbandoned: (id: ProposalId | BarrierId, kind: 'proposal' | 'barrier') => void
  /** Why nothing is agreed at the moment; undefined: there is no reason. */
  readonly standstillReason: () => string | undefined
}

type AppliedBatch<R> = {
  readonly index: LogIndex
  readonly proposals: readonly (ProposalId | undefined)[]
  readonly results: readonly R[]
}

export class Callers<R> {
  readonly submissions: Submissions<R>
  readonly barriers: BarrierRounds
  readonly actions: Actions
  readonly #options: CallersOptions
  readonly #wheel: DeadlineWheel
  #appliedIndex: LogIndex

  constructor(options: CallersOptions) {
    const { clock, limits, onAbandoned } = options
    const granularityMs = limits.deadlineGranularityMs
    const wheel = new DeadlineWheel({ granularityMs, slots: 1_024, nowMs: clock.nowMs() })
    this.#options = options
    this.#wheel = wheel
    this.#appliedIndex = options.appliedIndex
    this.submissions = new Submissions<R>({
      ...options,
      wheel,
      onExpired: (id, { waitedMs, delivered }) => {
        onAbandoned(id, 'proposal')
        return this.#submissionExpired(waitedMs, delivered)
      },
    })
    this.barriers = new BarrierRounds({
      ...options,
      wheel,
      onExpired: (waitedMs, passed) => this.#barrierExpired(waitedMs, passed),
      onAbandoned: (id) => onAbandoned(id, 'barrier'),
    })
    this.actions = new Actions({ clock, wheel })
  }

  get appliedIndex(): LogIndex {
    return this.#appliedIndex
  }

  /** Why no more can wait; undefined: there is room. */
  overload(kind: CallerKind): AppError | undefined {
    const { limits } = this.#options
    switch (kind) {
      case 'submit':
        if (!this.submissions.isFull()) return undefined
        return overloaded(`${this.submissions.count} commands already wait at this replica`)
      case 'barrier': {
        const { count } = this.barriers
        if (count < limits.pendingBarriers) return undefined
        return overloaded(`${count} reads already wait for this replica to catch up`)
      }
      case 'action': {
        const { count } = this.actions
        if (count < limits.pendingActions) return undefined
        return overloaded(`${count} actions on the group already wait at this replica`)
      }
      default:
        return unreachable(kind)
    }
  }

  /** Whoever has waited long enough hears so. */
  expire(): void {
    this.#wheel.expire(this.#options.clock.nowMs())
  }

  markDelivered(delivered: readonly Delivered[]): void {
    for (const { commands } of delivered) {
      for (const { proposal } of commands) {
        if (proposal !== undefined) this.submissions.markDelivered(proposal)
      }
    }
  }

  applied({ index, proposals, results }: AppliedBatch<R>): void {
    this.#appliedIndex = index
    for (let place = 0; place < proposals.length; place += 1) {
      const proposal = proposals[place]
      if (proposal !== undefined) this.submissions.resolve(proposal, results[place] as R)
    }
    this.barriers.applied(index)
  }

  /** What the core says of those who wait. */
  answer({ barriers, rejected, administered }: Ready<unknown>): void {
    for (const barrier of barriers) this.barriers.pass(barrier, this.#appliedIndex)
    for (const one of rejected) this.#reject(one)
    for (const one of administered) this.actions.end(one)
  }

  /** Of what is under way nothing can be said. */
  rejectAll(message: string, cause?: unknown): void {
    const error = new AppError('UNAVAILABLE', { definite: false, message, cause })
    this.submissions.rejectAll(error)
    this.barriers.rejectAll(error)
    this.actions.rejectAll(error)
  }

  #reject({ kind, id, code, definite, message }: Rejected): void {
    const error = new AppError(code, { definite, message })
    switch (kind) {
      case 'proposal':
        this.submissions.reject(id as ProposalId, error)
        break
      case 'barrier':
        this.barriers.reject(id as BarrierId, error)
        break
      default:
        unreachable(kind)
    }
  }

  #submissionExpired(waitedMs: number, delivered: boolean): AppError {
    const missing = delivered
      ? 'the command has its place in the order but is not applied here yet'
      : `the command has no agreed place in the order yet${this.#because()}`
    return tooLate(waitedMs, missing)
  }

  #barrierExpired(waitedMs: number, passed: boolean): AppError {
    const missing = passed
      ? `this replica has applied ${this.#appliedIndex} and is still behind the others`
      : `the group has not confirmed how far it is${this.#because()}`
    return tooLate(waitedMs, missing)
  }

  #because(): string {
    const reason = this.#options.standstillReason()
    return reason === undefined ? '' : `: ${reason}`
  }
}
