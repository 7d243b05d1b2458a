/**
 * Proposals taken at this replica, from propose() until they are delivered here. They go to the
 * leader, again and again until they show up in this replica's own log; a copy too many is
 * harmless, because the state machine applies each request id once. It must not know how entries
 * spread.
 */
import { assert } from '../../common/assert.ts'
import type { ErrorCode } from '../../common/errors.ts'
import type { MemberId } from '../../common/member.ts'
import type { ProposalId } from '../protocol.ts'
import { commandEntry } from './entry.ts'
import { nextIndexAfter, type PendingProposal, type Raft } from './state.ts'
import { refusalReason } from './availability.ts'
import type { Entry, Forward, ForwardedProposal, ProposalOrigin } from './types.ts'

export type Proposal = { readonly id: ProposalId; readonly payload: Uint8Array }

/** Takes a proposal, or refuses it for good. */
export function propose(raft: Raft, { id, payload }: Proposal): void {
  const { proposals, options } = raft
  assert(!proposals.byId.has(id), 'a proposal id is used once')
  const { payloadMaxBytes, pendingProposalsMax, pendingProposalsMaxBytes } = options
  const refuse = (code: ErrorCode, message: string) => {
    raft.outbox.rejected.push({ kind: 'proposal', id, code, definite: true, message })
  }
  if (payload.length > payloadMaxBytes) {
    const message = `the command takes ${payload.length} bytes, more than ${payloadMaxBytes}`
    refuse('BODY_TOO_LARGE', message)
    return
  }
  const reason = refusalReason(raft)
  if (reason !== undefined) {
    refuse('UNAVAILABLE', reason)
    return
  }
  const sizeBytes = proposals.sizeBytes + payload.length
  if (proposals.byId.size >= pendingProposalsMax || sizeBytes > pendingProposalsMaxBytes) {
    const message = `${proposals.byId.size} commands already wait at this replica`
    refuse('OVERLOADED', message)
    return
  }
  const proposal: PendingProposal = {
    id,
    payload,
    stage: 'waiting',
    everLeft: false,
    forwardedTick: 0,
    forwards: 0,
  }
  proposals.byId.set(id, proposal)
  proposals.waiting.add(proposal)
  proposals.sizeBytes = sizeBytes
}

/** The caller has gone: nothing is withdrawn, but nothing is sent again either. */
export function abandonProposal(raft: Raft, id: ProposalId): void {
  const proposal = raft.proposals.byId.get(id)
  if (proposal !== undefined) forget(raft, proposal)
}

/** Sends what waits on its way: into the own log if this member leads, else to the leader. */
export function drainProposals(raft: Raft): void {
  if (raft.proposals.waiting.size === 0 || raft.leader === undefined) return
  if (raft.role.kind === 'leader') {
    if (raft.role.transfer === undefined) appendWaiting(raft)
  } else forwardWaiting(raft, raft.leader)
}

function appendWaiting(raft: Raft): void {
  for (const { id, payload } of raft.proposals.waiting) {
    if (!hasRoom(raft)) return
    appendCommand(raft, { member: raft.self, incarnation: raft.incarnation, proposal: id }, payload)
  }
}

function forwardWaiting(raft: Raft, leader: MemberId): void {
  const { forwardProposalsMax, forwardSizeMaxBytes } = raft.options
  let batch: ForwardedProposal[] = []
  let sizeBytes = 0
  const flush = () => {
    if (batch.length === 0) return
    const message: Forward = { kind: 'forward', incarnation: raft.incarnation, proposals: batch }
    raft.outbox.send.push({ to: leader, message })
    batch = []
    sizeBytes = 0
  }
  for (const proposal of raft.proposals.waiting) {
    const { id, payload } = proposal
    if (batch.length >= forwardProposalsMax || sizeBytes + payload.length > forwardSizeMaxBytes) {
      flush()
    }
    batch.push({ id, payload })
    sizeBytes += payload.length
    proposal.stage = 'forwarded'
    proposal.everLeft = true
    proposal.forwardedTick = raft.now
    proposal.forwards += 1
  }
  flush()
  raft.proposals.waiting.clear()
}

/**
 * Another replica's proposals. Who does not lead ignores them, and so does a leader that hands over
 * or has too much uncommitted: the replica that took them still holds them and asks again.
 */
export function receiveForward(raft: Raft, from: MemberId, message: Forward): void {
  if (raft.role.kind !== 'leader' || raft.role.transfer !== undefined) return
  const { forwarded } = raft.role
  const { incarnation, proposals } = message
  for (const { id, payload } of proposals) {
    const origin = { member: from, incarnation, proposal: id }
    const name = originName(origin)
    if (payload.length > raft.options.payloadMaxBytes || forwarded.has(name)) continue
    if (!hasRoom(raft)) return
    forwarded.add(name)
    appendCommand(raft, origin, payload)
  }
}

/**
 * Under this name a leader knows what it has in its log already, uncommitted. It is asked again for what
 * takes long; if it took that, too, a group that is slow would have ever more to do.
 */
export function originName({ member, incarnation, proposal }: ProposalOrigin): string {
  return `${member}/${incarnation}/${proposal}`
}

function hasRoom(raft: Raft): boolean {
  const { uncommittedEntriesMax, uncommittedMaxBytes } = raft.options
  const entries = raft.log.lastIndex - raft.commitIndex
  return entries < uncommittedEntriesMax && raft.uncommittedBytes < uncommittedMaxBytes
}

function appendCommand(raft: Raft, origin: ProposalOrigin, payload: Uint8Array): void {
  const index = nextIndexAfter(raft.log.lastIndex)
  const entry = commandEntry({ index, term: raft.term, origin, payload })
  raft.log.append(entry)
  raft.uncommittedBytes += entry.bytes.length
  noteLogged(raft, entry)
  // Its caller waits until the entry is there, too.
  if (raft.role.kind === 'leader') raft.role.awaiting.add(origin.member)
}

/**
 * An entry has come into this member's log. If it is ours it has reached a leader: stop sending.
 */
export function noteLogged(raft: Raft, entry: Entry): void {
  const proposal = ours(raft, entry)
  if (proposal === undefined) return
  raft.proposals.waiting.delete(proposal)
  proposal.stage = 'logged'
  proposal.everLeft = true
}

/** Entries have been replaced by those of a later leader: that one must be asked. */
export function noteTruncated(raft: Raft, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const proposal = ours(raft, entry)
    if (proposal?.stage === 'logged') putBack(raft, proposal)
  }
}

/** An entry is delivered: whose caller waits here? Undefined for a copy too many. */
export function settleDelivered(raft: Raft, entry: Entry): ProposalId | undefined {
  const proposal = ours(raft, entry)
  if (proposal === undefined) return undefined
  forget(raft, proposal)
  return proposal.id
}

/** Another leader, or none: what the last one was sent may be lost. */
export function requeueForwarded(raft: Raft): void {
  for (const proposal of raft.proposals.byId.values()) {
    if (proposal.stage !== 'forwarded') continue
    proposal.forwards = 0
    putBack(raft, proposal)
  }
}

/** Forwards again, at a bounded rate and ever more rarely, what does not show up in the log. */
export function tickForwards(raft: Raft): void {
  const { proposals, options, now } = raft
  if (proposals.byId.size === 0 || now < proposals.nextRetryTick) return
  proposals.nextRetryTick = now + Math.ceil(options.forwardRetryTicks / 5)
  let again = 0
  for (const proposal of proposals.byId.values()) {
    if (proposal.stage !== 'forwarded') continue
    const patience = options.forwardRetryTicks * 2 ** Math.min(proposal.forwards - 1, 3)
    if (now - proposal.forwardedTick < patience) continue
    putBack(raft, proposal)
    again += 1
    if (again >= options.forwardAgainMax) return
  }
}

/** No leader for too long: nobody is kept waiting for nothing. */
export function rejectProposals(raft: Raft, reason: string): void {
  for (const { id, everLeft } of raft.proposals.byId.values()) {
    const message = everLeft ? `${reason} The command may still be carried out.` : reason
    raft.outbox.rejected.push({
      kind: 'proposal',
      id,
      code: 'UNAVAILABLE',
      definite: !everLeft,
      message,
    })
  }
  raft.proposals.byId.clear()
  raft.proposals.waiting.clear()
  raft.proposals.sizeBytes = 0
}

function ours(raft: Raft, entry: Entry): PendingProposal | undefined {
  if (entry.kind !== 'command') return undefined
  const { member, incarnation, proposal } = entry.origin
  if (member !== raft.self || incarnation !== raft.incarnation) return undefined
  return raft.proposals.byId.get(proposal)
}

function putBack(raft: Raft, proposal: PendingProposal): void {
  proposal.stage = 'waiting'
  raft.proposals.waiting.add(proposal)
}

function forget(raft: Raft, proposal: PendingProposal): void {
  raft.proposals.byId.delete(proposal.id)
  raft.proposals.waiting.delete(proposal)
  raft.proposals.sizeBytes -= proposal.payload.length
}
