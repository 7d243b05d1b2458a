/**
 * Durable writes of the log: one in flight at most. It also knows how much of what was applied has
 * become durable on the way. It must not know what a write means.
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

type PendingWrite = { readonly write: LogWrite; readonly onDurable: () => void }

export class LogWriter {
  readonly #options: LogWriterOptions
  #inFlight: Promise<void> | undefined
  /** A write of the core that waits for a write of ours (see secureApplied). */
  #waiting: PendingWrite | undefined
  #applied: LogIndex
  #secured = 0 as LogIndex
  #trimming = false
  #trimTo = 0 as LogIndex
  #stopped = false

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#applied = options.appliedIndex
  }

  /** Calls `onDurable` once the write is durable. The core never asks for two at a time. */
  write(write: LogWrite, onDurable: () => void): void {
    assert(this.#waiting === undefined, 'one persist is in flight at most')
    if (this.#inFlight === undefined) this.#start({ write, onDurable })
    else this.#waiting = { write, onDurable }
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
    if (this.#inFlight !== undefined || this.#secured >= this.#applied) return
    this.#start({ write: emptyWrite, onDurable: () => undefined })
  }

  /** Lets the storage forget entries up to `index`; several wishes become one. */
  trim(index: LogIndex): void {
    if (index > this.#trimTo) this.#trimTo = index
    if (!this.#trimming) void this.#trimLoop()
  }

  /** No callback but onFailed comes any more. Resolves when nothing is in flight. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#waiting = undefined
    await this.#inFlight
  }

  #start(pending: PendingWrite): void {
    this.#inFlight = this.#run(pending).catch(this.#options.onFailed)
  }

  async #run({ write, onDurable }: PendingWrite): Promise<void> {
    const { storage, clock, hooks } = this.#options
    // The state machine commits asynchronously, the log synchronously, both into the one WAL of the
    // same PostgreSQL. A synchronous commit flushes that WAL up to its own record, hence all that
    // stood in it before: transactions of apply that had returned when this write *started* are
    // durable when it returns. Of those that return meanwhile nothing is known.
    const appliedBefore = this.#applied
    const startedAtMs = clock.nowMs()
    await storage.write(write)
    this.#inFlight = undefined
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
    const next = this.#waiting
    this.#waiting = undefined
    if (next !== undefined && !this.#stopped) this.#start(next)
  }

  async #trimLoop(): Promise<void> {
    this.#trimming = true
    try {
      let trimmed = 0
      while (trimmed < this.#trimTo && !this.#stopped) {
        trimmed = this.#trimTo
        await this.#options.storage.trim(this.#trimTo)
      }
    } catch (error) {
      this.#options.onFailed(error)
    } finally {
      this.#trimming = false
    }
  }
}

function sizeOf(write: LogWrite): number {
  let sizeBytes = write.meta?.length ?? 0
  for (const entry of write.entries) sizeBytes += entry.bytes.length
  return sizeBytes
}
