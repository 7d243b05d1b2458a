/**
 * A member whose next entry nobody's log holds any more gets another member's state instead
 * (dissertation, section 5.2; here it is fetched by the member that needs it, not pushed). The
 * leader's part is one message that says so; everything else happens here.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { FetchState } from '../protocol.ts'
import type { LogIndex, Position } from '../replicated-log.ts'
import { seatOf } from './configuration.ts'
import { decodeAppliedContext } from './durable.ts'
import { noteTruncated } from './forward.ts'
import type { Progress } from './progress.ts'
import { becomeFollower } from './roles.ts'
import { refreshMembers } from './seats.ts'
import { commitTo, configurationOf, type FetchedState, type Leader, type Raft } from './state.ts'
import { asIndex, emptyPrefixIndex, type InstallState } from './types.ts'

/** The leader tells a follower that its log does not reach back so far. */
export function tellStranded(raft: Raft, leader: Leader, progress: Progress): void {
  progress.state = 'stranded'
  // Who is leaving needs no state to learn that.
  if (seatOf(configurationOf(raft), progress.member) === undefined) return
  progress.restoring = true
  const { log, term } = raft
  const lastTerm = log.termAt(log.baseIndex)
  assert(lastTerm !== undefined, 'a log knows the term at its base')
  const source = bestSource(raft, leader, progress.member)
  raft.outbox.send.push({
    to: progress.member,
    message: { kind: 'installState', term, lastIndex: log.baseIndex, lastTerm, source },
  })
}

/** Another follower that keeps up, so that the leader has no more to do than it has already. */
function bestSource(raft: Raft, leader: Leader, needy: MemberId): MemberId {
  let best: Progress | undefined
  for (const progress of leader.progress.values()) {
    const { member, state, matchIndex, activeTick } = progress
    const fit =
      member !== needy &&
      state === 'replicate' &&
      matchIndex >= raft.log.baseIndex &&
      raft.now - activeTick <= raft.options.heartbeatTicks * 3
    if (fit && (best === undefined || matchIndex > best.matchIndex)) best = progress
  }
  return best?.member ?? raft.self
}

/**
 * Terms are settled before it is called. A fetch under way goes on, though the leader's log may begin
 * later by now: begun anew each time, it would never end while much is written.
 */
export function receiveInstallState(raft: Raft, from: MemberId, message: InstallState): void {
  const { lastIndex, lastTerm, source } = message
  const { restoring } = raft
  // The leader's base is committed. Whoever has it in its log needs no state.
  if (raft.log.matches(lastIndex, lastTerm)) commitTo(raft, lastIndex)
  if (raft.commitIndex >= lastIndex) return
  if (restoring === undefined) {
    const others = raft.voters.filter((id) => ![raft.self, source, from].includes(id))
    const best = source === raft.self ? [from] : [...new Set([source, from])]
    fetchState(raft, { from: [...best, ...others], atLeast: lastIndex })
    return
  }
  if (restoring.kind !== 'fetching') return
  const atLeast = asIndex(Math.max(restoring.atLeast, lastIndex))
  // Of those who were to be asked perhaps nobody is left.
  if (!restoring.from.includes(from)) fetchState(raft, { from: [from, ...restoring.from], atLeast })
  else raft.restoring = { ...restoring, atLeast }
}

function fetchState(raft: Raft, wanted: FetchState): void {
  raft.restoring = { kind: 'fetching', ...wanted }
  raft.outbox.fetch = wanted
}

/** A state has arrived. It is committed as a whole. */
export function stateFetched(raft: Raft, { index, context }: Position): void {
  const { restoring } = raft
  if (restoring?.kind !== 'fetching') return
  raft.restoring = undefined
  if (context === undefined || index <= raft.commitIndex) return
  if (index < restoring.atLeast) {
    // Too old by now: the leader could not go on from there.
    fetchState(raft, restoring)
    return
  }
  const { entryTerm, knownTerm, configuration } = decodeAppliedContext(context)
  assert(configuration !== undefined, 'a state that can be needed knows its group')
  // A leader of an earlier term than was known where the state comes from may lack some of it, and
  // would be contradicted: this member must not follow it any more.
  if (knownTerm > raft.term && raft.plantedBug !== 'installForgetsTerm') {
    becomeFollower(raft, knownTerm, undefined)
  }
  raft.restoring = { kind: 'fetched', index, entryTerm, configuration }
}

/**
 * The index of the state that is to be installed now; from here on it is under way. Not if the log
 * leads there by now: what stands behind it may have been confirmed to the leader. Where the log
 * differs from the state, or ends before it, nothing beyond is committed, and all of it may go.
 */
export function beginInstall(raft: Raft): LogIndex | undefined {
  const { restoring, log } = raft
  if (restoring?.kind !== 'fetched') return undefined
  const { index, entryTerm } = restoring
  if (log.matches(index, entryTerm)) commitTo(raft, index)
  if (index <= raft.commitIndex) {
    raft.restoring = undefined
    return undefined
  }
  // Who campaigns might win, and a leader keeps its log.
  if (raft.role.kind !== 'follower') return undefined
  raft.restoring = { ...restoring, kind: 'installing' }
  return index
}

/** The state has taken the place of the old one and of the log, durably. */
export function installed(raft: Raft, state: FetchedState): void {
  const { index, entryTerm, configuration } = state
  raft.restoring = undefined
  const removed = raft.log.reset(index, entryTerm)
  if (raft.plantedBug === 'installKeepsTail') {
    for (const entry of removed) if (entry.index > index) raft.log.append(entry)
  }
  raft.configurations.reset({ index, configuration })
  raft.commitIndex = index
  raft.deliveredIndex = index
  raft.appliedIndex = index
  raft.appliedDurablyIndex = index
  raft.trimmedIndex = index
  raft.verifiedIndex = emptyPrefixIndex
  raft.heldByAllIndex = asIndex(Math.min(raft.heldByAllIndex, index))
  refreshMembers(raft)
  // A copy of what was in the log may be in the state: then its request id finds the result.
  noteTruncated(raft, removed)
}
