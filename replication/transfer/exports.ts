/**
 * The exports that this replica has to offer: made one at a time, shared by all who can do with the
 * same one, few, and forgotten when nobody has fetched from them for a while. It must not know how
 * an export is made, nor how chunks travel.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../common/errors.ts'
import type { Logger } from '../../platform/log.ts'
import type { LogIndex, Position } from '../replicated-log.ts'
import { ChunkDamaged, readChunk } from './chunk-files.ts'
import { type ChunkSum, chunksOf, encodeManifest, type Manifest, totalBytes } from './manifest.ts'
import { type OutgoingProgress, reported } from './progress.ts'

/** Fills `directory`. Rejects soon after `signal` is aborted. */
export type MakeExport = (making: {
  readonly exportId: string
  readonly directory: string
  readonly signal: AbortSignal
  readonly onWritten: (sizeBytes: number) => void
}) => Promise<Manifest>

export type ExportLimits = {
  /** At a time, the one being made included. */
  readonly kept: number
  /** A younger one is shared; an older one would leave much to be caught up with. */
  readonly freshMs: number
  /** Fetched from within this time: a new one does not take its place. */
  readonly busyMs: number
  readonly idleMaxMs: number
}

const defaultLimits: ExportLimits = {
  kept: 2,
  freshMs: 60_000,
  busyMs: 30_000,
  idleMaxMs: 5 * 60_000,
}

/** Receivers ask several times a second: each of them learns why the export has failed. */
const failureShownMs = 3_000

export type ExportsOptions = {
  /** Belongs to these exports alone; what is in it at first is of an earlier life. */
  readonly directory: string
  readonly make: MakeExport
  /** Where the database stands. */
  readonly position: () => Promise<Position>
  readonly logger: Logger
  readonly limits?: Partial<ExportLimits>
  readonly nowMs?: () => number
}

export type Wanted = { readonly atLeast: LogIndex; readonly resume: string }
export type Offer =
  | { readonly kind: 'ready'; readonly manifest: Uint8Array }
  | { readonly kind: 'preparing'; readonly sizeBytes: number }

type Kept = {
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly chunks: readonly ChunkSum[]
  readonly directory: string
  readonly madeAtMs: number
  usedAtMs: number
}

type Making = {
  readonly abort: AbortController
  readonly ended: Promise<void>
  writtenBytes: number
}

export class Exports {
  readonly #options: ExportsOptions
  readonly #limits: ExportLimits
  readonly #nowMs: () => number
  readonly #expiry: NodeJS.Timeout
  /** The newest last. */
  #kept: Kept[] = []
  #making: Making | undefined
  #failure: { readonly error: unknown; readonly atMs: number } | undefined
  /** Why nothing is offered; undefined: something may be. */
  #refusal: string | undefined

  private constructor(options: ExportsOptions) {
    this.#options = options
    this.#limits = { ...defaultLimits, ...options.limits }
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#expiry = setInterval(() => this.expire(), this.#limits.idleMaxMs / 10)
    this.#expiry.unref()
  }

  /** Deletes what an earlier process has left. */
  static async open(options: ExportsOptions): Promise<Exports> {
    await rm(options.directory, { recursive: true, force: true })
    await mkdir(options.directory, { recursive: true, mode: 0o700 })
    return new Exports(options)
  }

  /**
   * An export to fetch, or how far a new one is, which is begun if need be. Throws AppError
   * UNAVAILABLE when this replica cannot have what is wanted now.
   */
  async offer(wanted: Wanted): Promise<Offer> {
    this.#requireOpen()
    const found = this.#find(wanted)
    if (found !== undefined) {
      found.usedAtMs = this.#nowMs()
      return { kind: 'ready', manifest: found.bytes }
    }
    if (this.#making === undefined) {
      this.#throwRecentFailure()
      await this.#requireApplied(wanted.atLeast)
      this.#requireOpen()
      this.#making ??= this.#begin()
    }
    return { kind: 'preparing', sizeBytes: this.#making.writtenBytes }
  }

  /** Undefined when there is no such export (any more). */
  async chunk(exportId: string, number: number): Promise<Buffer | undefined> {
    const kept = this.#kept.find(({ manifest }) => manifest.exportId === exportId)
    if (kept === undefined) return undefined
    kept.usedAtMs = this.#nowMs()
    const sum = kept.chunks[number]
    if (sum === undefined) {
      const message = `export ${exportId} has no chunk ${number}`
      throw new AppError('INVALID_ARGUMENT', { message })
    }
    try {
      return await readChunk(kept.directory, number, sum)
    } catch (error) {
      if (!(error instanceof ChunkDamaged)) throw error
      // Perhaps it has just been forgotten; else the disk has not kept it, and another export may do.
      if (this.#forget(kept)) {
        this.#options.logger.error({ err: error, exportId }, 'an export is damaged: forgotten')
      }
      return undefined
    }
  }

  /** Forgets everything, stops what is being made, and offers nothing until `resume()`. */
  async suspend(reason: string): Promise<void> {
    this.#refusal = reason
    this.#making?.abort.abort(new AppError('UNAVAILABLE', { message: reason }))
    await this.#making?.ended
    for (const kept of [...this.#kept]) this.#forget(kept)
  }

  resume(): void {
    this.#refusal = undefined
  }

  async close(): Promise<void> {
    clearInterval(this.#expiry)
    await this.suspend('this replica is stopping')
    await rm(this.#options.directory, { recursive: true, force: true, maxRetries: 3 })
  }

  /** Forgets those that nobody has fetched from for long. */
  expire(): void {
    const idleSinceMs = this.#nowMs() - this.#limits.idleMaxMs
    for (const kept of [...this.#kept]) {
      if (kept.usedAtMs < idleSinceMs) this.#forget(kept)
    }
  }

  progress(): readonly OutgoingProgress[] {
    const nowMs = this.#nowMs()
    const ready = this.#kept.map(({ manifest, usedAtMs }) => ({
      kind: 'ready' as const,
      index: manifest.position.index,
      sizeBytes: totalBytes(manifest),
      idleMs: Math.round(nowMs - usedAtMs),
    }))
    if (this.#making === undefined) return ready
    return [...ready, { kind: 'preparing', sizeBytes: this.#making.writtenBytes }]
  }

  #find({ atLeast, resume }: Wanted): Kept | undefined {
    const enough = this.#kept.filter(({ manifest }) => manifest.position.index >= atLeast)
    const begun = enough.find(({ manifest }) => manifest.exportId === resume)
    if (begun !== undefined) return begun
    const newest = enough.at(-1)
    if (newest === undefined) return undefined
    const nowMs = this.#nowMs()
    const { kept, freshMs, busyMs } = this.#limits
    const allBusy =
      this.#kept.length >= kept && this.#kept.every(({ usedAtMs }) => nowMs - usedAtMs < busyMs)
    return nowMs - newest.madeAtMs <= freshMs || allBusy ? newest : undefined
  }

  #begin(): Making {
    this.#makeRoom()
    const abort = new AbortController()
    const making: Making = {
      abort,
      writtenBytes: 0,
      // Deferred, so that whatever happens first, `#making` is set before it is cleared.
      ended: Promise.resolve().then(() => this.#make(making)),
    }
    return making
  }

  /** Never rejects: whoever asks next is told. */
  async #make(making: Making): Promise<void> {
    const { logger, make } = this.#options
    const exportId = randomBytes(8).toString('hex')
    const directory = join(this.#options.directory, exportId)
    const startedMs = this.#nowMs()
    logger.info({ exportId }, 'exporting the state for another member')
    const { signal } = making.abort
    try {
      await mkdir(directory, { mode: 0o700 })
      signal.throwIfAborted()
      const onWritten = (sizeBytes: number): void => {
        making.writtenBytes += sizeBytes
      }
      const progress = () => ({ kind: 'exporting', writtenBytes: making.writtenBytes })
      const manifest = await reported(logger, progress, () =>
        make({ exportId, directory, signal, onWritten }),
      )
      signal.throwIfAborted()
      const nowMs = this.#nowMs()
      const bytes = encodeManifest(manifest)
      const chunks = chunksOf(manifest)
      this.#kept.push({ manifest, bytes, chunks, directory, madeAtMs: nowMs, usedAtMs: nowMs })
      this.#failure = undefined
      const { index } = manifest.position
      const about = { exportId, index, sizeBytes: making.writtenBytes }
      const durationMs = Math.round(nowMs - startedMs)
      logger.info({ ...about, durationMs }, 'the state is exported')
    } catch (error) {
      if (!signal.aborted) {
        this.#failure = { error, atMs: this.#nowMs() }
        logger.error({ err: error, exportId }, 'the state could not be exported')
      }
      await this.#delete(directory)
    } finally {
      this.#making = undefined
    }
  }

  /** The one that nobody has fetched from for the longest time goes first. */
  #makeRoom(): void {
    const byUse = [...this.#kept].sort((one, other) => one.usedAtMs - other.usedAtMs)
    for (const kept of byUse.slice(0, Math.max(0, byUse.length - this.#limits.kept + 1))) {
      this.#forget(kept)
    }
  }

  /** False when that had happened already. */
  #forget(kept: Kept): boolean {
    const known = this.#kept.includes(kept)
    this.#kept = this.#kept.filter((other) => other !== kept)
    if (known) void this.#delete(kept.directory)
    return known
  }

  async #delete(directory: string): Promise<void> {
    try {
      await rm(directory, { recursive: true, force: true })
    } catch (error) {
      this.#options.logger.warn({ err: error, directory }, 'an export could not be deleted')
    }
  }

  #requireOpen(): void {
    if (this.#refusal === undefined) return
    throw new AppError('UNAVAILABLE', { message: this.#refusal })
  }

  #throwRecentFailure(): void {
    if (this.#failure === undefined) return
    const { error, atMs } = this.#failure
    if (this.#nowMs() - atMs > failureShownMs) return
    const reason = error instanceof Error ? error.message : String(error)
    const message = `this replica could not export its state: ${reason}`
    throw new AppError('UNAVAILABLE', { message, cause: error })
  }

  async #requireApplied(atLeast: LogIndex): Promise<void> {
    const { index } = await this.#options.position()
    if (index >= atLeast) return
    const message = `this replica has applied ${index}, the state of ${atLeast} is wanted`
    throw new AppError('UNAVAILABLE', { message })
  }
}
