/** One member's durable writes: one in flight, as replication/log-writer.ts has it. */
import type { LogWrite } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import type { Exchange, SimulatedDisk } from './disk.ts'
import { require } from './failure.ts'
import type { Life } from './life.ts'

type WritingParts = {
  readonly life: Life
  readonly disk: SimulatedDisk
  readonly diskMs: () => number
  /** Applied up to here is durable. */
  readonly onSecured: (index: LogIndex) => void
}

/** How often an idle member secures what it has applied, as the driver does. */
const secureEveryMs = 1_000

const emptyWrite: LogWrite = { entries: [], truncateFrom: undefined, meta: undefined }

export class Writing {
  readonly #parts: WritingParts
  /** What the core wants to be durable, while a write of ours is in flight. */
  #waiting: (() => void) | undefined
  /** The write in flight is our own. */
  #securing = false

  constructor(parts: WritingParts) {
    this.#parts = parts
  }

  begin(): void {
    this.#waiting = undefined
    this.#securing = false
    this.#secureLater()
  }

  write(write: LogWrite, onDurable: () => void): void {
    this.#inTurn(() => this.#write(write, onDurable))
  }

  exchange(exchange: Exchange, onDurable: () => void): void {
    this.#inTurn(() => {
      this.#parts.disk.startExchange(exchange)
      this.#finishLater(onDurable)
    })
  }

  /** At once, or after our own write; a second one of the core is refused by the disk. */
  #inTurn(start: () => void): void {
    require(this.#waiting === undefined, 'contract', () => 'a second persist was handed out')
    if (this.#parts.disk.writing && this.#securing) this.#waiting = start
    else start()
  }

  #write(write: LogWrite, onDurable: () => void): void {
    const { disk, onSecured } = this.#parts
    const durableBefore = disk.durablyAppliedIndex
    disk.startWrite(write)
    this.#finishLater(() => {
      onDurable()
      const index = disk.durablyAppliedIndex as LogIndex
      if (index > durableBefore) onSecured(index)
    })
  }

  #finishLater(finished: () => void): void {
    const { life, disk, diskMs } = this.#parts
    life.later(diskMs(), () => {
      disk.finishWrite()
      this.#securing = false
      finished()
      const next = this.#waiting
      this.#waiting = undefined
      next?.()
    })
  }

  #secureLater(): void {
    const { life, disk } = this.#parts
    life.later(secureEveryMs, () => {
      if (!disk.writing && disk.durablyAppliedIndex < disk.appliedIndex) {
        this.#write(emptyWrite, () => undefined)
        this.#securing = true
      }
      this.#secureLater()
    })
  }
}
