/**
 * A Raft group in one thread, moved by hand: nothing happens but what a test asks for. Messages
 * wait on the network until they are delivered, dropped or cut off; disks can be held; members
 * crash and restart. Every message goes through the codec. Used by the scenarios and by unit tests.
 */
import { type MemberId, memberId } from '../../../common/member.ts'
import { seededRandom } from '../../../common/random.ts'
import type {
  ActionId,
  BarrierId,
  Outgoing,
  ProposalId,
  Ready,
} from '../../../replication/protocol.ts'
import { raftCodec } from '../../../replication/raft/codec.ts'
import { RaftCore } from '../../../replication/raft/core.ts'
import { decodeScalars } from '../../../replication/raft/durable.ts'
import { noopEntry } from '../../../replication/raft/entry.ts'
import type { RaftOptions } from '../../../replication/raft/options.ts'
import type { PlantedBug } from '../../../replication/raft/state.ts'
import {
  asIncarnation,
  asIndex,
  asTerm,
  type Configuration,
  type RaftBody,
  type RaftMessage,
} from '../../../replication/raft/types.ts'
import type { GroupAction } from '../../../replication/replicated-log.ts'
import { type Envelope, eventsOf, type GroupEvent, textOf } from './group-event.ts'
import {
  addressOf,
  applyWrite,
  diskOf,
  durableOf,
  foundingOf,
  type GroupMember,
  loseDisk,
  loseUnsecured,
  metaOf,
  newMember,
} from './group-member.ts'

export { addressOf }
export type { Envelope, GroupEvent, GroupMember }

export type GroupSetup = {
  readonly members: number
  /** More, configured together with the others but not part of the group that is formed. */
  readonly spares?: number
  /** Blank disks: the group has to be formed. Default: it is. */
  readonly unformed?: boolean
  readonly options?: Partial<RaftOptions>
  readonly plantedBug?: PlantedBug
  readonly seed?: number
  readonly onEvent?: (event: GroupEvent) => void
}

const utf8 = new TextEncoder()

export class Group {
  readonly members: readonly GroupMember[]
  readonly network: Envelope[] = []
  readonly #cut = new Set<string>()
  readonly #setup: GroupSetup
  #nextId = 1

  constructor(setup: GroupSetup) {
    this.#setup = setup
    const count = setup.members + (setup.spares ?? 0)
    this.members = Array.from({ length: count }, (_, id) => newMember(id))
    if (setup.unformed !== true) {
      for (const member of this.members.slice(0, setup.members)) {
        member.disk.meta = metaOf(member, asTerm(0), this.founding)
      }
    }
    for (const { id } of this.members) this.start(id)
  }

  /** The members that form the group, all voters, with their first disks. */
  get founding(): Configuration {
    return foundingOf(this.#setup.members)
  }

  member(id: number): GroupMember {
    const member = this.members[id]
    if (member === undefined) throw new RangeError(`there is no member ${id}`)
    return member
  }

  core(id: number): RaftCore {
    const { core } = this.member(id)
    if (core === undefined) throw new RangeError(`member ${id} is down`)
    return core
  }

  /** Puts a log of these terms (noops) on a member's disk, and restarts it from there. */
  plantLog(id: number, terms: readonly number[], term = terms.at(-1) ?? 0): void {
    const member = this.member(id)
    member.disk = {
      meta: metaOf(member, asTerm(term), this.founding),
      entries: terms.map((each, place) => noopEntry(asIndex(place + 1), asTerm(each))),
    }
    this.start(id)
  }

  /** From its disk, in a new incarnation; whatever was under way is lost. */
  start(id: number): void {
    const member = this.member(id)
    member.starts += 1
    member.writing = undefined
    loseUnsecured(member)
    const { options, plantedBug, seed } = this.#setup
    member.fetched = undefined
    member.peers = this.#configured(id).filter((other) => other !== id)
    member.core = new RaftCore({
      self: member.id,
      members: this.#configured(id).map(addressOf),
      newDisk: diskOf(id, member.wipes),
      incarnation: asIncarnation(1000 * (id + 1) + member.starts),
      random: seededRandom((seed ?? 1) * 100 + id),
      durable: durableOf(member),
      ...(options === undefined ? {} : { options }),
      plantedBug,
    })
    this.#pump(member)
  }

  /** Spares know the group and themselves; the others know only the group. */
  #configured(id: number): readonly MemberId[] {
    const group = this.members.slice(0, this.#setup.members).map((member) => member.id)
    return id < this.#setup.members ? group : [...group, memberId(id)]
  }

  /** Loses its disk, and starts with a blank one. */
  wipe(id: number): void {
    const member = this.member(id)
    this.crash(id)
    loseDisk(member)
    this.start(id)
  }

  administer(id: number, action: GroupAction): void {
    const actionId = this.#nextId as ActionId
    this.#nextId += 1
    this.core(id).administer(actionId, action)
    this.#pump(this.member(id))
  }

  stepAside(id: number): void {
    this.core(id).stepAside()
    this.#pump(this.member(id))
  }

  /** What a member wished for arrives, as `source` has it now. */
  fetch(id: number, source: number): void {
    const [member, from] = [this.member(id), this.member(source)]
    const context = from.appliedContext
    if (context === undefined) throw new Error(`member ${source} has no state`)
    member.fetched = { applied: [...from.applied], context }
    const index = asIndex(from.applied.at(-1)?.index ?? 0)
    this.core(id).advance({ kind: 'fetched', position: { index, context } })
    this.#pump(member)
  }

  crash(id: number): void {
    const member = this.member(id)
    member.core = undefined
    member.writing = undefined
  }

  tick(id: number, times = 1): void {
    for (let count = 0; count < times; count += 1) {
      this.core(id).tick()
      this.#pump(this.member(id))
    }
  }

  /** Ticks `id` until it asks for votes (of either kind). */
  campaign(id: number): void {
    const asks = () => this.network.some(({ from, message }) => from === id && isAsking(message))
    for (let count = 0; count < 1000 && !asks(); count += 1) this.tick(id)
  }

  /** Makes `id` campaign, and delivers everything until nothing moves. */
  elect(id: number): void {
    this.campaign(id)
    this.settle()
  }

  propose(id: number, text: string): ProposalId {
    const proposal = this.#handIn(id, text)
    this.#pump(this.member(id))
    return proposal
  }

  /** Several proposals before the next Ready is taken. */
  proposeAll(id: number, texts: readonly string[]): void {
    for (const text of texts) this.#handIn(id, text)
    this.#pump(this.member(id))
  }

  #handIn(id: number, text: string): ProposalId {
    const proposal = this.#nextId as ProposalId
    this.#nextId += 1
    this.core(id).propose({ id: proposal, payload: utf8.encode(text) })
    return proposal
  }

  read(id: number): BarrierId {
    const barrier = this.#nextId as BarrierId
    this.#nextId += 1
    this.core(id).readBarrier(barrier)
    this.#pump(this.member(id))
    return barrier
  }

  /** Hands a message to a member as if it came from another's present disk, past the network. */
  inject(from: number, to: number, body: RaftBody): void {
    const disk = diskOf(from, this.members[from]?.wipes ?? 0)
    this.core(to).receive(memberId(from), { ...body, disk })
    this.#pump(this.member(to))
  }

  /** Both directions unless `oneWay`. */
  cut(a: number, b: number, oneWay = false): void {
    this.#cut.add(`${a}>${b}`)
    if (!oneWay) this.#cut.add(`${b}>${a}`)
  }

  isolate(id: number): void {
    for (const other of this.members) if (other.id !== id) this.cut(id, other.id)
  }

  heal(): void {
    this.#cut.clear()
  }

  /** Delivers the oldest message that `wanted` takes; false if there is none. */
  deliverOne(wanted: (envelope: Envelope) => boolean = () => true): boolean {
    const envelope = this.network.find(wanted)
    if (envelope === undefined) return false
    this.network.splice(this.network.indexOf(envelope), 1)
    const { from, to, message } = envelope
    const member = this.member(to)
    if (member.core === undefined || this.#cut.has(`${from}>${to}`)) {
      this.#setup.onEvent?.({ kind: 'lost', envelope })
      return true
    }
    member.core.receive(from, message)
    this.#pump(member)
    return true
  }

  /** Takes messages off the network for good, and returns them. */
  drop(wanted: (envelope: Envelope) => boolean): readonly Envelope[] {
    const all = this.network.splice(0)
    this.network.push(...all.filter((envelope) => !wanted(envelope)))
    return all.filter(wanted)
  }

  /** Delivers until the network is empty. */
  settle(): void {
    for (let left = 100_000; this.deliverOne(); left -= 1) {
      if (left === 0) throw new Error('the group never comes to rest')
    }
  }

  /** One heartbeat's time at a member, and what follows. */
  heartbeat(id: number): void {
    this.tick(id, this.core(id).state.options.heartbeatTicks)
    this.settle()
  }

  holdDisk(id: number): void {
    this.member(id).diskHeld = true
  }

  /** Lets the write under way end, and all later ones, too, unless it is `once`. */
  releaseDisk(id: number, once = false): void {
    const member = this.member(id)
    member.diskHeld = once
    this.#finishWrite(member)
    this.#pump(member)
  }

  /** The write under way reaches the disk, but its completion is not told yet. */
  writeReachesDisk(id: number): void {
    const member = this.member(id)
    if (member.writing === undefined || member.writing.reachedDisk) return
    applyWrite(member, member.writing.write)
    member.writing = { ...member.writing, reachedDisk: true }
  }

  /** From now on what it applies is not durable yet. */
  holdSecuring(id: number): void {
    const member = this.member(id)
    member.secured ??= { count: member.applied.length, context: member.appliedContext }
  }

  /** All that it has applied is durable. */
  secure(id: number): void {
    const member = this.member(id)
    member.secured = undefined
    const index = asIndex(member.applied.at(-1)?.index ?? 0)
    this.core(id).advance({ kind: 'appliedDurably', index })
    this.#pump(member)
  }

  roles(): string {
    return this.members.map(({ core }) => core?.state.role.kind ?? 'down').join(' ')
  }

  texts(id: number): readonly string[] {
    return this.member(id)
      .applied.map(({ text }) => text)
      .filter((text) => text !== '')
  }

  terms(id: number): readonly number[] {
    const { log } = this.core(id).state
    const terms: number[] = []
    for (let index = log.baseIndex + 1; index <= log.lastIndex; index += 1) {
      terms.push(log.entryAt(asIndex(index)).term)
    }
    return terms
  }

  durableTerm(id: number): number {
    const { meta } = this.member(id).disk
    return meta === undefined ? 0 : decodeScalars(meta).term
  }

  #pump(member: GroupMember): void {
    for (let count = 0; member.core !== undefined; count += 1) {
      if (count > 1000) throw new Error(`member ${member.id} never runs out of Readys`)
      const ready = member.core.takeReady()
      if (ready === undefined) return
      this.#carryOut(member, member.core, ready)
    }
  }

  #carryOut(member: GroupMember, core: RaftCore, ready: Ready<RaftMessage>): void {
    const { onEvent } = this.#setup
    if (ready.peers !== undefined) member.peers = ready.peers.map(({ id }) => id)
    this.#send(member.id, ready.send)
    const write = ready.persist ?? ready.install
    if (write !== undefined) {
      member.writing = { write, after: ready.sendAfterPersist, reachedDisk: false }
      if (!member.diskHeld) this.#finishWrite(member)
    } else if (ready.sendAfterPersist.length > 0) {
      throw new Error('sendAfterPersist stands without a persist')
    }
    for (const delivered of ready.deliver) {
      member.applied.push({ index: delivered.index, text: textOf(delivered) })
      member.appliedContext = delivered.context
    }
    for (const event of eventsOf(member.id, ready)) onEvent?.(event)
    if (ready.trimTo !== undefined) {
      const { trimTo } = ready
      member.trimmedTo = trimTo
      member.disk.entries = member.disk.entries.filter(({ index }) => index > trimTo)
    }
    const last = ready.deliver.at(-1)
    if (last === undefined || member.applyHeld) return
    core.advance({ kind: 'applied', index: last.index })
    if (member.secured !== undefined) return
    core.advance({ kind: 'appliedDurably', index: last.index })
  }

  #finishWrite(member: GroupMember): void {
    const { writing } = member
    if (writing === undefined) return
    this.writeReachesDisk(member.id)
    member.writing = undefined
    if ('index' in writing.write) {
      const { index } = writing.write
      this.#setup.onEvent?.({ kind: 'installed', member: member.id, index })
    }
    this.#send(member.id, writing.after)
    member.core?.advance({ kind: 'persisted' })
  }

  #send(from: MemberId, outgoing: readonly Outgoing<RaftMessage>[]): void {
    const { peers } = this.member(from)
    for (const { to, message } of outgoing) {
      const bytes = raftCodec.encode(message)
      for (const id of to === 'others' ? peers : [to]) {
        const envelope: Envelope = { from, to: id, message: raftCodec.decode(bytes) }
        this.#setup.onEvent?.({ kind: 'sent', envelope })
        this.network.push(envelope)
      }
    }
  }
}

function isAsking(message: RaftMessage): boolean {
  return message.kind === 'preVote' || message.kind === 'vote'
}
