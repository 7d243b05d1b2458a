/**
 * What must hold while members come and go (dissertation, chapter 4) and states are installed:
 * looked at from outside after every step. None of them asks how.
 */
import type { MemberId } from '../../common/member.ts'
import { changedVoters, hasSeat, seatOf } from '../../replication/raft/configuration.ts'
import type { RaftCore } from '../../replication/raft/core.ts'
import { decodeAppliedContext } from '../../replication/raft/durable.ts'
import { asIndex, type Configuration, type RaftMessage } from '../../replication/raft/types.ts'
import { require } from './failure.ts'
import type { SimulationCheck, World } from './types.ts'

type Check = SimulationCheck<RaftMessage, RaftCore>
type Raft = RaftCore['state']

export function createMembershipChecks(): readonly Check[] {
  return [oneChangeAtATime(), onlyVotersLead(), nobodyDisturbs(), statesTellTheirTerm()]
}

/**
 * A leader changes one voter, when the change before is committed and so is an entry of its term;
 * so that two uncommitted changes never stand in one log.
 */
function oneChangeAtATime(): Check {
  const name = 'one change at a time'
  const seen = new Map<MemberId, { readonly term: number; readonly index: number }>()
  return {
    name,
    afterStep: (world, { member }) => {
      const state = world.members[member]?.core?.state
      if (state?.role.kind !== 'leader') {
        seen.delete(member)
        return
      }
      const { term, configurations } = state
      const index = configurations.latest?.index ?? 0
      const before = seen.get(member)
      seen.set(member, { term, index })
      if (before?.term !== term || before.index === index) return
      requireAllowedChange(name, state, before.index)
    },
  }
}

function requireAllowedChange(name: string, state: Raft, indexBefore: number): void {
  const { self, role, commitIndex, configurations, log } = state
  const latest = configurations.latest
  if (latest === undefined || role.kind !== 'leader') return
  const { index, configuration } = latest
  const before = configurations.at(asIndex(index - 1))
  require(indexBefore <= commitIndex, name, () =>
    `leader ${self} changes the group at ${index}, the change at ${indexBefore} is not committed`)
  require(commitIndex >= role.termStartIndex, name, () =>
    `leader ${self} changes the group at ${index} before an entry of its term is committed`)
  const steps = before === undefined ? 0 : changedVoters(before, configuration)
  require(steps <= 1, name, () => `leader ${self} changes ${steps} voters at once at ${index}`)
  require(log.entryAt(index).kind === 'configuration', name, () =>
    `leader ${self} works by a configuration at ${index} that is not in its log`)
}

/**
 * Who has just become leader is a voter, with its present disk, in its own latest configuration; or
 * in the one before, when that one removes it and is not known to be committed (section 4.2.2).
 */
function onlyVotersLead(): Check {
  const name = 'only voters lead'
  const leads = new Map<MemberId, number>()
  return {
    name,
    afterStep: (world, { member }) => {
      const state = world.members[member]?.core?.state
      if (state?.role.kind !== 'leader') {
        leads.delete(member)
        return
      }
      if (leads.get(member) === state.term) return
      leads.set(member, state.term)
      require(mayLead(state), name, () =>
        `member ${member} leads term ${state.term} without being a voter`)
    },
  }
}

function mayLead(state: Raft): boolean {
  const { self, configurations, commitIndex } = state
  const { latest } = configurations
  if (isVoter(state, latest?.configuration)) return true
  if (latest === undefined || seatOf(latest.configuration, self) !== undefined) return false
  const before = configurations.at(asIndex(latest.index - 1))
  return latest.index > commitIndex && isVoter(state, before)
}

function isVoter({ self, disk }: Raft, configuration: Configuration | undefined): boolean {
  const seated = hasSeat(configuration, { id: self, disk })
  return seated && seatOf(configuration, self)?.role === 'voter'
}

/**
 * Who hears its leader, or leads, does not let anybody but that leader's heir begin a later term by
 * asking for votes: a member that was removed, or hears nothing, would depose one that works.
 */
function nobodyDisturbs(): Check {
  const name = 'nobody disturbs'
  let before: { readonly member: MemberId; readonly term: number } | undefined
  return {
    name,
    onReceive: (world, { to, message }) => {
      before = undefined
      const state = world.members[to]?.core?.state
      if (state === undefined || message.kind !== 'vote' || message.forced) return
      if (message.term > state.term && hearsLeader(state)) before = { member: to, term: state.term }
    },
    afterStep: (world, { member, kind }) => {
      if (before?.member !== member || kind !== 'receive') return
      const { term } = before
      const now = world.members[member]?.core?.state.term
      before = undefined
      require(now === term, name, () =>
        `member ${member} hears the leader of term ${term} and lets itself be asked into ${now}`)
    },
  }
}

function hearsLeader({ role, leader, electionElapsed, options }: Raft): boolean {
  if (role.kind === 'leader') return true
  return leader !== undefined && electionElapsed < options.electionMinTicks
}

/** A member knows every term that the state in its database came from: an install tells it. */
function statesTellTheirTerm(): Check {
  const name = 'states tell their term'
  return {
    name,
    afterStep: (world: World<RaftCore>, { member, kind }) => {
      if (kind !== 'installed' && kind !== 'start') return
      const view = world.members[member]
      const context = view?.applied.at(-1)?.context
      const state = view?.core?.state
      if (context === undefined || state === undefined) return
      const { knownTerm } = decodeAppliedContext(context)
      require(state.term >= knownTerm, name, () =>
        `member ${member} is in term ${state.term}, its database comes from ${knownTerm}`)
    },
  }
}
