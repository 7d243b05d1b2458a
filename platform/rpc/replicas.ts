/**
 * The replicas of one group as a caller sees them: which one to ask now, and which ones to leave
 * alone until they say they are well again. It must not know what is being asked.
 */
import type { Logger } from 'pino'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import type { Random } from '../../common/random.ts'

export type Replica = {
  readonly index: number
  readonly address: string
  /** False from a failure on until a health check succeeds. */
  well: boolean
  /** When it was last found to be well again. */
  wellSinceMs: number
  /** How long it is left alone after a failure. */
  restMs: number
}

export type ReplicasOptions = {
  readonly addresses: readonly HostPort[]
  /** Resolves with whether the replica says that it is serving; never rejects. */
  readonly probe: (index: number) => Promise<boolean>
  readonly probeIntervalMs: number
  readonly nowMs: () => number
  readonly random: Random
  readonly logger: Logger
}

/**
 * One that says it is well and fails all the same (it is cut off from its group) is left alone for
 * longer each time, up to so long; one that has been well for so long starts anew.
 */
const REST_MAX_MS = 8_000

/**
 * Callers start at a random *home*, so that they spread over the group, stay there while it is
 * well, and come back to it once it is well again, so that they stay spread.
 */
export class Replicas {
  readonly #replicas: readonly Replica[]
  readonly #home: number
  readonly #options: ReplicasOptions
  readonly #probes = new Map<number, NodeJS.Timeout>()
  #substitute: number
  #closed = false

  constructor(options: ReplicasOptions) {
    this.#options = options
    this.#replicas = options.addresses.map((address, index) => ({
      index,
      address: formatHostPort(address),
      well: true,
      wellSinceMs: Number.NEGATIVE_INFINITY,
      restMs: options.probeIntervalMs,
    }))
    this.#home = options.random.integer(0, this.#replicas.length - 1)
    this.#substitute = this.#home
  }

  /** The best one not in `tried`; undefined when all have been tried. */
  choose(tried: ReadonlySet<number>): Replica | undefined {
    const candidates = this.#replicas.filter(({ index }) => !tried.has(index))
    const wells = candidates.filter(({ well }) => well)
    for (const favourite of [this.#home, this.#substitute]) {
      const replica = wells.find(({ index }) => index === favourite)
      if (replica !== undefined) return replica
    }
    const pool = wells.length > 0 ? wells : candidates
    const chosen = pool[this.#options.random.integer(0, pool.length - 1)]
    // The first choice after a failure becomes where this caller stays meanwhile.
    if (chosen?.well) this.#substitute = chosen.index
    return chosen
  }

  /** It answered: whatever was thought of it, it is well. `requestId`: of the request it answered. */
  succeeded(replica: Replica, requestId?: string): void {
    if (replica.well) return
    replica.well = true
    replica.wellSinceMs = this.#options.nowMs()
    this.#stopProbing(replica.index)
    this.#options.logger.info({ replica: replica.address, requestId }, 'a replica answers again')
  }

  /** It cannot be reached, hangs, or cannot serve: others are asked until a probe succeeds. */
  failed(replica: Replica, reason: string, requestId?: string): void {
    if (!replica.well || this.#closed) return
    const { nowMs, probeIntervalMs, logger } = this.#options
    const wasWellForMs = nowMs() - replica.wellSinceMs
    replica.restMs =
      wasWellForMs > REST_MAX_MS ? probeIntervalMs : Math.min(2 * replica.restMs, REST_MAX_MS)
    replica.well = false
    const line = { replica: replica.address, reason, requestId }
    logger.warn(line, 'going on with other replicas')
    this.#scheduleProbe(replica, replica.restMs)
  }

  close(): void {
    this.#closed = true
    for (const index of this.#probes.keys()) this.#stopProbing(index)
  }

  #scheduleProbe(replica: Replica, delayMs: number): void {
    const { probe, probeIntervalMs } = this.#options
    const timer = setTimeout(async () => {
      const serving = await probe(replica.index)
      if (this.#closed || replica.well) return
      if (serving) this.succeeded(replica)
      else this.#scheduleProbe(replica, probeIntervalMs)
    }, delayMs)
    timer.unref()
    this.#probes.set(replica.index, timer)
  }

  #stopProbing(index: number): void {
    clearTimeout(this.#probes.get(index))
    this.#probes.delete(index)
  }
}
