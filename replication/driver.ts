/**
 * The only loop: inputs → core → send → persist → send after persist → advance; and, on a queue of
 * its own, deliver → apply → answer. It works for any ProtocolCore and must not know which: no
 * terms, views, leaders or sequencers here. The contract it keeps stands in protocol.ts.
 *
 * Inputs of one turn of the event loop are all given to the core before one takeReady(), which
 * runs in a turn of its own: what arrives together travels, is written and is applied together.
 */
import { assert, unreachable } from '../common/assert.ts'
import type { Deadline } from '../common/deadline.ts'
import { AppError } from '../common/errors.ts'
import type { MemberId } from '../common/member.ts'
import { ApplyQueue } from './apply-queue.ts'
import { BarrierRounds } from './barrier-rounds.ts'
import { DeadlineWheel, waitMsUntil } from './deadline-wheel.ts'
import {
  type DriverHooks,
  type DriverLimits,
  type DriverLoad,
  type DriverOptions,
  defaultDriverLimits,
  silentHooks,
} from './driver-options.ts'
import { LogWriter } from './log-writer.ts'
import type { BarrierId, Completed, Outgoing, ProposalId, Ready, Rejected } from './protocol.ts'
import type { GroupAction, GroupStatus, LogIndex, ReplicatedLog } from './replicated-log.ts'
import { Submissions, type Waited } from './submissions.ts'

export class Driver<C, R, M> implements ReplicatedLog<C, R> {
  readonly #options: DriverOptions<C, R, M>
  readonly #limits: DriverLimits
  readonly #hooks: DriverHooks
  readonly #defer: (action: () => void) => void
  readonly #submissions: Submissions<R>
  readonly #barriers: BarrierRounds
  readonly #applyQueue: ApplyQueue<C, R>
  readonly #writer: LogWriter
  readonly #timers: { cancel(): void }[] = []
  #state: 'running' | 'closing' | 'failed' = 'running'
  #appliedIndex: LogIndex
  #pumpDeferred = false
  #closed: Promise<void> | undefined

  /** Starts at once. Takes over storage and transport: close() closes them. */
  constructor(options: DriverOptions<C, R, M>) {
    const { clock, appliedIndex, storage, stateMachine, commands } = options
    this.#options = options
    this.#limits = { ...defaultDriverLimits, ...options.limits }
    this.#hooks = { ...silentHooks, ...options.hooks }
    this.#defer = options.defer ?? ((action) => void setImmediate(action))
    this.#appliedIndex = appliedIndex
    const shared = { clock, hooks: this.#hooks, limits: this.#limits }
    const onFailed = (error: unknown): void => this.#fail(error)
    this.#writer = new LogWriter({
      ...shared,
      appliedIndex,
      storage,
      onFailed,
      onSecured: (index) => this.#input(() => this.#advance({ kind: 'appliedDurably', index })),
    })
    this.#applyQueue = new ApplyQueue<C, R>({
      ...shared,
      stateMachine,
      commands,
      appliedIndex,
      onFailed,
      onApplied: (applied) => this.#applied(applied.index, applied.proposals, applied.results),
    })
    const granularityMs = this.#limits.deadlineGranularityMs
    const wheel = new DeadlineWheel({ granularityMs, slots: 1_024, nowMs: clock.nowMs() })
    this.#submissions = new Submissions<R>({
      ...shared,
      wheel,
      onExpired: (id, waited) => this.#abandonSubmission(id, waited),
    })
    this.#barriers = new BarrierRounds({
      ...shared,
      wheel,
      onExpired: (waitedMs, passed) => this.#barrierExpired(waitedMs, passed),
      onAbandoned: (id) => this.#input(() => options.core.abandon(id, 'barrier')),
    })
    options.transport.onMessage((from, bytes) => this.#receive(from, bytes))
    this.#timers.push(
      clock.every(options.tickMs, () => this.#input(() => options.core.tick())),
      clock.every(granularityMs, () => wheel.expire(clock.nowMs())),
      clock.every(this.#limits.secureAppliedEveryMs, () => this.#writer.secureApplied()),
    )
    this.#deferPump()
  }

  submit(command: C, deadline: Deadline): Promise<R> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const reason = this.#submitRefusal(waitMs)
    if (reason !== undefined) return Promise.reject(reason)
    const payload = this.#options.commands.encode(command)
    if (payload.length > this.#limits.commandMaxBytes) {
      const limit = `${this.#limits.commandMaxBytes} at most are allowed`
      const message = `the command takes ${payload.length} bytes, ${limit}`
      return Promise.reject(new AppError('BODY_TOO_LARGE', { message }))
    }
    const { id, result } = this.#submissions.add(payload.length, waitMs)
    this.#input(() => this.#options.core.propose({ id, payload }))
    return result
  }

  barrier(deadline: Deadline): Promise<void> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const refusal = this.#stopped() ?? alreadyPast(waitMs)
    if (refusal !== undefined) return Promise.reject(refusal)
    if (this.#barriers.count >= this.#limits.pendingBarriers) {
      const message = `${this.#barriers.count} reads already wait for this replica to catch up`
      return Promise.reject(new AppError('OVERLOADED', { message }))
    }
    const passed = this.#barriers.join(waitMs)
    this.#deferPump()
    return passed
  }

  administer(_action: GroupAction, _deadline: Deadline): Promise<void> {
    const message = 'not yet'
    return Promise.reject(new AppError('MEMBERSHIP_REFUSED', { message }))
  }

  status(): GroupStatus {
    const { protocol, self, core, tickMs } = this.#options
    const { members, protocolDetails } = core.status()
    const reason = this.#stopped()?.message ?? core.unavailableReason()
    return {
      protocol,
      self,
      writable: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
      appliedIndex: this.#appliedIndex,
      members: members.map(({ id, lastHeardTicksAgo, details }) => ({
        id,
        lastHeardMsAgo:
          id === self || lastHeardTicksAgo === undefined ? undefined : lastHeardTicksAgo * tickMs,
        details,
      })),
      protocolDetails,
    }
  }

  /** Lengths of the queues right now. */
  load(): DriverLoad {
    return {
      pendingSubmits: this.#submissions.count,
      pendingBarriers: this.#barriers.count,
      applyQueueCommands: this.#applyQueue.commands,
      applyQueueBytes: this.#applyQueue.sizeBytes,
    }
  }

  /**
   * Takes nothing more; lets the log write and the batch in flight end (their callers get their
   * results); everybody else gets UNAVAILABLE, indefinite. Closes transport and storage.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    if (this.#state === 'running') this.#state = 'closing'
    await Promise.all([this.#writer.stop(), this.#applyQueue.stop()])
    for (const timer of this.#timers) timer.cancel()
    this.#rejectAll('this replica was stopped before the request ended')
    await this.#options.transport.close()
    await this.#options.storage.close()
  }

  #receive(from: MemberId, bytes: Uint8Array): void {
    if (this.#state !== 'running') return
    let message: M
    try {
      message = this.#options.codec.decode(bytes)
    } catch (error) {
      this.#hooks.messageMalformed(from, error)
      return
    }
    this.#input(() => this.#options.core.receive(from, message))
  }

  /** Gives the core an input; what it makes of it is taken in a later turn. */
  #input(give: () => void): void {
    if (this.#state !== 'running') return
    try {
      give()
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#deferPump()
  }

  #deferPump(): void {
    if (this.#pumpDeferred || this.#state !== 'running') return
    this.#pumpDeferred = true
    this.#defer(() => {
      this.#pumpDeferred = false
      this.#pump()
    })
  }

  /** Takes one Ready. Comes back in the next turn until there is none: others get theirs, too. */
  #pump(): void {
    if (this.#state !== 'running') return
    try {
      const barrier = this.#barriers.openRound()
      if (barrier !== undefined) this.#options.core.readBarrier(barrier)
      const ready = this.#options.core.takeReady()
      if (ready === undefined) return
      this.#process(ready)
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#deferPump()
  }

  /** Sends first: the messages travel while the disk writes. */
  #process(ready: Ready<M>): void {
    const { persist, sendAfterPersist } = ready
    this.#send(ready.send)
    if (persist !== undefined) {
      this.#writer.write(persist, () => this.#persisted(sendAfterPersist))
    } else {
      assert(sendAfterPersist.length === 0, 'sendAfterPersist stands beside a persist')
    }
    for (const one of ready.deliver) {
      for (const { proposal } of one.commands) {
        if (proposal !== undefined) this.#submissions.markDelivered(proposal)
      }
    }
    this.#applyQueue.push(ready.deliver)
    for (const barrier of ready.barriers) this.#barriers.pass(barrier, this.#appliedIndex)
    for (const rejected of ready.rejected) this.#reject(rejected)
    if (ready.trimTo !== undefined) this.#writer.trim(ready.trimTo)
  }

  #persisted(sendAfterPersist: readonly Outgoing<M>[]): void {
    this.#input(() => {
      this.#send(sendAfterPersist)
      this.#advance({ kind: 'persisted' })
    })
  }

  #applied(
    index: LogIndex,
    proposals: readonly (ProposalId | undefined)[],
    results: readonly R[],
  ): void {
    this.#appliedIndex = index
    this.#writer.noteApplied(index)
    for (let place = 0; place < proposals.length; place += 1) {
      const proposal = proposals[place]
      if (proposal !== undefined) this.#submissions.resolve(proposal, results[place] as R)
    }
    this.#barriers.applied(index)
    this.#input(() => this.#advance({ kind: 'applied', index }))
  }

  #advance(done: Completed): void {
    this.#options.core.advance(done)
  }

  #send(messages: readonly Outgoing<M>[]): void {
    const { codec, transport } = this.#options
    for (const { to, message } of messages) {
      const bytes = codec.encode(message)
      if (to === 'others') transport.broadcast(bytes)
      else transport.send(to, bytes)
    }
  }

  #reject({ kind, id, code, definite, message }: Rejected): void {
    const error = new AppError(code, { definite, message })
    switch (kind) {
      case 'proposal':
        this.#submissions.reject(id as ProposalId, error)
        break
      case 'barrier':
        this.#barriers.reject(id as BarrierId, error)
        break
      default:
        unreachable(kind)
    }
  }

  /** Why a command is not even proposed: definite, whatever it is. */
  #submitRefusal(waitMs: number): AppError | undefined {
    const refusal = this.#stopped() ?? alreadyPast(waitMs)
    if (refusal !== undefined) return refusal
    const reason = this.#options.core.unavailableReason()
    if (reason !== undefined) return new AppError('UNAVAILABLE', { message: reason })
    if (this.#submissions.isFull()) {
      const message = `${this.#submissions.count} commands already wait at this replica`
      return new AppError('OVERLOADED', { message })
    }
    if (!this.#applyQueue.isFull()) return undefined
    const message = `this replica is ${this.#applyQueue.commands} commands behind in applying`
    return new AppError('OVERLOADED', { message })
  }

  #stopped(): AppError | undefined {
    switch (this.#state) {
      case 'running':
        return undefined
      case 'closing':
        return new AppError('UNAVAILABLE', { message: 'this replica is stopping' })
      case 'failed':
        return new AppError('UNAVAILABLE', { message: 'this replica has failed and is stopping' })
      default:
        return unreachable(this.#state)
    }
  }

  #abandonSubmission(id: ProposalId, { waitedMs, delivered }: Waited): AppError {
    this.#input(() => this.#options.core.abandon(id, 'proposal'))
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
    const reason =
      this.#state === 'running'
        ? this.#options.core.unavailableReason()
        : 'this replica is stopping'
    return reason === undefined ? '' : `: ${reason}`
  }

  #rejectAll(message: string, cause?: unknown): void {
    const error = new AppError('UNAVAILABLE', { definite: false, message, cause })
    this.#submissions.rejectAll(error)
    this.#barriers.rejectAll(error)
  }

  /** A failed write, apply or invariant: nothing is retried, the core is not touched again. */
  #fail(error: unknown): void {
    if (this.#state === 'failed') return
    this.#state = 'failed'
    for (const timer of this.#timers) timer.cancel()
    void this.#writer.stop()
    void this.#applyQueue.stop()
    this.#rejectAll('this replica has failed; the request may have happened', error)
    this.#options.onFatal(error)
  }
}

function alreadyPast(waitMs: number): AppError | undefined {
  if (waitMs > 0) return undefined
  const message = 'the deadline had passed before the request reached its group'
  return new AppError('DEADLINE_EXCEEDED', { message })
}

function tooLate(waitedMs: number, missing: string): AppError {
  const message = `gave up after ${Math.round(waitedMs)} ms: ${missing}`
  return new AppError('DEADLINE_EXCEEDED', { definite: false, message })
}
