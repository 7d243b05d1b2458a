/** How far a transfer is, for people: part of a replica's status. */
import type { MemberId } from '../../common/member.ts'
import type { Logger } from '../../platform/log.ts'
import type { LogIndex } from '../replicated-log.ts'

export type TransferProgress = {
  /** What comes here from another member; undefined: nothing. */
  readonly stateTransfer?: IncomingProgress | undefined
  /** What others may fetch from here; undefined: nothing. */
  readonly stateExports?: readonly OutgoingProgress[] | undefined
}

export type IncomingProgress =
  /** The source writes its export. */
  | { readonly kind: 'preparing'; readonly source: MemberId; readonly preparedBytes: number }
  | (Incoming & { readonly kind: 'fetching'; readonly source: MemberId })
  /** It lies beside the present state. */
  | (Incoming & { readonly kind: 'fetched' })
  | (Incoming & { readonly kind: 'installing'; readonly installedBytes: number })

type Incoming = {
  readonly index: LogIndex
  readonly receivedBytes: number
  readonly totalBytes: number
}

export type OutgoingProgress =
  | { readonly kind: 'preparing'; readonly sizeBytes: number }
  | {
      readonly kind: 'ready'
      readonly index: LogIndex
      readonly sizeBytes: number
      /** Since somebody fetched from it. */
      readonly idleMs: number
    }

const reportIntervalMs = 5_000

/** While `work` goes on, says in the log how far it is. */
export async function reported<T>(
  logger: Logger,
  progress: () => object | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(
    () => logger.info({ ...progress() }, 'state transfer'),
    reportIntervalMs,
  )
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
