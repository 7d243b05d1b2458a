/**
 * Fetches from one source the chunks that are missing, a few at a time, and again what fails, as
 * long as anything arrives. It must not know how the source is reached.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '../../common/assert.ts'
import { answered } from './answered.ts'
import { verifyChunk } from './chunk-files.ts'
import type { Incoming } from './incoming.ts'
import { type ChunkSum, chunksOf, type Manifest } from './manifest.ts'
import type { Pace } from './pace.ts'
import type { StateSource } from './source.ts'

export type Download = {
  readonly source: Pick<StateSource, 'fetchChunk'>
  readonly manifest: Manifest
  readonly incoming: Pick<Incoming, 'missing' | 'store'>
  readonly pace: Pace
  /** How long a source may send nothing, or nothing but rubbish. */
  readonly patienceMs: number
  readonly signal: AbortSignal
}

/** Forgotten: the source has let go of this export. */
export type DownloadEnd = 'complete' | 'forgotten'

/** One travels while the other is being written. */
const inFlightMax = 2
const pauseMinMs = 50
const pauseMaxMs = 1_000

class ExportForgotten extends Error {
  override readonly name = 'ExportForgotten'
}

/** Rejects with what the source failed with last once it has failed for too long. */
export async function download(options: Download): Promise<DownloadEnd> {
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const fetching = new Fetching({ ...options, signal })
  const missing = options.incoming.missing().values()
  const worker = async (): Promise<void> => {
    try {
      for (const number of missing) await fetching.fetch(number)
    } catch (error) {
      // The first failure counts: the other worker ends because of it.
      stop.abort(error)
    }
  }
  await Promise.all(Array.from({ length: inFlightMax }, worker))
  options.signal.throwIfAborted()
  if (!stop.signal.aborted) return 'complete'
  if (stop.signal.reason instanceof ExportForgotten) return 'forgotten'
  throw stop.signal.reason
}

class Fetching {
  readonly #options: Download
  readonly #chunks: readonly ChunkSum[]
  #heardAtMs = performance.now()

  constructor(options: Download) {
    this.#options = options
    this.#chunks = chunksOf(options.manifest)
  }

  async fetch(number: number): Promise<void> {
    const { incoming, pace, patienceMs, signal } = this.#options
    const expected = this.#chunks[number]
    assert(expected !== undefined, 'chunks are fetched by the manifest')
    let firstAskedAtMs: number | undefined
    for (let pauseMs = pauseMinMs; ; pauseMs = Math.min(2 * pauseMs, pauseMaxMs)) {
      // What fails is paid for, too: nobody is asked faster for it.
      await pace.take(expected.sizeBytes, signal)
      firstAskedAtMs ??= performance.now()
      try {
        const content = await this.#ask(number, expected)
        this.#heardAtMs = performance.now()
        await incoming.store(number, content)
        return
      } catch (error) {
        signal.throwIfAborted()
        const quietMs = performance.now() - Math.max(this.#heardAtMs, firstAskedAtMs)
        const isFinal = error instanceof ExportForgotten || isOfTheDisk(error)
        if (isFinal || quietMs >= patienceMs) throw error
      }
      await sleep(pauseMs, undefined, { signal })
    }
  }

  async #ask(number: number, expected: ChunkSum): Promise<Buffer> {
    const { source, manifest, patienceMs, signal } = this.#options
    const ask = (until: AbortSignal) => source.fetchChunk(manifest.exportId, number, until)
    const content = await answered(ask, { signal, patienceMs })
    if (content === undefined) throw new ExportForgotten()
    verifyChunk(number, content, expected)
    return content
  }
}

/** No space, no permission: another attempt would end the same way. */
function isOfTheDisk(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string'
}
