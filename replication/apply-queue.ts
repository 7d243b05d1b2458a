/**
 * Between delivery and the database: one batch is applied at a time, what is delivered meanwhile
 * forms the next. Slow SQL fills this queue and delays nothing else. What nobody waits for at this
 * replica lingers a moment for more: most commands are somebody else's, and a batch costs much the
 * same however many it holds. It must not know who waits, nor the protocol.
 */
import { assert } from '../common/assert.ts'
import type { AppError } from '../common/errors.ts'
import type { DriverHooks, DriverLimits } from './driver-options.ts'
import type { Clock } from './ports.ts'
import type { Delivered, ProposalId } from './protocol.ts'
import { overloaded } from './refusals.ts'
import type { CommandCodec, LogIndex, Ordered, Position, StateMachine } from './replicated-log.ts'

type ApplyQueueOptions<C, R> = {
  readonly stateMachine: StateMachine<C, R>
  readonly commands: CommandCodec<C>
  readonly clock: Clock
  readonly hooks: DriverHooks
  readonly limits: DriverLimits
  readonly appliedIndex: LogIndex
  /** Nothing behind this command's index may be in the same batch. */
  readonly endsBatch: (command: C) => boolean
  /** The batch's transaction has returned. `proposals[i]` belongs to `results[i]`. */
  readonly onApplied: (applied: {
    readonly index: LogIndex
    readonly proposals: readonly (ProposalId | undefined)[]
    readonly results: readonly R[]
  }) => void
  readonly onFailed: (error: unknown) => void
}

type Batch<C> = {
  readonly ordered: Ordered<C>[]
  readonly proposals: (ProposalId | undefined)[]
  readonly upTo: Position
  readonly sizeBytes: number
}

export class ApplyQueue<C, R> {
  readonly #options: ApplyQueueOptions<C, R>
  readonly #queue: Delivered[] = []
  /** Everything before this place of #queue has been taken. */
  #head = 0
  #commands = 0
  #sizeBytes = 0
  #deliveredIndex: LogIndex
  /** Somebody waits for what is delivered up to here. */
  #wantedIndex: LogIndex
  #linger: { cancel(): void } | undefined
  #running: Promise<void> | undefined
  /** The database is about to hold another state (see standStill). */
  #standing = false
  #stopped = false

  constructor(options: ApplyQueueOptions<C, R>) {
    this.#options = options
    this.#deliveredIndex = options.appliedIndex
    this.#wantedIndex = options.appliedIndex
  }

  /** Commands and bytes delivered but not yet applied, those of the batch in flight included. */
  get commands(): number {
    return this.#commands
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Why no more should be agreed; undefined: there is room. */
  overload(): AppError | undefined {
    const { applyQueueCommands, applyQueueMaxBytes } = this.#options.limits
    const full = this.#commands >= applyQueueCommands || this.#sizeBytes >= applyQueueMaxBytes
    if (!full) return undefined
    return overloaded(`this replica is ${this.#commands} commands behind in applying`)
  }

  push(delivered: readonly Delivered[]): void {
    assert(delivered.length === 0 || !this.#standing, 'nothing is delivered during an install')
    for (const one of delivered) {
      assert(one.index === this.#deliveredIndex + 1, 'the protocol delivers every index in order')
      this.#deliveredIndex = one.index
      this.#commands += one.commands.length
      this.#sizeBytes += sizeOf(one)
      this.#queue.push(one)
      if (one.commands.some(({ proposal }) => proposal !== undefined)) this.#wantedIndex = one.index
    }
    this.#go()
  }

  /** Somebody waits until `index` is applied, which may not be delivered yet. */
  want(index: LogIndex): void {
    if (index <= this.#wantedIndex) return
    this.#wantedIndex = index
    this.#go()
  }

  /** Takes nothing more; resolves when all that was delivered is applied, or never will be. */
  async standStill(): Promise<'applied' | 'stopped'> {
    this.#standing = true
    this.want(this.#deliveredIndex)
    await this.#running
    return this.#stopped ? 'stopped' : 'applied'
  }

  /** The database holds another state now: what is delivered next follows `index`. */
  goOnBehind(index: LogIndex): void {
    this.#standing = false
    this.#deliveredIndex = index
  }

  /** Applies nothing more. Resolves when the batch in flight has ended and been reported. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#endLinger()
    await this.#running
  }

  /** Begins the next batch, or to linger for it. */
  #go(): void {
    if (this.#running !== undefined || this.#isEmpty || this.#stopped) return
    if (this.#isDue()) {
      this.#endLinger()
      this.#running = this.#drain()
      return
    }
    const { clock, limits } = this.#options
    this.#linger ??= clock.every(limits.applyLingerMs, () => {
      this.#endLinger()
      this.want(this.#deliveredIndex)
    })
  }

  #endLinger(): void {
    this.#linger?.cancel()
    this.#linger = undefined
  }

  get #isEmpty(): boolean {
    return this.#head === this.#queue.length
  }

  /** With nothing in flight: the queue must not wait for more. */
  #isDue(): boolean {
    const { applyLingerMs, applyLingerCommands } = this.#options.limits
    const next = this.#queue[this.#head]
    if (next === undefined) return false
    const isWanted = next.index <= this.#wantedIndex
    return isWanted || applyLingerMs === 0 || this.#commands >= applyLingerCommands
  }

  async #drain(): Promise<void> {
    const { stateMachine, clock, hooks } = this.#options
    try {
      while (this.#isDue() && !this.#stopped) {
        const batch = this.#takeBatch()
        const startedAtMs = clock.nowMs()
        const results = await stateMachine.apply(batch.ordered, batch.upTo)
        assert(results.length === batch.ordered.length, 'apply answers every command of its batch')
        this.#commands -= batch.ordered.length
        this.#sizeBytes -= batch.sizeBytes
        const { proposals } = batch
        hooks.batchApplied({
          commands: batch.ordered.length,
          sizeBytes: batch.sizeBytes,
          durationMs: clock.nowMs() - startedAtMs,
        })
        this.#options.onApplied({ index: batch.upTo.index, proposals, results })
      }
    } catch (error) {
      this.#stopped = true
      this.#options.onFailed(error)
    } finally {
      this.#running = undefined
    }
    this.#go()
  }

  /** The next whole indexes up to the limits: a position exists only between indexes. */
  #takeBatch(): Batch<C> {
    const { commands, limits, endsBatch } = this.#options
    const ordered: Ordered<C>[] = []
    const proposals: (ProposalId | undefined)[] = []
    let sizeBytes = 0
    let last: Delivered | undefined
    let ended = false
    while (this.#head < this.#queue.length && !ended) {
      const next = this.#queue[this.#head] as Delivered
      const nextBytes = sizeOf(next)
      const fits =
        ordered.length + next.commands.length <= limits.applyBatchCommands &&
        sizeBytes + nextBytes <= limits.applyBatchMaxBytes
      if (last !== undefined && !fits) break
      for (const command of next.commands) {
        // Decoded even where the command was submitted here: all replicas apply the same value.
        const decoded = commands.decode(command.payload)
        ordered.push({ index: next.index, command: decoded })
        proposals.push(command.proposal)
        ended ||= endsBatch(decoded)
      }
      sizeBytes += nextBytes
      last = next
      this.#head += 1
    }
    this.#forgetTaken()
    assert(last !== undefined, 'a batch is taken only from a queue that holds something')
    return { ordered, proposals, upTo: { index: last.index, context: last.context }, sizeBytes }
  }

  #forgetTaken(): void {
    if (this.#head === this.#queue.length) this.#queue.length = 0
    else if (this.#head < 1_024 || this.#head * 2 < this.#queue.length) return
    else this.#queue.splice(0, this.#head)
    this.#head = 0
  }
}

function sizeOf(delivered: Delivered): number {
  let sizeBytes = 0
  for (const command of delivered.commands) sizeBytes += command.payload.length
  return sizeBytes
}
