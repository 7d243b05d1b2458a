/**
 * Builds what the core goes on from out of what storage holds. Throws CodecError on foreign bytes.
 */
import { assert } from '../../common/assert.ts'
import type { SequencerConfig, SequencerOptions } from './config.ts'
import { decodeMeta, nextIncarnation } from './incarnation.ts'
import { decodeEntry } from './log-entry.ts'
import { RequestPool } from './request-pool.ts'
import { SenderOrder } from './sender-order.ts'
import { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, Incarnation } from './view.ts'
import { globalSequenceOf, step } from './view.ts'

export type Restored = {
  readonly incarnation: Incarnation
  readonly pool: RequestPool
  readonly log: SequenceLog
  readonly appliedUpTo: GlobalSequence
  /** Next localSequences after what is applied. */
  readonly appliedOrder: SenderOrder
}

export function restore(options: SequencerOptions, config: SequencerConfig): Restored {
  const { durable, startedAtUnixMs, random, plantedBug } = options
  const stored = durable.meta === undefined ? undefined : decodeMeta(durable.meta)
  const appliedUpTo = globalSequenceOf(durable.applied.index)
  const appliedOrder = SenderOrder.decode(durable.applied.context)
  const entries = durable.entries.map(decodeEntry)
  const first = entries[0]?.sequence.globalSequence ?? step(appliedUpTo, 1)
  assert(first <= appliedUpTo + 1, 'the log is not trimmed beyond what is applied')

  const pool = new RequestPool(config)
  const log = new SequenceLog({
    pool,
    order: appliedOrder.clone(),
    lastTrimmed: step(first, -1),
    sequenceWindow: config.sequenceWindow,
    checkSenderOrder: plantedBug !== 'skipSenderOrder',
  })
  log.restore(entries, appliedUpTo)
  if (plantedBug !== 'acknowledgeBeforeDurable') {
    assert(log.receivedUpTo >= appliedUpTo, 'what is applied had been durable in the log')
  }
  for (const { sender, incarnation, next } of log.order.counters()) {
    pool.startAt({ sender, incarnation }, next)
  }
  const incarnation = nextIncarnation({ stored, startedAtUnixMs, random })
  return { incarnation, pool, log, appliedUpTo, appliedOrder }
}
