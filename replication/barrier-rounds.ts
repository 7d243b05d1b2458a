/**
 * The callers of barrier(). Those that ask in the same turn of the event loop share one barrier of
 * the core: a round. It must not know how a round learns its index.
 *
 * A round is given to the core only when its turn ends (openRound), after its last caller has
 * joined: so whatever was acknowledged before any of these calls is behind the index it learns.
 */
import type { AppError } from '../common/errors.ts'
import type { DeadlineWheel, Expiring } from './deadline-wheel.ts'
import type { DriverHooks } from './driver-options.ts'
import type { Clock } from './ports.ts'
import type { BarrierId, PassedBarrier } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'

type BarrierRoundsOptions = {
  readonly wheel: DeadlineWheel
  readonly clock: Clock
  readonly hooks: DriverHooks
  /** A caller no longer waits; makes the error that it gets. */
  readonly onExpired: (waitedMs: number, passed: boolean) => AppError
  /** Nobody waits for this round any more. */
  readonly onAbandoned: (id: BarrierId) => void
}

type Round = {
  readonly id: BarrierId
  readonly waiters: Set<BarrierWaiter>
  /** Undefined until the core has said it. */
  index: LogIndex | undefined
}

export class BarrierRounds {
  readonly #options: BarrierRoundsOptions
  readonly #asked = new Map<BarrierId, Round>()
  /** Rounds that know their index and wait for it to be applied. */
  readonly #passed = new Set<Round>()
  #gathering: Round | undefined
  #lastId = 0
  #count = 0

  constructor(options: BarrierRoundsOptions) {
    this.#options = options
  }

  get count(): number {
    return this.#count
  }

  /** Joins the round that gathers in this turn. `waitMs` > 0. */
  join(waitMs: number): Promise<void> {
    this.#gathering ??= this.#newRound()
    const round = this.#gathering
    return new Promise((resolve, reject) => {
      const startedAtMs = this.#options.clock.nowMs()
      const expiresAtMs = startedAtMs + waitMs
      const onExpired = (waiter: BarrierWaiter): void => this.#expire(round, waiter)
      const waiter: BarrierWaiter = {
        startedAtMs,
        expiresAtMs,
        resolve,
        reject,
        expire: () => onExpired(waiter),
      }
      round.waiters.add(waiter)
      this.#count += 1
      this.#options.wheel.add(waiter)
    })
  }

  /** Ends gathering: the id to hand to the core, if anybody has joined. */
  openRound(): BarrierId | undefined {
    const round = this.#gathering
    this.#gathering = undefined
    if (round === undefined || round.waiters.size === 0) return undefined
    this.#asked.set(round.id, round)
    return round.id
  }

  /** The core knows the index of a round, and `appliedIndex` is applied here. */
  pass(barrier: PassedBarrier, appliedIndex: LogIndex): void {
    const round = this.#asked.get(barrier.id)
    if (round === undefined) return
    this.#asked.delete(barrier.id)
    round.index = barrier.index
    if (barrier.index <= appliedIndex) this.#release(round)
    else this.#passed.add(round)
  }

  applied(index: LogIndex): void {
    for (const round of this.#passed) {
      if (round.index === undefined || round.index > index) continue
      this.#passed.delete(round)
      this.#release(round)
    }
  }

  reject(id: BarrierId, error: AppError): void {
    const round = this.#asked.get(id)
    if (round === undefined) return
    this.#asked.delete(id)
    this.#rejectRound(round, error)
  }

  rejectAll(error: AppError): void {
    const rounds = [...this.#asked.values(), ...this.#passed]
    if (this.#gathering !== undefined) rounds.push(this.#gathering)
    this.#asked.clear()
    this.#passed.clear()
    this.#gathering = undefined
    for (const round of rounds) this.#rejectRound(round, error)
  }

  #newRound(): Round {
    this.#lastId += 1
    return { id: this.#lastId as BarrierId, waiters: new Set(), index: undefined }
  }

  #release(round: Round): void {
    for (const waiter of round.waiters) {
      this.#end(waiter, 'OK')
      waiter.resolve()
    }
  }

  #rejectRound(round: Round, error: AppError): void {
    for (const waiter of round.waiters) {
      this.#end(waiter, error.code)
      waiter.reject(error)
    }
  }

  #expire(round: Round, waiter: BarrierWaiter): void {
    const { clock, onExpired, onAbandoned } = this.#options
    round.waiters.delete(waiter)
    const error = onExpired(clock.nowMs() - waiter.startedAtMs, round.index !== undefined)
    this.#end(waiter, error.code)
    waiter.reject(error)
    if (round.waiters.size > 0) return
    this.#passed.delete(round)
    if (this.#asked.delete(round.id)) onAbandoned(round.id)
  }

  #end(waiter: BarrierWaiter, code: string): void {
    const { wheel, clock, hooks } = this.#options
    this.#count -= 1
    wheel.remove(waiter)
    hooks.requestEnded({ kind: 'barrier', code, durationMs: clock.nowMs() - waiter.startedAtMs })
  }
}

type BarrierWaiter = Expiring & {
  readonly startedAtMs: number
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
}
