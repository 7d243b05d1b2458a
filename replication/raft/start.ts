/**
 * What a member is when its process starts: made from what its disk holds, and from nothing else.
 */
import { assert } from '../../common/assert.ts'
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { DurableState } from '../protocol.ts'
import { ConfigurationHistory, type PlacedConfiguration } from './configuration-history.ts'
import { decodeAppliedContext, decodeScalars, type DurableScalars } from './durable.ts'
import { decodeEntry } from './entry.ts'
import { type LogStart, RaftLog } from './log.ts'
import { checkRaftOptions, defaultRaftOptions, type RaftOptions } from './options.ts'
import { refreshMembers } from './seats.ts'
import type { PlantedBug, Raft } from './state.ts'
import {
  asIndex,
  type Configuration,
  type DiskId,
  emptyPrefixIndex,
  emptyPrefixTerm,
  type Incarnation,
  type ReadToken,
} from './types.ts'

export type RaftCoreOptions = {
  readonly self: MemberId
  /**
   * Whom this member was configured with, oneself included. They form the group if all their disks
   * are blank; from then on the log tells who belongs to it.
   */
  readonly members: readonly Member[]
  /** The name of this member's disk if it has none yet. Drawn like `incarnation`. */
  readonly newDisk: DiskId
  /** Drawn anew at each start, uniformly among safe integers: see Incarnation. */
  readonly incarnation: Incarnation
  /** Election timeouts come from it; different members must get different ones. */
  readonly random: Random
  readonly durable: DurableState
  readonly options?: Partial<RaftOptions>
  readonly plantedBug?: PlantedBug | undefined
}

/**
 * Throws CodecError when the disk holds what Raft did not write; InvariantError when its parts do
 * not fit.
 */
export function createRaft(given: RaftCoreOptions): Raft {
  const options = { ...defaultRaftOptions, ...given.options }
  checkRaftOptions(options)
  assert(
    given.members.some(({ id }) => id === given.self),
    'a member belongs to its own group',
  )
  const { scalars, isNew } = scalarsAtStart(given)
  const { term, votedFor, founding, disk } = scalars
  const start = logStart(given.durable)
  const log = new RaftLog(start, { confirmReplaced: given.plantedBug === 'confirmReplaced' })
  assert(log.lastTerm <= term, 'no entry is of a later term than the durable one')
  const applied = given.durable.applied.index
  assert(applied <= log.lastIndex, 'what is applied is in the log')
  const raft: Raft = {
    self: given.self,
    configured: given.members,
    options,
    incarnation: given.incarnation,
    random: given.random,
    plantedBug: given.plantedBug,
    now: 0,
    lastHeard: new Map(),
    term,
    votedFor,
    metaChanged: isNew,
    log,
    writing: undefined,
    disk,
    founding,
    configurations: new ConfigurationHistory(knownConfigurations(given.durable, founding, log)),
    peers: [],
    voters: [],
    quorum: 0,
    votes: false,
    peersChanged: false,
    diskIsNamed: given.durable.meta !== undefined,
    outsiders: new Map(),
    answers: new Map(),
    nextAskTick: 0,
    restoring: undefined,
    unseatedTick: undefined,
    handover: undefined,
    leavingSince: undefined,
    role: { kind: 'follower' },
    leader: undefined,
    leaderlessSince: 0,
    electionElapsed: 0,
    electionTimeout: given.random.integer(options.electionMinTicks, options.electionMaxTicks),
    commitIndex: applied,
    deliveredIndex: applied,
    appliedIndex: applied,
    appliedDurablyIndex: applied,
    verifiedIndex: emptyPrefixIndex,
    uncommittedBytes: 0,
    heldByAllIndex: log.baseIndex,
    trimmedIndex: log.baseIndex,
    trimCheckedTick: 0,
    appliedContext: undefined,
    proposals: { byId: new Map(), waiting: new Set(), sizeBytes: 0, nextRetryTick: 0 },
    barriers: { waiting: new Set(), asked: undefined, nextToken: 1 as ReadToken },
    outbox: {
      send: [],
      promises: [],
      accepted: undefined,
      barriers: [],
      rejected: [],
      administered: [],
      fetch: undefined,
    },
  }
  refreshMembers(raft)
  return raft
}

/**
 * The position is committed asynchronously, and may survive a crash that the write of the term, begun
 * at the same time, did not. Whoever leads an earlier term than the one in which the position was
 * known to be committed may lack what is applied here: it must not be listened to. This member has
 * voted for nobody in the later term, or its vote would be on the disk.
 */
function scalarsAtStart({ durable, newDisk }: RaftCoreOptions): {
  readonly scalars: DurableScalars
  /** They differ from what is on the disk. */
  readonly isNew: boolean
} {
  const { meta, applied } = durable
  const blank = { disk: newDisk, term: emptyPrefixTerm, votedFor: undefined, founding: undefined }
  const scalars = meta === undefined ? blank : decodeScalars(meta)
  const { context } = applied
  const knownTerm =
    context === undefined ? emptyPrefixTerm : decodeAppliedContext(context).knownTerm
  if (knownTerm <= scalars.term) return { scalars, isNew: meta === undefined }
  return { scalars: { ...scalars, term: knownTerm, votedFor: undefined }, isNew: true }
}

/**
 * Storage keeps the entry at the base (see trim.ts), so that its term is known. A log that begins
 * behind the applied position, or an empty one, begins there: a state was installed. Then its term
 * was stored beside the position.
 */
function logStart({ entries, applied }: DurableState): LogStart {
  const decoded = entries.map(({ index, bytes }) => decodeEntry(index, bytes))
  const first = decoded[0]
  if (first === undefined || first.index === applied.index + 1) {
    const { context } = applied
    const baseTerm =
      context === undefined ? emptyPrefixTerm : decodeAppliedContext(context).entryTerm
    return { baseIndex: applied.index, baseTerm, entries: decoded }
  }
  if (first.index === 1) {
    return { baseIndex: emptyPrefixIndex, baseTerm: emptyPrefixTerm, entries: decoded }
  }
  assert(first.index <= applied.index, 'only what is applied is trimmed')
  return { baseIndex: first.index, baseTerm: first.term, entries: decoded.slice(1) }
}

/** What was in force at the applied position, and what the log names behind it. */
function knownConfigurations(
  { applied }: DurableState,
  founding: Configuration | undefined,
  log: RaftLog,
): readonly PlacedConfiguration[] {
  const context = applied.context && decodeAppliedContext(applied.context)
  const before = context?.configuration ?? founding
  const known: PlacedConfiguration[] =
    before === undefined ? [] : [{ index: applied.index, configuration: before }]
  for (let index = applied.index + 1; index <= log.lastIndex; index += 1) {
    const entry = log.entryAt(asIndex(index))
    if (entry.kind !== 'configuration') continue
    known.push({ index: entry.index, configuration: entry.configuration })
  }
  return known
}
