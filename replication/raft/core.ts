/**
 * Raft as the driver sees it: inputs in, Readys out. It only directs each input to the duty that it
 * belongs to; the rules stand in the files beside. No I/O, no clock, no randomness of its own.
 */
import { assert, unreachable } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type {
  ActionId,
  BarrierId,
  Completed,
  CoreStatus,
  ProposalId,
  ProtocolCore,
  Ready,
} from '../protocol.ts'
import type { GroupAction } from '../replicated-log.ts'
import { refusalReason } from './availability.ts'
import { tickLeader } from './check-quorum.ts'
import { advanceCommit } from './commit-rule.ts'
import { ownVoteIsDurable, tickElection } from './election.ts'
import {
  abandonProposal,
  type Proposal,
  propose,
  rejectProposals,
  tickForwards,
} from './forward.ts'
import { tickFormation } from './formation.ts'
import { noteHeldByAll } from './heartbeat.ts'
import { administer } from './membership.ts'
import { abandonBarrier, readBarrier, rejectBarriers, tickBarriers } from './read-index.ts'
import { gatherReady } from './ready.ts'
import { installed, stateFetched } from './restore.ts'
import { createRaft, type RaftCoreOptions } from './start.ts'
import type { Raft } from './state.ts'
import { statusOf } from './status.ts'
import { step } from './step.ts'
import { mayStop, stepAside, tickHandover } from './transfer.ts'
import type { RaftMessage } from './types.ts'

export class RaftCore implements ProtocolCore<RaftMessage> {
  readonly #raft: Raft

  /** Throws CodecError or InvariantError when `durable` is not what Raft left there. */
  constructor(options: RaftCoreOptions) {
    this.#raft = createRaft(options)
  }

  /** For tests and checks: look, don't touch. */
  get state(): Readonly<Raft> {
    return this.#raft
  }

  tick(): void {
    const raft = this.#raft
    raft.now += 1
    if (raft.role.kind === 'leader') tickLeader(raft, raft.role)
    else tickElection(raft)
    tickForwards(raft)
    tickBarriers(raft)
    tickFormation(raft)
    tickHandover(raft)
    const reason = refusalReason(raft)
    if (reason === undefined) return
    rejectProposals(raft, reason)
    rejectBarriers(raft, reason)
  }

  /**
   * From anybody: a leader may know of a configuration that this member does not. Only messages of
   * oneself are ignored.
   */
  receive(from: MemberId, message: RaftMessage): void {
    const raft = this.#raft
    if (from === raft.self) return
    raft.lastHeard.set(from, raft.now)
    step(raft, from, message)
  }

  propose(proposal: Proposal): void {
    propose(this.#raft, proposal)
  }

  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    switch (kind) {
      case 'proposal':
        abandonProposal(this.#raft, id as ProposalId)
        return
      case 'barrier':
        abandonBarrier(this.#raft, id as BarrierId)
        return
      default:
        unreachable(kind)
    }
  }

  readBarrier(id: BarrierId): void {
    readBarrier(this.#raft, id)
  }

  administer(id: ActionId, action: GroupAction): void {
    administer(this.#raft, id, action)
  }

  stepAside(): void {
    stepAside(this.#raft)
  }

  mayStop(): boolean {
    return mayStop(this.#raft)
  }

  takeReady(): Ready<RaftMessage> | undefined {
    return gatherReady(this.#raft)
  }

  advance(done: Completed): void {
    const raft = this.#raft
    switch (done.kind) {
      case 'persisted':
        persisted(raft)
        return
      case 'applied':
        assert(done.index <= raft.deliveredIndex, 'only what was delivered is applied')
        assert(done.index >= raft.appliedIndex, 'entries are applied in order')
        raft.appliedIndex = done.index
        return
      case 'appliedDurably':
        assert(done.index <= raft.appliedIndex, 'only what is applied is durably applied')
        if (done.index > raft.appliedDurablyIndex) raft.appliedDurablyIndex = done.index
        return
      case 'fetched':
        stateFetched(raft, done.position)
        return
      default:
        unreachable(done)
    }
  }

  unavailableReason(): string | undefined {
    return refusalReason(this.#raft)
  }

  status(): CoreStatus {
    return statusOf(this.#raft)
  }
}

/** The one write under way is durable: what it held counts now. */
function persisted(raft: Raft): void {
  const { writing } = raft
  assert(writing !== undefined, 'a log write was under way')
  raft.writing = undefined
  if (raft.restoring?.kind === 'installing') installed(raft, raft.restoring)
  else raft.log.confirmWritten()
  if (writing.term !== undefined) raft.diskIsNamed = true
  if (writing.term === raft.term) ownVoteIsDurable(raft)
  if (raft.role.kind !== 'leader') return
  advanceCommit(raft, raft.role)
  noteHeldByAll(raft, raft.role)
}
