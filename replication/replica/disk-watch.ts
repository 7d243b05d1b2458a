/** Says that a replica's disk is filling up while there is still time; shows how much is free. */
import { Gauge } from 'prom-client'
import type { Logger } from '../../platform/log.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { freeBytes } from '../../platform/postgres/disk-space.ts'
import type { Clock } from '../ports.ts'

const lookEveryMs = 15_000
/** As much as PostgreSQL's write-ahead log may take. */
const lowBytes = 256 * 1024 * 1024
const bytesPerMb = 1024 * 1024

export type DiskWatchOptions = {
  /** Undefined: the database is on somebody else's disk, and nothing is watched. */
  readonly directory: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export function watchDiskSpace(options: DiskWatchOptions): { stop(): void } {
  const { directory, clock, logger, metrics } = options
  if (directory === undefined) return { stop: () => undefined }
  let isLow = false

  const look = async (): Promise<void> => {
    try {
      const free = await freeBytes(directory)
      if (free < lowBytes === isLow) return
      isLow = free < lowBytes
      const freeMb = Math.floor(free / bytesPerMb)
      if (isLow) logger.warn({ freeMb, directory }, 'the disk is almost full: make room')
      else logger.info({ freeMb, directory }, 'there is room on the disk again')
    } catch (error) {
      logger.warn({ err: error, directory }, 'how much is free on the disk cannot be seen')
    }
  }

  new Gauge({
    name: 'agora_replica_disk_free_bytes',
    help: 'Free where the database lies',
    registers: [metrics],
    async collect() {
      this.set(await freeBytes(directory))
    },
  })
  void look()
  const timer = clock.every(lookEveryMs, () => void look())
  return { stop: () => timer.cancel() }
}
