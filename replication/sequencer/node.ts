/**
 * All that one member consists of, and how it is put together. What lives on through views stands
 * here; the duties within one view are made anew for each (duties.ts). It decides nothing.
 */
import type { MemberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { Random } from '../../common/random.ts'
import type { Administered, FetchState, Rejected } from '../protocol.ts'
import type { Position } from '../replicated-log.ts'
import { Answers } from './answers.ts'
import { Barriers } from './barriers.ts'
import type { PlantedBug, SequencerConfig, SequencerOptions } from './config.ts'
import { defaultSequencerConfig, ticksOf } from './config.ts'
import { Delivery } from './delivery.ts'
import type { Scalars } from './durable.ts'
import { Damping } from './membership/damping.ts'
import { JoinTable } from './membership/join-table.ts'
import type { State } from './membership/state.ts'
import { Transitions } from './membership/transitions.ts'
import { Outbox } from './outbox.ts'
import { OwnRequests } from './own-requests.ts'
import { type RepairCounters, zeroRepairCounters } from './repair-counters.ts'
import type { RequestPool } from './request-pool.ts'
import { restore } from './restore.ts'
import type { SequenceLog } from './sequence-log.ts'
import type { GlobalSequence, ProposedView, ViewId } from './view.ts'
import { Writes } from './writes.ts'

export type Node = {
  readonly self: MemberId
  /** The configured members, ascending. */
  readonly universe: readonly MemberId[]
  /** A majority of the universe. */
  readonly quorum: number
  readonly cluster: number
  readonly config: SequencerConfig
  readonly random: Random
  readonly startedAtUnixMs: number
  readonly plantedBug: PlantedBug | undefined
  now: number
  /** Finer than ticks, on the driver's clock: as of the last Ready. Repair lives by it. */
  nowMs: number
  /** As the next write will have them; a promise counts from here on, its answer from its write on. */
  scalars: Scalars
  state: State
  readonly writes: Writes
  readonly pool: RequestPool
  readonly log: SequenceLog
  own: OwnRequests
  readonly delivery: Delivery
  readonly answers: Answers
  readonly repairCounters: RepairCounters
  readonly barriers: Barriers
  readonly outbox: Outbox
  readonly table: JoinTable
  readonly damping: Damping
  readonly transitions: Transitions
  /** What is ≤ it is stable, as far as this member knows from any view. */
  stableUpTo: GlobalSequence
  /** Highest k that anybody operational has told to be stable, while this member is outside. */
  stableElsewhere: GlobalSequence
  /** See SequencerConfig.nearEntries. */
  isNear: boolean
  /** When a view was left, or this process started. */
  withoutViewSinceTick: number
  hasBeenOperational: boolean
  /** Proposals of views that came to nothing since the last view: timeouts grow with them. */
  failedProposals: number
  joinNumber: number
  /** Another member's state: wished for; lying beside the present one. */
  wish: FetchState | undefined
  fetched: Position | undefined
  /** The view left last, for the planted bug `barrierFromOldView`. */
  left: { readonly viewId: ViewId; readonly receivedUpTo: GlobalSequence } | undefined
  /** The view that was recovered last, for the planted bug `installUnpromised`. */
  earlier: ProposedView | undefined
  isTrimDue: boolean
  isLeaving: boolean
  /** From whatever state. Handed in: gather leads to all others, and all of them lead to it. */
  readonly returnToGather: (reason: string) => void
  rejected: Rejected[]
  administered: Administered[]
  ignored: number
}

export function createNode(
  options: SequencerOptions,
  enterGather: (node: Node, reason: string) => void,
): Node {
  const config = { ...defaultSequencerConfig, ...options.config }
  const { self, cluster, random, plantedBug, startedAtUnixMs } = options
  const universe = [...options.members].sort((a, b) => a - b)
  const quorum = quorumOf(universe.length)
  const { scalars, pool, log, appliedUpTo, appliedOrder } = restore(options, config)
  const repairCounters = zeroRepairCounters()
  const node: Node = {
    self,
    universe,
    quorum,
    cluster,
    config,
    random,
    startedAtUnixMs,
    plantedBug,
    now: 0,
    nowMs: 0,
    scalars,
    state: { kind: 'starting' },
    writes: new Writes(),
    pool,
    log,
    own: new OwnRequests(self, scalars.incarnation, config),
    delivery: new Delivery({
      log,
      order: appliedOrder,
      appliedUpTo,
      proposalOf: (id) => node.own.delivered(id),
    }),
    answers: new Answers({
      pool,
      // What was issued and is not durable may be asked for, too: it promises nothing.
      servable: (k) => log.get(k),
      suppressMs: config.repairMinMs / 2,
      answersMaxBytes: config.answersMaxBytes,
      counters: repairCounters,
    }),
    repairCounters,
    barriers: new Barriers({
      incarnation: () => node.scalars.incarnation,
      answersNeeded: Math.max(0, quorum - 1 - (plantedBug === 'barrierBelowQuorum' ? 1 : 0)),
      askAgainMinTicks: ticksOf(config.repairMaxMs, config),
      askAgainMaxTicks: ticksOf(config.repairBackoffMaxMs, config),
    }),
    outbox: new Outbox(config.messageTargetBytes),
    table: new JoinTable(self),
    damping: new Damping({
      firstTicks: ticksOf(config.dampingMs, config),
      maxTicks: ticksOf(config.dampingMaxMs, config),
    }),
    transitions: new Transitions(),
    stableUpTo: appliedUpTo,
    stableElsewhere: appliedUpTo,
    isNear: false,
    withoutViewSinceTick: 0,
    hasBeenOperational: false,
    failedProposals: 0,
    joinNumber: 0,
    wish: undefined,
    fetched: undefined,
    left: undefined,
    earlier: undefined,
    isTrimDue: false,
    isLeaving: false,
    returnToGather: (reason) => enterGather(node, reason),
    rejected: [],
    administered: [],
    ignored: 0,
  }
  return node
}

export function ticks(node: Pick<Node, 'config'>, ms: number): number {
  return ticksOf(ms, node.config)
}
