/**
 * Gathers the next Ready: what leaves at once, what is written, what leaves after that, and what is
 * delivered. The rules of replication/protocol.ts on order and durability are kept here.
 */
import type { Member } from '../../common/host-port.ts'
import type {
  Delivered,
  DeliveredCommand,
  Install,
  LogWrite,
  Outgoing,
  Ready,
} from '../protocol.ts'
import type { LogIndex } from '../replicated-log.ts'
import { encodeAppliedContext, encodeScalars } from './durable.ts'
import { drainProposals, settleDelivered } from './forward.ts'
import { settleConfiguration } from './membership.ts'
import { drainBarriers } from './read-index.ts'
import { acceptedUpTo } from './receive-append.ts'
import { replicate } from './replication.ts'
import { beginInstall } from './restore.ts'
import { peersOf } from './seats.ts'
import { isSettled, type Raft } from './state.ts'
import { driveTransfer } from './transfer.ts'
import { nextTrim } from './trim.ts'
import { asIndex, type Entry, type RaftBody, type RaftMessage, type Term } from './types.ts'

export function gatherReady(raft: Raft): Ready<RaftMessage> | undefined {
  settleConfiguration(raft)
  drainProposals(raft)
  drainBarriers(raft)
  if (raft.role.kind === 'leader') {
    replicate(raft, raft.role)
    driveTransfer(raft, raft.role)
  }

  const settled = isSettled(raft)
  const install = nextInstall(raft)
  const persist = nextWrite(raft)
  const writes = persist !== undefined || install !== undefined
  const promises = settled || writes ? takePromises(raft) : []
  const { outbox } = raft
  const ready: Ready<RaftMessage> = {
    send: raft.diskIsNamed
      ? sealed(raft, settled ? [...outbox.send, ...promises] : outbox.send)
      : [],
    persist,
    install,
    sendAfterPersist: settled ? [] : sealed(raft, promises),
    deliver: nextDeliveries(raft),
    barriers: outbox.barriers,
    rejected: outbox.rejected,
    trimTo: nextTrim(raft),
    peers: nextPeers(raft),
    fetch: outbox.fetch,
    administered: outbox.administered,
  }
  if (isEmpty(ready)) return undefined
  outbox.send = []
  outbox.barriers = []
  outbox.rejected = []
  outbox.fetch = undefined
  outbox.administered = []
  return ready
}

/** Every message says which disk speaks. The same to several stays the same: it is encoded once. */
function sealed({ disk }: Raft, outgoing: readonly Outgoing<RaftBody>[]): Outgoing<RaftMessage>[] {
  const known = new Map<RaftBody, RaftMessage>()
  return outgoing.map(({ to, message }) => {
    const before = known.get(message)
    if (before !== undefined) return { to, message: before }
    const first = { ...message, disk }
    known.set(message, first)
    return { to, message: first }
  })
}

function nextPeers(raft: Raft): readonly Member[] | undefined {
  if (!raft.peersChanged) return undefined
  raft.peersChanged = false
  return peersOf(raft).map(({ id, host, port }) => ({ id, host, port }))
}

/** A state that lies ready takes the place of the log: what the log still had to write is void. */
function nextInstall(raft: Raft): Install | undefined {
  if (raft.writing !== undefined) return undefined
  const index = beginInstall(raft)
  if (index === undefined) return undefined
  raft.writing = { term: raft.term }
  raft.metaChanged = false
  raft.outbox.accepted = undefined
  return { index, meta: encodeScalars(raft) }
}

/** Everything that is not durable yet, once the write before it is. */
function nextWrite(raft: Raft): LogWrite | undefined {
  if (raft.writing !== undefined) return undefined
  if (!raft.metaChanged && !raft.log.hasUnwritten) return undefined
  const meta = raft.metaChanged ? encodeScalars(raft) : undefined
  raft.writing = { term: meta === undefined ? undefined : raft.term }
  raft.metaChanged = false
  return { entries: raft.log.takeUnwritten(), truncateFrom: undefined, meta }
}

/**
 * Promises are about everything as it stands. So they wait while a write is under way, and leave
 * with the next, or at once when there is nothing left to write.
 */
function takePromises(raft: Raft): readonly Outgoing<RaftBody>[] {
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
 * crash the database must not know more than the log. Nothing while a state is being installed.
 */
function nextDeliveries(raft: Raft): readonly Delivered[] {
  if (raft.restoring?.kind === 'installing') return []
  const { log, options } = raft
  const ahead = raft.appliedIndex + options.deliverAheadEntriesMax
  const upTo = Math.min(raft.commitIndex, log.durableIndex, ahead)
  const deliveries: Delivered[] = []
  for (let index = raft.deliveredIndex + 1; index <= upTo; index += 1) {
    const entry = log.entryAt(asIndex(index))
    deliveries.push({
      index: entry.index,
      commands: commandsOf(raft, entry),
      context: contextOf(raft, entry.index, entry.term),
    })
  }
  if (upTo > raft.deliveredIndex) {
    raft.deliveredIndex = asIndex(upTo)
    raft.configurations.forgetBefore(raft.deliveredIndex)
  }
  return deliveries
}

function commandsOf(raft: Raft, entry: Entry): readonly DeliveredCommand[] {
  if (entry.kind !== 'command') return []
  return [{ proposal: settleDelivered(raft, entry), payload: entry.payload }]
}

/** For the database to keep beside its position. Made once for all entries that it is the same for. */
function contextOf(raft: Raft, index: LogIndex, entryTerm: Term): Uint8Array {
  const of = { entryTerm, knownTerm: raft.term, configuration: raft.configurations.at(index) }
  const last = raft.appliedContext
  const same =
    last !== undefined &&
    last.of.entryTerm === of.entryTerm &&
    last.of.knownTerm === of.knownTerm &&
    last.of.configuration === of.configuration
  if (same) return last.bytes
  const bytes = encodeAppliedContext(of)
  raft.appliedContext = { of, bytes }
  return bytes
}

function isEmpty(ready: Ready<RaftMessage>): boolean {
  const { send, persist, install, deliver, barriers, rejected, administered } = ready
  const lists = [send, deliver, barriers, rejected, administered]
  const wishes = [persist, install, ready.trimTo, ready.peers, ready.fetch]
  return lists.every((list) => list.length === 0) && wishes.every((wish) => wish === undefined)
}
