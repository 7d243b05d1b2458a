/**
 * The rotating sequencer's own invariants, looked at from outside. What holds for every protocol
 * (agreement, no loss, no invention, no repetition, linearizable reads, progress) is in the ledger
 * and in the simulation. The numbers are those of docs/sequencer.md.
 */
import type { MemberId } from '../../common/member.ts'
import type { Delivered, StoredEntry } from '../../replication/protocol.ts'
import type { SequencerCore } from '../../replication/sequencer/core.ts'
import { decodeEntry } from '../../replication/sequencer/log-entry.ts'
import type { Header, SequencerMessage } from '../../replication/sequencer/message.ts'
import { recoverLog } from '../../replication/sequencer/recovered-log.ts'
import {
  compareViewIds,
  higherViewId,
  type ViewId,
  viewIdText,
} from '../../replication/sequencer/view.ts'
import { require } from './failure.ts'
import { isIntact, scalarsOn } from './sequencer-group.ts'
import { onePrimary } from './sequencer-primary-check.ts'
import type { MemberView, SentMessage, SimulationCheck, World } from './types.ts'

type Check = SimulationCheck<SequencerMessage, SequencerCore>
type Member = MemberView<SequencerCore>

/** What must hold for anybody outside: the invariants that do not speak of the inside of a member. */
export function createInvariantChecks(): readonly Check[] {
  return [oneIssuer(), senderOrder(), onePrimary()]
}

/** And that each rule is kept, whether or not anything comes of it in this run. */
export function createSequencerChecks(): readonly Check[] {
  return [...createInvariantChecks(), promises(), stability(), base(), counted(), rebuilt()]
}

/** Invariant 5: for ⟨view, k⟩ at most one sequence message ever exists. */
function oneIssuer(): Check {
  const known = new Map<string, string>()
  return {
    name: 'one issuer',
    onSend(_world, { from, message }) {
      for (const part of message.parts) {
        if (part.kind !== 'sequence') continue
        const { viewId, globalSequence: k, names } = part.sequence
        const place = `${viewIdText(viewId)} ${k}`
        const content = JSON.stringify(names)
        const before = known.get(place) ?? content
        known.set(place, content)
        require(before === content, 'one issuer', () =>
          `member ${from} sends sequence message ${place} with ${content}, it was ${before}`)
      }
    },
  }
}

/**
 * Invariant 8, and that what is told is durable: incarnation, receivedUpTo, promise; and that
 * nothing is told in a view below the durable promise, nor in one that is not installed.
 */
function promises(): Check {
  const name = 'promises are durable'
  const answers = new Map<string, string>()
  return {
    name,
    onSend(world: World<SequencerCore>, { from, to, message }: SentMessage<SequencerMessage>) {
      const member = world.members[from] as Member
      const { header, parts } = message
      const scalars = scalarsOn(member)
      require(scalars?.incarnation === header.incarnation, name, () =>
        `member ${from} speaks as incarnation ${header.incarnation}, which it has not stored`)
      if (header.viewId !== undefined) requireInView(member, header)
      for (const part of parts) {
        if (part.kind === 'noted' && part.known === part.incarnation && to !== 'others') {
          require(scalars.noted.get(to) === part.known, name, () =>
            `member ${from} has not stored that it has noted member ${to}`)
        }
        if (part.kind !== 'promise') continue
        require(compareViewIds(scalars.promised, part.viewId) >= 0, name, () =>
          `member ${from} promises ${viewIdText(part.viewId)} before it is durable`)
        require(part.log.receivedUpTo <= logEnd(member), name, () =>
          `member ${from} promises with ${part.log.receivedUpTo}, its disk ends before`)
        // To an equal id always the same, whatever has come since.
        const key = `${from} ${viewIdText(part.viewId)}`
        const answer = JSON.stringify(part)
        const before = answers.get(key) ?? answer
        answers.set(key, answer)
        require(before === answer, 'one answer', () =>
          `member ${from} answers ${viewIdText(part.viewId)} with ${answer}, it was ${before}`)
        require(isIntact(member), 'who is counted', () =>
          `member ${from} promises although its disk was lost`)
      }
    },
  }
}

function requireInView(member: Member, { metadata, viewId }: Header): void {
  const scalars = scalarsOn(member)
  const end = logEnd(member)
  require(metadata.receivedUpTo <= end, 'promises are durable', () =>
    `member ${member.id} tells receivedUpTo ${metadata.receivedUpTo}, durable is ${end}`)
  const isAbove = compareViewIds(scalars?.promised, viewId) <= 0
  require(isAbove, 'promise', () =>
    `member ${member.id} speaks in a view below the one that it has promised`)
  const isInstalled = compareViewIds(scalars?.installed?.id, viewId) === 0
  require(isInstalled, 'promise', () =>
    `member ${member.id} speaks in a view that it has not installed`)
}

/**
 * What is delivered is durable at the member that delivers, and has been so at Q members whose disks
 * counted (one of them may have been lost since).
 */
function stability(): Check {
  const name = 'stable before delivery'
  /** By index and issuing view. */
  const holders = new Map<string, Set<number>>()
  const note = (member: Member): void => {
    if (!isIntact(member)) return
    for (const stored of [...member.disk.entries].reverse()) {
      const key = placeOf(stored)
      const held = holders.get(key) ?? new Set()
      if (held.has(member.id)) return
      holders.set(key, held.add(member.id))
    }
  }
  return {
    name,
    afterStep(world, { member, kind }) {
      if (kind === 'persisted' || kind === 'start') note(world.members[member] as Member)
    },
    onDeliver(world: World<SequencerCore>, member: Member, { index }: Delivered) {
      const stored = member.disk.entries.find((entry) => entry.index === index)
      require(stored !== undefined, name, () =>
        `member ${member.id} delivers ${index}, which is not durable there`)
      const held = holders.get(placeOf(stored))?.size ?? 0
      const quorum = Math.floor(world.members.length / 2) + 1
      require(held >= quorum, name, () =>
        `member ${member.id} delivers ${index}, durable at ${held} members only`)
    },
  }
}

function placeOf(stored: StoredEntry): string {
  return `${stored.index} ${viewIdText(decodeEntry(stored).sequence.viewId)}`
}

/** Invariant 4: requests of one sender incarnation are delivered in localSequence order, no gap. */
function senderOrder(): Check {
  const next = new Map<string, number>()
  let checkedUpTo = 0
  return {
    name: 'sender order',
    onDeliver(_world, member, { index }) {
      if (index <= checkedUpTo) return
      checkedUpTo = index
      const stored = member.disk.entries.find((entry) => entry.index === index)
      require(stored !== undefined, 'sender order', () => `${index} is delivered, but not stored`)
      for (const { sender, incarnation, first, count } of decodeEntry(stored).sequence.names) {
        const stream = `${sender}/${incarnation}`
        const expected = next.get(stream) ?? 0
        require(first === expected, 'sender order', () =>
          `${index} orders ${stream}/${first} where ${stream}/${expected} comes next`)
        next.set(stream, first + count)
      }
    },
  }
}

/** A recovered log is that of those who answered with the highest installed view, of nobody else. */
function base(): Check {
  const name = 'base'
  const answers = new Map<string, Map<MemberId, ViewId | undefined>>()
  return {
    name,
    onSend(_world, { from, message }) {
      for (const part of message.parts) {
        if (part.kind === 'promise') {
          const key = viewIdText(part.viewId)
          const answered = answers.get(key) ?? new Map<MemberId, ViewId | undefined>()
          answers.set(key, answered.set(from, part.installed?.id))
        } else if (part.kind === 'recover') {
          const answered = answers.get(viewIdText(part.viewId)) ?? new Map()
          const highest = [...answered.values()].reduce(higherViewId, undefined)
          for (const { id } of part.recovered.holders) {
            // What the representative has is not sent to itself.
            const isBase = !answered.has(id) || compareViewIds(answered.get(id), highest) === 0
            require(isBase, name, () =>
              `view ${viewIdText(part.viewId)} is recovered from member ${id}, which is behind`)
          }
        }
      }
    },
  }
}

/** A view has a majority of the configured members, none of them with a lost disk. */
function counted(): Check {
  const name = 'who is counted'
  return {
    name,
    afterStep(world, { member, kind }) {
      if (kind === 'tick') return
      const state = world.members[member]?.core?.node.state
      if (state?.kind !== 'operational') return
      const { seats } = state.duties.view
      require(seats.length >= Math.floor(world.members.length / 2) + 1, name, () =>
        `member ${member} is operational in a view of ${seats.length} members`)
      require(isIntact(world.members[member] as Member), name, () =>
        `member ${member} is operational although its disk was lost`)
    },
  }
}

/**
 * A disk that was lost is whole again only with the highest promise and the longest log of the base
 * that those told of who answered.
 */
function rebuilt(): Check {
  const name = 'whole again'
  const owed = new Map<number, { readonly promised: ViewId | undefined; readonly end: number }>()
  return {
    name,
    afterStep(world, { member, kind }) {
      const view = world.members[member] as Member
      const scalars = scalarsOn(view)
      if (kind === 'persisted' || kind === 'installed' || kind === 'crash') {
        const due = owed.get(member)
        if (due !== undefined && scalars !== undefined && isIntact(view)) {
          owed.delete(member)
          require(compareViewIds(scalars.promised, due.promised) >= 0, name, () =>
            `member ${member} is whole again without the promise that it was told of`)
          require(logEnd(view) >= due.end, name, () =>
            `member ${member} is whole again with ${logEnd(view)}, it was told of ${due.end}`)
        } else if (kind === 'crash') owed.delete(member)
      }
      const state = view.core?.node.state
      if (state?.kind !== 'rebuild' || state.fetching === undefined) return
      const answers = [...state.answers.values()]
      const promised = answers.map((answer) => answer.promised).reduce(higherViewId)
      owed.set(member, { promised, end: recoverLog(state.answers)?.end ?? -1 })
    },
  }
}

/** The last k that is durable: in the log, or in the state that it became part of. */
function logEnd({ disk, durablyAppliedIndex }: Member): number {
  return Math.max(disk.entries.at(-1)?.index ?? 0, durablyAppliedIndex) - 1
}
