/**
 * Raft's own invariants, looked at from outside after every step: the paper's five (figure 3; state
 * machine safety is the ledger's `agreement`) and what must be durable when. None of them asks how.
 */
import type { MemberId } from '../../common/member.ts'
import type { RaftCore } from '../../replication/raft/core.ts'
import { quorumOf } from '../../common/quorum.ts'
import type { StoredEntry } from '../../replication/protocol.ts'
import type { DurableScalars } from '../../replication/raft/durable.ts'
import { asIndex, type DiskId, type Entry, type RaftMessage } from '../../replication/raft/types.ts'
import { require } from './failure.ts'
import { diskOf, holds, scalarsOn, termIn, termOnDisk } from './raft-disk.ts'
import { createMembershipChecks } from './raft-membership-checks.ts'
import type { MemberView, SimulationCheck, World } from './types.ts'

type Check = SimulationCheck<RaftMessage, RaftCore>

export function createRaftChecks(): readonly Check[] {
  return [
    electionSafety(),
    leaderAppendOnly(),
    logMatching(),
    commitRule(),
    commitSafety(),
    oneVotePerTerm(),
    promisesAreDurable(),
    durableIsDurable(),
    ...createMembershipChecks(),
  ]
}

/** "At most one leader can be elected in a given term." */
function electionSafety(): Check {
  const leaders = new Map<number, MemberId>()
  return {
    name: 'election safety',
    afterStep: (world, { member }) => {
      const state = coreOf(world, member)?.state
      if (state?.role.kind !== 'leader') return
      const known = leaders.get(state.term) ?? member
      leaders.set(state.term, known)
      require(known === member, 'election safety', () =>
        `members ${known} and ${member} both lead term ${state.term}`)
    },
  }
}

/** "A leader never overwrites or deletes entries in its log; it only appends." */
function leaderAppendOnly(): Check {
  const seen = new Map<MemberId, { readonly term: number; readonly last: Entry }>()
  return {
    name: 'leader append-only',
    afterStep: (world, { member }) => {
      const state = coreOf(world, member)?.state
      if (state?.role.kind !== 'leader') {
        seen.delete(member)
        return
      }
      const { log, term } = state
      const before = seen.get(member)
      if (before?.term === term) {
        const { index } = before.last
        const kept = index <= log.baseIndex || log.entryAt(index) === before.last
        require(kept, 'leader append-only', () => `leader ${member} replaced entry ${index}`)
      }
      if (log.lastIndex > log.baseIndex)
        seen.set(member, { term, last: log.entryAt(log.lastIndex) })
    },
  }
}

/**
 * "If two logs contain an entry with the same index and term, then they are identical up to it."
 */
function logMatching(): Check {
  type Known = { readonly bytes: Uint8Array; readonly termBefore: number | undefined }
  const known = new Map<string, Known>()
  /** What each member's log held when it was last looked at; by index. */
  const mirrors = new Map<MemberId, Entry[]>()
  return {
    name: 'log matching',
    afterStep: (world, { member, kind }) => {
      const log = coreOf(world, member)?.state.log
      if (log === undefined) return
      const mirror = kind === 'start' ? [] : (mirrors.get(member) ?? [])
      mirrors.set(member, mirror)
      mirror.length = Math.min(mirror.length, log.lastIndex + 1)
      for (let index = log.lastIndex; index > log.baseIndex; index = asIndex(index - 1)) {
        const entry = log.entryAt(index)
        if (mirror[index] === entry) return
        mirror[index] = entry
        const termBefore = log.termAt(asIndex(index - 1))
        const name = `${index}/${entry.term}`
        const first = known.get(name) ?? { bytes: entry.bytes, termBefore }
        known.set(name, first)
        const same = Buffer.compare(first.bytes, entry.bytes) === 0
        require(same && first.termBefore === termBefore, 'log matching', () =>
          `entry ${name} differs, or what stands before it, between member ${member} and another`)
      }
    },
  }
}

/** "Only log entries from the leader's current term are committed by counting replicas" (5.4.2). */
function commitRule(): Check {
  const seen = new Map<MemberId, { readonly term: number; readonly commitIndex: number }>()
  return {
    name: 'commit rule',
    afterStep: (world, { member }) => {
      const state = coreOf(world, member)?.state
      if (state?.role.kind !== 'leader') {
        seen.delete(member)
        return
      }
      const { term, commitIndex, log } = state
      const before = seen.get(member)
      seen.set(member, { term, commitIndex })
      if (before?.term !== term || before.commitIndex === commitIndex) return
      require(log.termAt(commitIndex) === term, 'commit rule', () =>
        `leader ${member} of term ${term} commits ${commitIndex} of term ${log.termAt(commitIndex)}`)
    },
  }
}

/** `knownInTerm`: the earliest term in which a member was seen to hold it for committed. */
type Committed = { readonly entryTerm: number | undefined; readonly knownInTerm: number }

/**
 * What a member holds for committed is on a majority of disks, is never anything else for another
 * member, and is in the log of every later leader ("leader completeness").
 */
function commitSafety(): Check {
  const committed: (Committed | undefined)[] = []
  const seen = new Map<MemberId, { readonly commitIndex: number; readonly leads: number }>()
  const lost: LostDisks = new Map()
  const name = 'commit safety'
  return {
    name,
    afterStep: (world, { member, kind }) => {
      rememberDisk(lost, viewOf(world, member))
      const state = coreOf(world, member)?.state
      if (state === undefined) {
        seen.delete(member)
        return
      }
      const { log, commitIndex, role, term } = state
      const before = seen.get(member)
      if (before?.commitIndex === commitIndex && role.kind !== 'leader') return
      const based = committed[log.baseIndex]
      require(based === undefined || based.entryTerm === log.termAt(log.baseIndex), name, () =>
        `member ${member} begins behind ${log.baseIndex} with another term than was committed`)
      // At its start, and after an install, a member counts as committed what it has applied.
      const from = Math.max(before?.commitIndex ?? 0, log.baseIndex)
      for (let index = from + 1; index <= commitIndex; index += 1) {
        const entryTerm = log.termAt(asIndex(index))
        const known = committed[index]
        require(known === undefined || known.entryTerm === entryTerm, 'commit safety', () =>
          `at ${index} member ${member} commits term ${entryTerm}, another ${known?.entryTerm}`)
        if (known === undefined && kind !== 'start')
          requireOnMajority(world, { state, index, lost })
        committed[index] = { entryTerm, knownInTerm: Math.min(term, known?.knownInTerm ?? term) }
      }
      const leads = role.kind === 'leader' ? term : 0
      if (leads > 0 && before?.leads !== leads) requireComplete(state, committed)
      seen.set(member, { commitIndex, leads })
    },
  }
}

/** What each disk holds, or held when it was lost: what it has confirmed by then was counted. */
type LostDisks = Map<DiskId, readonly StoredEntry[]>

function rememberDisk(disks: LostDisks, member: MemberView<RaftCore>): void {
  if (member.core !== undefined) disks.set(member.core.state.disk, member.disk.entries)
}

type Counted = {
  readonly state: RaftCore['state']
  readonly index: number
  readonly lost: LostDisks
}

/** Whoever knows first that an entry is committed has counted: by its latest configuration. */
function requireOnMajority(world: World<RaftCore>, { state, index, lost }: Counted): void {
  const { self, log, configurations } = state
  const term = log.termAt(asIndex(index))
  const seats = configurations.latest?.configuration.seats ?? []
  const voters = seats.filter(({ role }) => role === 'voter')
  const holders = voters.filter(({ id, disk }) => {
    const member = viewOf(world, id)
    if (diskOf(member) === disk) return holds(member, index, term)
    return termIn(lost.get(disk) ?? [], index) === term
  })
  require(holders.length >= quorumOf(voters.length), 'commit safety', () =>
    `member ${self} commits entry ${index} of term ${term}: of the ${voters.length} voters' own ` +
    `disks ${holders.length} hold it`)
}

/**
 * A leader of an earlier term may be elected late: messages take their time. It commits nothing.
 */
function requireComplete(
  { self, term, log }: RaftCore['state'],
  committed: readonly (Committed | undefined)[],
): void {
  for (let index = log.baseIndex + 1; index < committed.length; index += 1) {
    const known = committed[index]
    if (known === undefined || known.knownInTerm >= term) continue
    const held = log.termAt(asIndex(index))
    require(held === known.entryTerm, 'leader completeness', () =>
      `leader ${self} of term ${term} lacks entry ${index}, committed by term ${known.knownInTerm}`)
  }
}

/** A restarted member never votes twice in a term, and never forgets a term; nor by an install. */
function oneVotePerTerm(): Check {
  const given = new Map<string, MemberId>()
  const onDisk = new Map<MemberId, DurableScalars>()
  return {
    name: 'one vote per term',
    onSend: (_world, { from, to, message }) => {
      if (message.kind !== 'voteReply' || !message.granted || to === 'others') return
      const name = `${from}/${message.disk}/${message.term}`
      const known = given.get(name) ?? to
      given.set(name, known)
      require(known === to, 'one vote per term', () =>
        `member ${from} votes for ${known} and for ${to} in term ${message.term}`)
    },
    afterStep: (world, { member }) => {
      const before = onDisk.get(member)
      const now = scalarsOn(viewOf(world, member).disk)
      if (now === undefined) {
        onDisk.delete(member)
        return
      }
      onDisk.set(member, now)
      if (before === undefined || before.disk !== now.disk) return
      const sameVote = before.votedFor === undefined || before.votedFor === now.votedFor
      const kept = now.term > before.term || (now.term === before.term && sameVote)
      require(kept, 'one vote per term', () =>
        `the disk of ${member} goes from ${inWords(before)} to ${inWords(now)}`)
    },
  }
}

function inWords({ term, votedFor }: DurableScalars): string {
  return `term ${term}, vote for ${votedFor ?? 'nobody'}`
}

/** A vote, a request for votes and an acknowledgement leave when what they promise is on disk. */
function promisesAreDurable(): Check {
  const name = 'durable promises'
  return {
    name,
    onSend: (world, { from, to, message }) => {
      const member = viewOf(world, from)
      const disk = scalarsOn(member.disk)
      switch (message.kind) {
        case 'voteReply':
        case 'vote': {
          if (message.kind === 'voteReply' && !message.granted) return
          const vote = message.kind === 'vote' ? from : to
          const { term, votedFor } = disk ?? { term: 0, votedFor: undefined }
          const durable = term > message.term || (term === message.term && votedFor === vote)
          require(durable, name, () => `member ${from} votes for ${vote} before it is durable`)
          return
        }
        case 'ask':
        case 'answer':
          require(disk?.disk === message.disk, name, () =>
            `member ${from} speaks for a disk whose name it has not stored`)
          return
        case 'appendAccepted': {
          const { matchIndex } = message
          const last = member.disk.entries.at(-1)?.index ?? member.durablyAppliedIndex
          require(last >= matchIndex, name, () =>
            `member ${from} confirms ${matchIndex}, its disk ends at ${last}`)
          return
        }
        default:
          return
      }
    },
  }
}

/** What a core takes for durable is on its disk, the very same entry. */
function durableIsDurable(): Check {
  return {
    name: 'durable is durable',
    afterStep: (world, { member, kind }) => {
      const log = coreOf(world, member)?.state.log
      if (log === undefined || kind === 'tick') return
      const index = log.durableIndex
      if (index <= log.baseIndex) return
      const held = log.termAt(index)
      const disk = termOnDisk(viewOf(world, member), index)
      require(disk === held, 'durable is durable', () =>
        `member ${member} takes ${index}/${held} for durable; its disk has term ${disk} there`)
    },
  }
}

function viewOf(world: World<RaftCore>, member: MemberId): MemberView<RaftCore> {
  const view = world.members[member]
  if (view === undefined) throw new RangeError(`there is no member ${member}`)
  return view
}

function coreOf(world: World<RaftCore>, member: MemberId): RaftCore | undefined {
  return viewOf(world, member).core
}
