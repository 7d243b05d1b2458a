/**
 * Builds what the core goes on from out of what storage holds. Throws CodecError on foreign bytes.
 */
import { assert } from '../../common/assert.ts'
import { decodeContext } from './applied-context.ts'
import type { SequencerConfig, SequencerOptions } from './config.ts'
import { blankScalars, decodeScalars, nextIncarnation, type Scalars } from './durable.ts'
import { decodeEntry } from './log-entry.ts'
import { RequestPool } from './request-pool.ts'
import type { SenderOrder } from './sender-order.ts'
import { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation } from './view.ts'
import { globalSequenceOf, step } from './view.ts'

export type Restored = {
  /** Of a new incarnation, not durable yet. */
  readonly scalars: Scalars
  readonly pool: RequestPool
  readonly log: SequenceLog
  readonly appliedUpTo: GlobalSequence
  /** Next localSequences after what is applied. */
  readonly appliedOrder: SenderOrder
}

export function restore(options: SequencerOptions, config: SequencerConfig): Restored {
  const { durable, plantedBug } = options
  const appliedUpTo = globalSequenceOf(durable.applied.index)
  const { viewId, order: appliedOrder } = decodeContext(durable.applied.context)
  const entries = durable.entries.map(decodeEntry)
  const first = entries[0]?.sequence.globalSequence ?? step(appliedUpTo, 1)
  assert(first <= appliedUpTo + 1, 'the log is not trimmed beyond what is applied')

  const pool = new RequestPool(config)
  const log = new SequenceLog({
    pool,
    order: appliedOrder.clone(),
    lastTrimmed: step(first, -1),
    trimmedView: first === appliedUpTo + 1 ? viewId : undefined,
    sequenceWindow: config.sequenceWindow,
    checkSenderOrder: plantedBug !== 'skipSenderOrder',
  })
  log.restore(entries, appliedUpTo)
  if (plantedBug !== 'acknowledgeBeforeDurable') {
    assert(log.receivedUpTo >= appliedUpTo, 'what is applied had been durable in the log')
  }
  for (const counter of log.order.counters()) pool.startAt(counter, counter.next)
  return { scalars: nextScalars(options, log), pool, log, appliedUpTo, appliedOrder }
}

/** The log may name a later incarnation than the stored one: from before the disk was lost. */
function nextScalars(options: SequencerOptions, { order }: SequenceLog): Scalars {
  const { durable, plantedBug, random, self, startedAtUnixMs } = options
  const stored = durable.meta === undefined ? undefined : decodeScalars(durable.meta)
  const highest = Math.max(stored?.incarnation ?? 0, order.highestIncarnation(self) ?? 0)
  const known = plantedBug === 'incarnationByClock' ? undefined : (highest as Incarnation)
  const incarnation = nextIncarnation({ known, startedAtUnixMs, random })
  if (stored === undefined) return blankScalars(incarnation)
  if (plantedBug === 'resumeOldView') return stored
  const scalars = { ...stored, incarnation }
  if (plantedBug === 'forgetPromise') return { ...scalars, promised: stored.installed?.id }
  return scalars
}
