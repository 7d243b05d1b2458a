/**
 * StateTransfer for a replica on PostgreSQL, both ends of it: what it offers to others, and what it
 * fetches from them and installs. docs/decisions/0011 says why it is done this way.
 */
import { join } from 'node:path'
import type { Client } from 'pg'
import { assert } from '../../common/assert.ts'
import { AppError } from '../../common/errors.ts'
import type { HostPort } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { TlsFiles } from '../../platform/config.ts'
import type { Logger } from '../../platform/log.ts'
import { createRequestLog } from '../../platform/request-log.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import type { StateTransfer } from '../ports.ts'
import type { FetchState } from '../protocol.ts'
import type { Position } from '../replicated-log.ts'
import { emptyLogStatements } from '../storage/postgres-log.ts'
import { exportState } from './export-state.ts'
import { type ExportLimits, Exports, type MakeExport } from './exports.ts'
import { Fetcher } from './fetcher.ts'
import { Incoming } from './incoming.ts'
import { installState, requireSameSchema } from './install-state.ts'
import { type Manifest, totalBytes } from './manifest.ts'
import { Pace } from './pace.ts'
import { reported, type IncomingProgress, type TransferProgress } from './progress.ts'
import { transferService } from './service.ts'
import { grpcSource } from './source.ts'

export type ReplicaTransferOptions = {
  readonly group: string
  readonly self: MemberId
  /** The replica's own directory. */
  readonly dataDir: string
  /** A new connection, without pipelining, whose commits are synchronous. */
  readonly connect: (purpose: 'export' | 'install') => Promise<Client>
  /** Where the database stands. */
  readonly position: () => Promise<Position>
  readonly addressesOf: (id: MemberId) => readonly HostPort[]
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles | undefined
  readonly logger: Logger
  readonly limits: Partial<TransferLimits> & Pick<TransferLimits, 'bytesPerSecond'>
}

export type TransferLimits = {
  /** Of exporting and of fetching, each. Everybody else shares the disk and the processor. */
  readonly bytesPerSecond: number
  /** How long a source may say nothing, or fail, before the next one is asked. */
  readonly patienceMs: number
  readonly exports: Partial<ExportLimits>
  readonly chunkBytes?: number
  /** How long an install waits, several times, for those who read what it replaces. */
  readonly lockTimeoutMs?: number
}

const defaultLimits = {
  patienceMs: 10_000,
  exports: {},
} satisfies Partial<TransferLimits>

export class ReplicaTransfer implements StateTransfer {
  /** To be served whatever state the group is in. */
  readonly service: RpcService
  readonly #options: ReplicaTransferOptions
  readonly #limits: TransferLimits
  readonly #incoming: Incoming
  readonly #exports: Exports
  readonly #fetcher: Fetcher
  readonly #closing = new AbortController()
  /** Never rejects; undefined: nothing is going on. */
  #work: Promise<unknown> | undefined
  #installing: IncomingProgress | undefined
  #installClient: Client | undefined
  #closed: Promise<void> | undefined

  /** Deletes what earlier processes have left, but for what can be gone on with. */
  static async open(options: ReplicaTransferOptions): Promise<ReplicaTransfer> {
    const { dataDir, position, logger } = options
    const limits = { ...defaultLimits, ...options.limits }
    const incoming = await Incoming.open(join(dataDir, 'incoming'))
    await incoming.discardUpTo((await position()).index)
    const exports = await Exports.open({
      directory: join(dataDir, 'outgoing'),
      make: makeExport(options, limits),
      position,
      logger,
      limits: limits.exports,
    })
    return new ReplicaTransfer(options, limits, incoming, exports)
  }

  private constructor(
    options: ReplicaTransferOptions,
    limits: TransferLimits,
    incoming: Incoming,
    exports: Exports,
  ) {
    const { group, self, secret, tls, addressesOf, logger } = options
    this.#options = options
    this.#limits = limits
    this.#incoming = incoming
    this.#exports = exports
    this.service = transferService({
      group,
      exports,
      requestLog: createRequestLog(logger),
    })
    this.#fetcher = new Fetcher({
      group,
      self,
      incoming,
      addressesOf,
      openSource: (address) => grpcSource({ address, group, secret, tls }),
      requireFitting: (manifest) => this.#requireFitting(manifest),
      pace: new Pace({ bytesPerSecond: limits.bytesPerSecond }),
      patienceMs: limits.patienceMs,
      logger,
    })
  }

  async fetch(wanted: FetchState, signal: AbortSignal): Promise<Position> {
    const either = AbortSignal.any([signal, this.#closing.signal])
    const { position } = await this.#alone(() => this.#fetcher.fetch(wanted, either))
    return position
  }

  async install(meta: Uint8Array): Promise<void> {
    const { manifest } = this.#incoming
    assert(manifest !== undefined && this.#incoming.isComplete(), 'what is installed was fetched')
    await this.#alone(() => this.#install(manifest, meta))
  }

  progress(): TransferProgress {
    const stateTransfer = this.#installing ?? this.#fetcher.progress()
    const stateExports = this.#exports.progress()
    return {
      ...(stateTransfer === undefined ? {} : { stateTransfer }),
      ...(stateExports.length === 0 ? {} : { stateExports }),
    }
  }

  /** What has been fetched stays for the next process. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#closing.abort(new AppError('UNAVAILABLE', { message: 'this replica is stopping' }))
    await this.#installClient?.end()
    await this.#work
    await this.#exports.close()
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    assert(this.#work === undefined, 'one state is fetched or installed at a time')
    this.#closing.signal.throwIfAborted()
    const { logger } = this.#options
    const result = reported(logger, () => this.progress().stateTransfer, work)
    this.#work = result.catch(() => undefined) // Whoever waits for `result` is told.
    try {
      return await result
    } finally {
      this.#work = undefined
    }
  }

  async #install(manifest: Manifest, meta: Uint8Array): Promise<void> {
    const { logger, connect } = this.#options
    const { index } = manifest.position
    const sizeBytes = totalBytes(manifest)
    const received = { index, receivedBytes: sizeBytes, totalBytes: sizeBytes }
    const startedMs = performance.now()
    let installedBytes = 0
    logger.info({ index, sizeBytes }, 'installing the state of another member')
    // A snapshot of ours would hold the tables, and is of a state that will be gone.
    await this.#exports.suspend('this replica is being given the state of another member itself')
    this.#installing = { kind: 'installing', ...received, installedBytes }
    const client = await connect('install')
    this.#installClient = client
    try {
      this.#closing.signal.throwIfAborted()
      await installState({
        client,
        manifest,
        readChunk: (number) => this.#incoming.read(number),
        logStatements: emptyLogStatements(meta),
        lockTimeoutMs: this.#limits.lockTimeoutMs,
        onInstalled: (chunkBytes) => {
          installedBytes += chunkBytes
          this.#installing = { kind: 'installing', ...received, installedBytes }
        },
      })
    } finally {
      this.#installing = undefined
      this.#installClient = undefined
      await client.end()
    }
    await this.#incoming.discard()
    this.#exports.resume()
    const durationMs = Math.round(performance.now() - startedMs)
    logger.info({ index, durationMs }, 'the state of another member is installed')
  }

  async #requireFitting(manifest: Manifest): Promise<void> {
    const client = await this.#options.connect('install')
    try {
      await requireSameSchema(client, manifest)
    } finally {
      await client.end()
    }
  }
}

function makeExport(options: ReplicaTransferOptions, limits: TransferLimits): MakeExport {
  const { connect, group, self } = options
  const { bytesPerSecond, chunkBytes } = limits
  const pace = new Pace({ bytesPerSecond })
  return async ({ exportId, directory, signal, onWritten }) => {
    const client = await connect('export')
    // Ends a statement that waits, too.
    const end = (): void => void client.end()
    signal.addEventListener('abort', end)
    try {
      signal.throwIfAborted()
      const identity = { exportId, group, source: self }
      const work = { client, directory, identity, pace, signal, onWritten }
      return await exportState(chunkBytes === undefined ? work : { ...work, chunkBytes })
    } finally {
      signal.removeEventListener('abort', end)
      await client.end()
    }
  }
}
