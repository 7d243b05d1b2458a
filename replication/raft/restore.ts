/**
 * A member whose next entry nobody's log holds any more gets another member's state instead
 * (dissertation, section 5.2; here it is fetched by the member that needs it, not pushed). The
 * leader's part is one message that says so; everything else happens here.
 */
import { assert } from '../../common/assert.ts'
import type { MemberId } from '../../common/member.ts'
import type { LogIndex, Position } from '../replicated-log.ts'
import { decodeAppliedContext } from './durable.ts'
import { noteTruncated } from './forward.ts'
import type { Progress } from './progress.ts'
import { becomeFollower } from './roles.ts'
import { refreshMembers } from './seats.ts'
import { commitTo, type FetchedState, type Leader, type Raft } from './state.ts'
import { asIndex, emptyPrefixIndex, type InstallState } from './types.ts'

/** The leader tells a follower that its log does not reach back so far. */
export function tellStranded(raft: Raft, leader: Leader, progress: Progress): void {
  progress.state = 'stranded'
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

/** Terms are settled before it is called. */
export function receiveInstallState(raft: Raft, from: MemberId, message: InstallState): void {
  const { lastIndex, lastTerm, source } = message
  const { restoring } = raft
  // The leader's base is committed. Whoever has it in its log needs no state.
  if (raft.log.matches(lastIndex, lastTerm)) commitTo(raft, lastIndex)
  if (raft.commitIndex >= lastIndex) return
  if (restoring !== undefined) {
    if (restoring.kind !== 'fetching' || restoring.atLeast >= lastIndex) return
  }
  raft.restoring = { kind: 'fetching', atLeast: lastIndex }
  const others = raft.voters.filter((id) => ![raft.self, source, from].includes(id))
  const best = source === raft.self ? [from] : [...new Set([source, from])]
  raft.outbox.fetch = { from: [...best, ...others], atLeast: lastIndex }
}

/**
 * A state has arrived. It is committed as a whole, so it is of use unless this member has committed
 * as much meanwhile, or holds all its entries.
 */
export function stateFetched(raft: Raft, { index, context }: Position): void {
  if (raft.restoring?.kind !== 'fetching') return
  raft.restoring = undefined
  if (context === undefined || index <= raft.commitIndex) return
  const { entryTerm, knownTerm, configuration } = decodeAppliedContext(context)
  assert(configuration !== undefined, 'a state that can be needed knows its group')
  if (raft.log.matches(index, entryTerm)) {
    commitTo(raft, index)
    return
  }
  // A leader of an earlier term than was known where the state comes from may lack some of it, and
  // would be contradicted: this member must not follow it any more.
  if (knownTerm > raft.term && raft.plantedBug !== 'installForgetsTerm') {
    becomeFollower(raft, knownTerm, undefined)
  }
  raft.restoring = { kind: 'fetched', index, entryTerm, configuration }
}

/** The index of the state that is to be installed now; from here on it is under way. */
export function beginInstall(raft: Raft): LogIndex | undefined {
  const { restoring } = raft
  if (restoring?.kind !== 'fetched') return undefined
  if (restoring.index <= raft.commitIndex) {
    raft.restoring = undefined
    return undefined
  }
  // Who campaigns might win, and a leader keeps its log.
  if (raft.role.kind !== 'follower') return undefined
  raft.restoring = { ...restoring, kind: 'installing' }
  return restoring.index
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
