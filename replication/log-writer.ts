/**
 * Durable writes of the log: one in flight at most, the exchange of the whole state among them. It
 * also knows how much of what was applied has become durable on the way. It must not know what a
 * write means.
 */
import { assert } from '../common/assert.ts'
import type { DriverHooks } from './driver-options.ts'
import type { Clock, LogStorage } from './ports.ts'
import type { LogWrite } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'

type LogWriterOptions = {
  readonly storage: LogStorage
  readonly clock: Clock
  readonly hooks: DriverHooks
  readonly appliedIndex: LogIndex
  /** Applied up to here is certain to survive a crash. */
  readonly onSecured: (index: LogIndex) => void
  readonly onFailed: (error: unknown) => void
}

/** Changes nothing, and secures what was committed before. */
export const emptyWrite: LogWrite = { entries: [], truncateFrom: undefined, meta: undefined }

/** Ends when it is durable and has been reported. */
type DurableWork = () => Promise<void>

export class LogWriter {
  readonly #options: LogWriterOptions
  /** Between its begin and the report of its end, which may be one moment. */
  #isBusy = false
  /** Resolves when what was begun last has ended. */
  #inFlight: Promise<void> | undefined
  /** A write of the core that waits for a write of ours (see secureApplied). */
  #waiting: DurableWork | undefined
  #applied: LogIndex
  #secured = 0 as LogIndex
  #trimming: Promise<void> | undefined
  #trimTo = 0 as LogIndex
  /** All that is stored is about to be replaced. */
  #replacing = false
  #stopped = false

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#applied = options.appliedIndex
  }

  /** Calls `onDurable` once the write is durable. The core never asks for two at a time. */
  write(write: LogWrite, onDurable: () => void): void {
    this.#next(() => this.#write(write, onDurable))
  }

  /**
   * `replace` is a durable write of another kind: log and database become others than they were. It
   * resolves to what is applied then, durably; with undefined when it came to nothing.
   */
  replaceAll(replace: () => Promise<LogIndex | undefined>, onDurable: () => void): void {
    this.#next(() => this.#replaceAll(replace, onDurable))
  }

  /** The state machine's transaction up to `index` has returned. */
  noteApplied(index: LogIndex): void {
    this.#applied = index
  }

  /**
   * For the idle: nothing writes the log, so nothing would ever secure what was applied last.
   * A write of nothing is a durable write as any other (see LogStorage.write).
   */
  secureApplied(): void {
    if (this.#isBusy || this.#secured >= this.#applied) return
    this.#start(() => this.#write(emptyWrite, () => undefined))
  }

  /** Lets the storage forget entries up to `index`; several wishes become one. */
  trim(index: LogIndex): void {
    if (index > this.#trimTo) this.#trimTo = index
    if (this.#replacing || this.#trimming !== undefined) return
    this.#trimming = this.#trimLoop().finally(() => {
      this.#trimming = undefined
    })
  }

  /** No callback but onFailed comes any more. Resolves when nothing is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting = undefined
    await this.#inFlight
  }

  #next(work: DurableWork): void {
    assert(this.#waiting === undefined, 'one persist is in flight at most')
    if (this.#isBusy) this.#waiting = work
    else this.#start(work)
  }

  #start(work: DurableWork): void {
    this.#isBusy = true
    this.#inFlight = this.#run(work).catch(this.#options.onFailed)
  }

  async #run(work: DurableWork): Promise<void> {
    await work()
    const next = this.#waiting
    this.#waiting = undefined
    if (next !== undefined && !this.#stopped) this.#start(next)
  }

  async #write(write: LogWrite, onDurable: () => void): Promise<void> {
    const { storage, clock, hooks } = this.#options
    // The state machine commits asynchronously, the log synchronously, both into the one WAL of the
    // same PostgreSQL. A synchronous commit flushes that WAL up to its own record, hence all that
    // stood in it before: transactions of apply that had returned when this write *started* are
    // durable when it returns. Of those that return meanwhile nothing is known.
    const appliedBefore = this.#applied
    const startedAtMs = clock.nowMs()
    const durable = storage.write(write)
    if (durable !== undefined) await durable
    this.#isBusy = false
    if (this.#stopped) return
    hooks.logWritten({
      entries: write.entries.length,
      sizeBytes: sizeOf(write),
      durationMs: clock.nowMs() - startedAtMs,
    })
    onDurable()
    if (appliedBefore > this.#secured) {
      this.#secured = appliedBefore
      this.#options.onSecured(appliedBefore)
    }
  }

  async #replaceAll(
    replace: () => Promise<LogIndex | undefined>,
    onDurable: () => void,
  ): Promise<void> {
    this.#replacing = true
    await this.#trimming
    const applied = this.#stopped ? undefined : await replace()
    this.#isBusy = false
    this.#replacing = false
    if (this.#stopped || applied === undefined) return
    this.#applied = applied
    this.#secured = applied
    onDurable()
  }

  async #trimLoop(): Promise<void> {
    try {
      let trimmed = 0
      while (trimmed < this.#trimTo && !this.#stopped && !this.#replacing) {
        trimmed = this.#trimTo
        await this.#options.storage.trim(this.#trimTo)
      }
    } catch (error) {
      this.#options.onFailed(error)
    }
  }
}

function sizeOf(write: LogWrite): number {
  let sizeBytes = write.meta?.length ?? 0
  for (const entry of write.entries) sizeBytes += entry.bytes.length
  return sizeBytes
}
