/**
 * Gathers the next Ready: what leaves at once, what is written, what leaves after that, and what is
 * delivered. The rules of replication/protocol.ts on order and durability are kept here.
 */
import type { Delivered, DeliveredCommand, LogWrite, Outgoing, Ready } from '../protocol.ts'
import { emptyReady } from '../protocol.ts'
import { encodeAppliedTerm, encodeTermAndVote } from './durable.ts'
import { drainProposals, settleDelivered } from './forward.ts'
import { drainBarriers } from './read-index.ts'
import { acceptedUpTo } from './receive-append.ts'
import { replicate } from './replication.ts'
import { isSettled, type Raft } from './state.ts'
import { nextTrim } from './trim.ts'
import { asIndex, type Entry, type RaftMessage, type Term } from './types.ts'

export function gatherReady(raft: Raft): Ready<RaftMessage> | undefined {
  drainProposals(raft)
  drainBarriers(raft)
  if (raft.role.kind === 'leader') replicate(raft, raft.role)

  const settled = isSettled(raft)
  const persist = nextWrite(raft)
  const promises = settled || persist !== undefined ? takePromises(raft) : []
  const { outbox } = raft
  const ready: Ready<RaftMessage> = {
    ...emptyReady,
    send: settled && promises.length > 0 ? [...outbox.send, ...promises] : outbox.send,
    persist,
    sendAfterPersist: settled ? [] : promises,
    deliver: nextDeliveries(raft),
    barriers: outbox.barriers,
    rejected: outbox.rejected,
    trimTo: nextTrim(raft),
    administered: outbox.administered,
  }
  if (isEmpty(ready)) return undefined
  outbox.send = []
  outbox.barriers = []
  outbox.rejected = []
  outbox.administered = []
  return ready
}

/** Everything that is not durable yet, once the write before it is. */
function nextWrite(raft: Raft): LogWrite | undefined {
  if (raft.writing !== undefined) return undefined
  if (!raft.metaChanged && !raft.log.hasUnwritten) return undefined
  const meta = raft.metaChanged ? encodeTermAndVote(raft) : undefined
  raft.writing = { term: meta === undefined ? undefined : raft.term }
  raft.metaChanged = false
  return { entries: raft.log.takeUnwritten(), truncateFrom: undefined, meta }
}

/**
 * Promises are about everything as it stands. So they wait while a write is under way, and leave
 * with the next, or at once when there is nothing left to write.
 */
function takePromises(raft: Raft): readonly Outgoing<RaftMessage>[] {
  const { outbox, leader } = raft
  const { promises, accepted } = outbox
  if (accepted !== undefined && leader !== undefined) {
    promises.push({ to: leader, message: acceptedUpTo(raft, accepted) })
  }
  outbox.promises = []
  outbox.accepted = undefined
  return promises
}

/**
 * Committed, durable here, and not too far ahead of what is applied. Durable here, because after a
 * crash the database must not know more than the log.
 */
function nextDeliveries(raft: Raft): readonly Delivered[] {
  const { log, options } = raft
  const ahead = raft.appliedIndex + options.deliverAheadEntriesMax
  const upTo = Math.min(raft.commitIndex, log.durableIndex, ahead)
  const deliveries: Delivered[] = []
  for (let index = raft.deliveredIndex + 1; index <= upTo; index += 1) {
    const entry = log.entryAt(asIndex(index))
    deliveries.push({
      index: entry.index,
      commands: commandsOf(raft, entry),
      context: contextOf(raft, entry.term),
    })
  }
  if (upTo > raft.deliveredIndex) raft.deliveredIndex = asIndex(upTo)
  return deliveries
}

function commandsOf(raft: Raft, entry: Entry): readonly DeliveredCommand[] {
  if (entry.kind === 'noop') return []
  return [{ proposal: settleDelivered(raft, entry), payload: entry.payload }]
}

/** The term, for the database to keep beside its position. Made once for all entries of a term. */
function contextOf(raft: Raft, term: Term): Uint8Array {
  if (raft.appliedContext?.term !== term) {
    raft.appliedContext = { term, bytes: encodeAppliedTerm(term) }
  }
  return raft.appliedContext.bytes
}

function isEmpty(ready: Ready<RaftMessage>): boolean {
  return (
    ready.send.length === 0 &&
    ready.persist === undefined &&
    ready.deliver.length === 0 &&
    ready.barriers.length === 0 &&
    ready.rejected.length === 0 &&
    ready.administered.length === 0 &&
    ready.trimTo === undefined
  )
}
