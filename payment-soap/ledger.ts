/**
 * The ledger's file: JSON lines, appended, durable before anybody is told. It must not know what
 * the records mean.
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../common/errors.ts'

/** Records waiting for the disk; more are refused. */
const PENDING_MAX = 10_000

type Waiting = {
  readonly line: string
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

export class Ledger<LineRecord> {
  readonly #file: FileHandle
  readonly #failed: (error: Error) => void
  #pending: Waiting[] = []
  #writing: Promise<void> | undefined
  #lastAppend: Promise<void> = Promise.resolve()
  #failure: Error | undefined

  private constructor(file: FileHandle, failed: (error: Error) => void) {
    this.#file = file
    this.#failed = failed
  }

  /**
   * Opens or creates the file and reads it. A torn last line, which nobody was told of, is cut off;
   * damage anywhere else is an error that a person has to look at. `failed` is called once, when a
   * write fails: what is on the disk is then in doubt, and the process has to stop.
   */
  static async open<LineRecord>(
    path: string,
    failed: (error: Error) => void,
  ): Promise<{ readonly ledger: Ledger<LineRecord>; readonly records: LineRecord[] }> {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(path, 'a+', 0o600)
    try {
      const { records, soundBytes, bytes } = parseLines<LineRecord>(await file.readFile(), path)
      if (soundBytes < bytes) {
        await file.truncate(soundBytes)
        await file.sync()
      }
      await syncDirectory(dirname(path))
      return { ledger: new Ledger(file, failed), records }
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Resolves when the record is durable. Records are written in the order of the calls. */
  append(record: LineRecord): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#lastAppend = new Promise((resolve, reject) => {
      this.#pending.push({ line: `${JSON.stringify(record)}\n`, resolve, reject })
      this.#writing ??= this.#writeAll()
    })
    return this.#lastAppend
  }

  /** Throws OVERLOADED while the disk is too far behind. Ask before deciding what to append. */
  assertRoom(): void {
    if (this.#pending.length >= PENDING_MAX) throw new AppError('OVERLOADED', { definite: true })
  }

  /** Resolves when all that was appended before is durable. */
  settled(): Promise<void> {
    return this.#lastAppend
  }

  async close(): Promise<void> {
    // It never rejects: whoever appended is told, and so is `failed`.
    await this.#writing
    await this.#file.close()
  }

  /** One write and one fsync for all that came meanwhile, and again until nothing has. */
  async #writeAll(): Promise<void> {
    let batch: Waiting[] = []
    try {
      while (this.#pending.length > 0) {
        batch = this.#pending
        this.#pending = []
        await this.#file.appendFile(batch.map(({ line }) => line).join(''))
        await this.#file.datasync()
        for (const { resolve } of batch) resolve()
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)), batch)
    } finally {
      this.#writing = undefined
    }
  }

  /** Never tried again: after a failed fsync nobody knows what the disk holds. */
  #fail(error: Error, batch: readonly Waiting[]): void {
    this.#failure = error
    const waiting = [...batch, ...this.#pending]
    this.#pending = []
    for (const { reject } of waiting) reject(error)
    this.#failed(error)
  }
}

function parseLines<LineRecord>(content: Buffer, path: string) {
  const records: LineRecord[] = []
  let soundBytes = 0
  let lineNumber = 0
  while (soundBytes < content.length) {
    const end = content.indexOf(0x0a, soundBytes)
    // No line feed: the last write was cut short.
    if (end === -1) break
    lineNumber += 1
    const record = parseLine<LineRecord>(content.toString('utf8', soundBytes, end))
    if (record === undefined) {
      // Parts of one write can reach the disk out of order, so the last line may be there in name only.
      if (end === content.length - 1) break
      throw new Error(`${path}, line ${lineNumber}: not a record. Restore it from a backup.`)
    }
    records.push(record)
    soundBytes = end + 1
  }
  return { records, soundBytes, bytes: content.length }
}

function parseLine<LineRecord>(line: string): LineRecord | undefined {
  try {
    return JSON.parse(line) as LineRecord
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** So that the file's name is durable, too. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
