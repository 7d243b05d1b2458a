/**
 * The only loop: inputs → core → send → persist → send after persist → advance; and, on a queue of
 * its own, deliver → apply → answer. It works for any ProtocolCore and must not know which: no
 * terms, views, leaders or sequencers here. The contract it keeps stands in protocol.ts.
 *
 * Inputs of one turn of the event loop are all given to the core before one takeReady(), which
 * runs in a turn of its own: what arrives together travels, is written and is applied together.
 */
import { assert } from '../common/assert.ts'
import type { Deadline } from '../common/deadline.ts'
import type { AppError } from '../common/errors.ts'
import type { MemberId } from '../common/member.ts'
import { ApplyQueue } from './apply-queue.ts'
import { type CallerKind, Callers } from './callers.ts'
import { waitMsUntil } from './deadline-wheel.ts'
import { Departure, type DepartureOutcome } from './departure.ts'
import {
  type DriverHooks,
  type DriverLimits,
  type DriverLoad,
  type DriverOptions,
  defaultDriverLimits,
  silentHooks,
} from './driver-options.ts'
import { groupStatus } from './group-status.ts'
import { LogWriter } from './log-writer.ts'
import type { Completed, Outgoing, Ready } from './protocol.ts'
import * as refusal from './refusals.ts'
import type { GroupAction, GroupStatus, ReplicatedLog } from './replicated-log.ts'
import { StateExchange } from './state-exchange.ts'
import { WakeUp } from './wake-up.ts'

/** In one turn of the event loop. */
const readysPerTurn = 2

export class Driver<C, R, M> implements ReplicatedLog<C, R> {
  readonly #options: DriverOptions<C, R, M>
  readonly #limits: DriverLimits
  readonly #hooks: DriverHooks
  readonly #defer: (action: () => void) => void
  readonly #callers: Callers<R>
  readonly #applyQueue: ApplyQueue<C, R>
  readonly #writer: LogWriter
  readonly #exchange: StateExchange
  readonly #timers: { cancel(): void }[] = []
  readonly #wakeUp: WakeUp
  #state: refusal.DriverState = 'running'
  #pumpDeferred = false
  #departure: Departure | undefined
  #closed: Promise<void> | undefined

  /** Starts at once. Takes over storage, transport and transfer: close() closes them. */
  constructor(options: DriverOptions<C, R, M>) {
    const { clock, core } = options
    this.#options = options
    this.#limits = { ...defaultDriverLimits, ...options.limits }
    this.#hooks = { ...silentHooks, ...options.hooks }
    this.#defer = options.defer ?? ((action) => void setImmediate(action))
    const shared = { ...options, hooks: this.#hooks, limits: this.#limits }
    const onFailed = (error: unknown): void => this.#fail(error)
    this.#writer = new LogWriter({
      ...shared,
      onFailed,
      onSecured: (index) => this.#advance({ kind: 'appliedDurably', index }),
    })
    this.#applyQueue = new ApplyQueue<C, R>({
      ...shared,
      endsBatch: options.endsBatch ?? (() => false),
      onFailed,
      onApplied: (applied) => {
        this.#writer.noteApplied(applied.index)
        this.#callers.applied(applied)
        this.#advance({ kind: 'applied', index: applied.index })
      },
    })
    this.#exchange = new StateExchange({
      ...shared,
      applying: this.#applyQueue,
      writing: this.#writer,
      onInstalled: (index) => this.#callers.applied({ index, proposals: [], results: [] }),
      onFetched: (position) => this.#advance({ kind: 'fetched', position }),
    })
    this.#callers = new Callers<R>({
      ...shared,
      onAbandoned: (id, kind) => this.#input(() => core.abandon(id, kind)),
      standstillReason: () =>
        this.#working ? core.unavailableReason() : refusal.stoppedReason(this.#state),
    })
    this.#wakeUp = new WakeUp({
      clock,
      wakeAtMs: () => core.wakeAtMs?.(),
      wake: () => this.#deferPump(),
    })
    this.#timers.push(this.#wakeUp)
    options.transport.onMessage((from, bytes) => this.#receive(from, bytes))
    this.#timers.push(
      clock.every(options.tickMs, () => this.#tick()),
      clock.every(this.#limits.secureAppliedEveryMs, () => this.#writer.secureApplied()),
    )
    this.#deferPump()
  }

  submit(command: C, deadline: Deadline): Promise<R> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const refused = this.#refusal('submit', waitMs)
    if (refused !== undefined) return Promise.reject(refused)
    const payload = this.#options.commands.encode(command)
    const { commandMaxBytes } = this.#limits
    if (payload.length > commandMaxBytes) {
      return Promise.reject(refusal.tooLarge(payload.length, commandMaxBytes))
    }
    const { id, result } = this.#callers.submissions.add(payload.length, waitMs)
    this.#input(() => this.#options.core.propose({ id, payload }))
    return result
  }

  barrier(deadline: Deadline): Promise<void> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const refused = this.#refusal('barrier', waitMs)
    if (refused !== undefined) return Promise.reject(refused)
    const passed = this.#callers.barriers.join(waitMs)
    this.#deferPump()
    return passed
  }

  administer(action: GroupAction, deadline: Deadline): Promise<void> {
    const waitMs = waitMsUntil(deadline, this.#options.clock)
    const refused = this.#refusal('action', waitMs)
    if (refused !== undefined) return Promise.reject(refused)
    const { id, ended } = this.#callers.actions.add(waitMs)
    this.#input(() => this.#options.core.administer(id, action))
    return ended
  }

  status(): GroupStatus {
    const reason = refusal.stoppedReason(this.#state) ?? this.#options.core.unavailableReason()
    const core = this.#options.core.status()
    return groupStatus({ ...this.#options, core, appliedIndex: this.#callers.appliedIndex, reason })
  }

  /** Lengths of the queues right now. */
  load(): DriverLoad {
    return {
      pendingSubmits: this.#callers.submissions.count,
      pendingBarriers: this.#callers.barriers.count,
      applyQueueCommands: this.#applyQueue.commands,
      applyQueueBytes: this.#applyQueue.sizeBytes,
    }
  }

  /**
   * The others take over what they would miss: resolves when they have, when nobody takes it, or
   * after leaveMaxMs. New commands and actions get UNAVAILABLE; everything else goes on.
   */
  leave(): Promise<DepartureOutcome> {
    if (this.#state === 'running') {
      this.#state = 'leaving'
      const { clock, core } = this.#options
      this.#departure = new Departure({ clock, maxMs: this.#limits.leaveMaxMs })
      this.#input(() => core.stepAside())
    }
    return this.#departure?.done ?? Promise.resolve('left behind')
  }

  /**
   * Leaves; then takes nothing more; lets the log write and the batch in flight end (their callers
   * get their results); everybody else gets UNAVAILABLE, indefinite. Closes what it took over.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    await this.leave()
    if (this.#state === 'leaving') this.#state = 'closing'
    await Promise.all([this.#writer.stop(), this.#applyQueue.stop()])
    for (const timer of this.#timers) timer.cancel()
    this.#callers.rejectAll('this replica was stopped before the request ended')
    await this.#exchange.close()
    await this.#options.transport.close()
    await this.#options.storage.close()
  }

  /** One timer for all that time does: a machine may run many members, and each wake-up costs. */
  #tick(): void {
    this.#input(() => this.#options.core.tick())
    this.#callers.expire()
  }

  #receive(from: MemberId, bytes: Uint8Array): void {
    if (!this.#working) return
    let message: M
    try {
      message = this.#options.codec.decode(bytes)
    } catch (error) {
      this.#hooks.messageMalformed(from, error)
      return
    }
    this.#input(() => this.#options.core.receive(from, message))
  }

  /** The core may be used. */
  get #working(): boolean {
    return this.#state === 'running' || this.#state === 'leaving'
  }

  /** Gives the core an input; what it makes of it is taken in a later turn. */
  #input(give: () => void): void {
    if (!this.#working) return
    try {
      give()
    } catch (error) {
      this.#fail(error)
      return
    }
    this.#deferPump()
  }

  #deferPump(): void {
    if (this.#pumpDeferred || !this.#working) return
    this.#pumpDeferred = true
    this.#defer(() => {
      this.#pumpDeferred = false
      this.#pump()
    })
  }

  /**
   * Takes Readys until there is none: a turn only to find nothing would cost more than it finds.
   * After a few it comes back in the next turn: others get theirs, too.
   */
  #pump(): void {
    for (let taken = 0; taken < readysPerTurn; taken += 1) {
      if (!this.#working) return
      try {
        if (!this.#takeOne()) return
      } catch (error) {
        this.#fail(error)
        return
      }
    }
    this.#deferPump()
  }

  /** False: there is none. */
  #takeOne(): boolean {
    const { core } = this.#options
    const barrier = this.#callers.barriers.openRound()
    if (barrier !== undefined) core.readBarrier(barrier)
    const ready = core.takeReady(this.#options.clock.nowMs())
    if (ready === undefined) {
      if (this.#departure !== undefined && core.mayStop()) this.#departure.end('taken over')
      this.#wakeUp.watch()
      return false
    }
    this.#process(ready)
    return true
  }

  /** Sends first: the messages travel while the disk writes. */
  #process(ready: Ready<M>): void {
    if (ready.peers !== undefined) {
      this.#options.transport.setPeers(ready.peers)
      this.#options.onPeers?.(ready.peers)
    }
    this.#send(ready.send)
    const { persist, install, sendAfterPersist } = ready
    assert(persist === undefined || install === undefined, 'an install stands beside no persist')
    const durable = persist !== undefined || install !== undefined
    assert(durable || sendAfterPersist.length === 0, 'sendAfterPersist stands beside a persist')
    const onDurable = (): void => this.#persisted(sendAfterPersist)
    if (persist !== undefined) this.#writer.write(persist, onDurable)
    this.#callers.markDelivered(ready.deliver)
    this.#applyQueue.push(ready.deliver)
    if (install !== undefined) this.#exchange.install(install, onDurable)
    this.#callers.answer(ready)
    // Reads wait for it, as far as it is not applied.
    for (const { index } of ready.barriers) this.#applyQueue.want(index)
    if (ready.trimTo !== undefined) this.#writer.trim(ready.trimTo)
    if (ready.fetch !== undefined) this.#exchange.fetch(ready.fetch)
  }

  #persisted(sendAfterPersist: readonly Outgoing<M>[]): void {
    this.#input(() => {
      this.#send(sendAfterPersist)
      this.#options.core.advance({ kind: 'persisted' })
    })
  }

  #advance(done: Completed): void {
    this.#input(() => this.#options.core.advance(done))
  }

  #send(messages: readonly Outgoing<M>[]): void {
    const { codec, transport } = this.#options
    // One message may go to several, though not to all.
    const encoded = new Map<M, Uint8Array>()
    for (const { to, message } of messages) {
      const bytes = encoded.get(message) ?? codec.encode(message)
      encoded.set(message, bytes)
      if (to === 'others') transport.broadcast(bytes)
      else transport.send(to, bytes)
    }
  }

  /** Why something is not even begun: definite, whatever it is. */
  #refusal(kind: CallerKind, waitMs: number): AppError | undefined {
    const { core } = this.#options
    // Reads go on while others take over: nothing is handed over of those.
    const stopped = kind === 'barrier' && this.#working ? 'running' : this.#state
    return (
      refusal.unavailable(refusal.stoppedReason(stopped)) ??
      refusal.alreadyPast(waitMs) ??
      (kind === 'submit' ? refusal.unavailable(core.unavailableReason()) : undefined) ??
      this.#callers.overload(kind) ??
      (kind === 'submit' ? this.#applyQueue.overload() : undefined)
    )
  }

  /** A failed write, apply or invariant: nothing is retried, the core is not touched again. */
  #fail(error: unknown): void {
    if (this.#state === 'failed') return
    this.#state = 'failed'
    for (const timer of this.#timers) timer.cancel()
    void this.#writer.stop()
    void this.#applyQueue.stop()
    void this.#exchange.withdraw()
    this.#departure?.end('left behind')
    this.#callers.rejectAll('this replica has failed; the request may have happened', error)
    this.#options.onFatal(error)
  }
}
