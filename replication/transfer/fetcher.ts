/**
 * Gets a state from the first source that has it: asks for an export, waits while it is made,
 * downloads it, and goes on with the next source when one fails. It must not know how an export is
 * made or installed.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../common/errors.ts'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Logger } from '../../platform/log.ts'
import type { FetchState } from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { answered } from './answered.ts'
import { download } from './download.ts'
import type { Incoming } from './incoming.ts'
import { decodeManifest, type Manifest, totalBytes } from './manifest.ts'
import type { Pace } from './pace.ts'
import type { IncomingProgress } from './progress.ts'
import type { StateSource } from './source.ts'

export type FetcherOptions = {
  readonly group: string
  readonly self: MemberId
  readonly incoming: Incoming
  readonly openSource: (address: HostPort) => StateSource
  /** Where that member may be found, the likeliest first; none: nobody here knows it. */
  readonly addressesOf: (id: MemberId) => readonly HostPort[]
  /** Throws when this state could not be installed here. */
  readonly requireFitting: (manifest: Manifest) => Promise<void>
  readonly pace: Pace
  /** How long a source may say nothing, fail, or come no further, before the next one is asked. */
  readonly patienceMs: number
  readonly logger: Logger
}

const pollMs = 250
/** A source that forgets export after export is no source. */
const roundsMax = 3

export class Fetcher {
  readonly #options: FetcherOptions
  #preparing: { readonly source: MemberId; readonly preparedBytes: number } | undefined
  #fetching = false

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  /** Rejects with AppError UNAVAILABLE, naming what is the matter with each source. */
  async fetch(wanted: FetchState, signal: AbortSignal): Promise<Manifest> {
    const { incoming, self } = this.#options
    await incoming.check(signal)
    const present = this.#complete(wanted.atLeast)
    if (present !== undefined) return present
    const failures: string[] = []
    this.#fetching = true
    try {
      for (const id of bestFirst(wanted, self, incoming.manifest)) {
        try {
          return await this.#fetchFrom(id, wanted.atLeast, signal)
        } catch (error) {
          signal.throwIfAborted()
          failures.push(`member ${id}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
    } finally {
      this.#fetching = false
    }
    const reasons = failures.length === 0 ? 'there is nobody to ask' : failures.join('; ')
    throw new AppError('UNAVAILABLE', { message: `no member gives its state: ${reasons}` })
  }

  progress(): IncomingProgress | undefined {
    const { incoming } = this.#options
    const { manifest } = incoming
    if (this.#preparing !== undefined) return { kind: 'preparing', ...this.#preparing }
    if (manifest === undefined) return undefined
    const about = {
      index: manifest.position.index,
      receivedBytes: incoming.receivedBytes,
      totalBytes: totalBytes(manifest),
    }
    if (this.#fetching) return { kind: 'fetching', source: manifest.source, ...about }
    return incoming.isComplete() ? { kind: 'fetched', ...about } : undefined
  }

  /** What an earlier fetch, perhaps of an earlier process, has brought here already. */
  #complete(atLeast: LogIndex): Manifest | undefined {
    const { incoming, group } = this.#options
    const { manifest } = incoming
    if (manifest === undefined || !incoming.isComplete()) return undefined
    return manifest.group === group && manifest.position.index >= atLeast ? manifest : undefined
  }

  async #fetchFrom(id: MemberId, atLeast: LogIndex, signal: AbortSignal): Promise<Manifest> {
    let failure: unknown = new Error('its address is not known here')
    for (const address of this.#options.addressesOf(id)) {
      try {
        return await this.#fetchAt(id, address, { atLeast, signal })
      } catch (error) {
        signal.throwIfAborted()
        failure = error
      }
    }
    throw failure
  }

  async #fetchAt(
    id: MemberId,
    address: HostPort,
    { atLeast, signal }: { readonly atLeast: LogIndex; readonly signal: AbortSignal },
  ): Promise<Manifest> {
    const { openSource, logger } = this.#options
    const source = openSource(address)
    try {
      for (let round = 1; round <= roundsMax; round += 1) {
        const manifest = await this.#manifestFrom({ id, source, atLeast, signal })
        const where = { source: id, address: formatHostPort(address) }
        if (await this.#download(source, manifest, where, signal)) return manifest
        logger.info(where, 'the source has forgotten its export: asking for another one')
      }
    } finally {
      source.close()
    }
    throw new Error(`it forgot ${roundsMax} exports before they were fetched`)
  }

  /** False when the source has forgotten the export meanwhile. */
  async #download(
    source: StateSource,
    manifest: Manifest,
    where: object,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { incoming, pace, patienceMs, logger } = this.#options
    const { exportId, position } = manifest
    const about = { ...where, exportId, index: position.index, totalBytes: totalBytes(manifest) }
    const presentBytes = incoming.receivedBytes
    logger.info({ ...about, presentBytes }, 'fetching the state of another member')
    const startedMs = performance.now()
    const end = await download({ source, manifest, incoming, pace, patienceMs, signal })
    if (end === 'forgotten') return false
    await incoming.secure()
    const durationMs = Math.round(performance.now() - startedMs)
    logger.info({ ...about, durationMs }, 'the state of another member is fetched')
    return true
  }

  async #manifestFrom(asked: {
    readonly id: MemberId
    readonly source: StateSource
    readonly atLeast: LogIndex
    readonly signal: AbortSignal
  }): Promise<Manifest> {
    const { incoming, requireFitting, group } = this.#options
    const manifest = decodeManifest(await this.#awaitExport(asked))
    const { index } = manifest.position
    if (manifest.group !== group || index < asked.atLeast) {
      throw new Error(`it offers the state of ${index} of the group ${manifest.group}`)
    }
    await requireFitting(manifest)
    await incoming.begin(manifest)
    return manifest
  }

  /** Polls while the source writes its export and comes on with it. */
  async #awaitExport(asked: {
    readonly id: MemberId
    readonly source: StateSource
    readonly atLeast: LogIndex
    readonly signal: AbortSignal
  }): Promise<Uint8Array> {
    const { id, source, atLeast, signal } = asked
    const { incoming, patienceMs } = this.#options
    const resume = incoming.manifest?.exportId ?? ''
    try {
      for (let [writtenBytes, movedAtMs] = [-1, performance.now()]; ; ) {
        const ask = (until: AbortSignal) => source.describe({ atLeast, resume }, until)
        const offer = await answered(ask, { signal, patienceMs })
        if (offer.kind === 'ready') return offer.manifest
        const { sizeBytes } = offer
        this.#preparing = { source: id, preparedBytes: sizeBytes }
        if (sizeBytes !== writtenBytes) [writtenBytes, movedAtMs] = [sizeBytes, performance.now()]
        if (performance.now() - movedAtMs > patienceMs) {
          throw new Error(`its export stands still at ${sizeBytes} bytes`)
        }
        await sleep(pollMs, undefined, { signal })
      }
    } finally {
      this.#preparing = undefined
    }
  }
}

/** As wanted, but whoever has what we have begun to fetch comes first. */
export function bestFirst(
  { from, atLeast }: FetchState,
  self: MemberId,
  begun: Pick<Manifest, 'source' | 'position'> | undefined,
): readonly MemberId[] {
  const others = from.filter((id) => id !== self)
  if (begun === undefined || begun.position.index < atLeast) return others
  const { source } = begun
  return others.includes(source) ? [source, ...others.filter((id) => id !== source)] : others
}
