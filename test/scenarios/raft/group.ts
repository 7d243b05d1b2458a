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
  DurableState,
  Install,
  LogWrite,
  Outgoing,
  ProposalId,
  Ready,
  Rejected,
  StoredEntry,
} from '../../../replication/protocol.ts'
import { raftCodec } from '../../../replication/raft/codec.ts'
import { RaftCore } from '../../../replication/raft/core.ts'
import { configurationFrom } from '../../../replication/raft/configuration.ts'
import { decodeScalars, encodeScalars } from '../../../replication/raft/durable.ts'
import { noopEntry } from '../../../replication/raft/entry.ts'
import type { RaftOptions } from '../../../replication/raft/options.ts'
import type { PlantedBug } from '../../../replication/raft/state.ts'
import type { Member } from '../../../common/host-port.ts'
import type { FetchState } from '../../../replication/protocol.ts'
import type { GroupAction } from '../../../replication/replicated-log.ts'
import {
  asDisk,
  asIncarnation,
  asIndex,
  asTerm,
  type Configuration,
  type DiskId,
  type RaftBody,
  type RaftMessage,
} from '../../../replication/raft/types.ts'

export type Envelope = {
  readonly from: MemberId
  readonly to: MemberId
  readonly message: RaftMessage
}

export type GroupEvent =
  | { readonly kind: 'sent'; readonly envelope: Envelope }
  | { readonly kind: 'lost'; readonly envelope: Envelope }
  | { readonly kind: 'delivered'; readonly member: MemberId; readonly index: number; text: string }
  | { readonly kind: 'answered'; readonly member: MemberId; readonly proposal: ProposalId }
  | {
      readonly kind: 'passed'
      readonly member: MemberId
      readonly barrier: BarrierId
      readonly index: number
    }
  | { readonly kind: 'rejected'; readonly member: MemberId; readonly rejected: Rejected }
  | {
      readonly kind: 'administered'
      readonly member: MemberId
      readonly refusal: string | undefined
    }
  | { readonly kind: 'fetching'; readonly member: MemberId; readonly wanted: FetchState }
  | { readonly kind: 'installed'; readonly member: MemberId; readonly index: number }

export type GroupMember = {
  readonly id: MemberId
  core: RaftCore | undefined
  starts: number
  disk: { meta: Uint8Array | undefined; entries: StoredEntry[] }
  /** How often it has lost its disk; part of the disk's name. */
  wipes: number
  /** Whom `others` means. */
  peers: readonly MemberId[]
  /** A state that was fetched and not installed. */
  fetched: { readonly applied: GroupMember['applied']; readonly context: Uint8Array } | undefined
  /** Held: writes stay under way until the disk is released. */
  diskHeld: boolean
  /** Held: what is delivered is not reported as applied. */
  applyHeld: boolean
  writing:
    | { readonly write: LogWrite | Install; readonly after: readonly Outgoing<RaftMessage>[] }
    | undefined
  applied: { readonly index: number; readonly text: string }[]
  appliedContext: Uint8Array | undefined
  trimmedTo: number
}

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

/** The name of a member's disk after so many losses. */
export function diskOf(id: number, wipes: number): DiskId {
  return asDisk(100 * (id + 1) + wipes)
}

export function addressOf(id: MemberId): Member {
  return { id, host: `host-${id}`, port: 6180 }
}

const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() }

export class Group {
  readonly members: readonly GroupMember[]
  readonly network: Envelope[] = []
  readonly #cut = new Set<string>()
  readonly #setup: GroupSetup
  #nextId = 1

  constructor(setup: GroupSetup) {
    this.#setup = setup
    this.members = Array.from({ length: setup.members + (setup.spares ?? 0) }, (_, id) => ({
      id: memberId(id),
      core: undefined,
      starts: 0,
      disk: { meta: undefined, entries: [] },
      wipes: 0,
      peers: [],
      fetched: undefined,
      diskHeld: false,
      applyHeld: false,
      writing: undefined,
      applied: [],
      appliedContext: undefined,
      trimmedTo: 0,
    }))
    if (setup.unformed !== true) {
      for (const member of this.members.slice(0, setup.members)) {
        member.disk.meta = this.#metaOf(member, 0)
      }
    }
    for (const { id } of this.members) this.start(id)
  }

  /** The members that form the group, all voters, with their first disks. */
  get founding(): Configuration {
    const seats = this.members.slice(0, this.#setup.members)
    return configurationFrom(
      seats.map(({ id }) => ({ ...addressOf(id), disk: diskOf(id, 0), role: 'voter' })),
    )
  }

  #metaOf({ id, wipes }: GroupMember, term: number): Uint8Array {
    const { founding } = this
    return encodeScalars({
      disk: diskOf(id, wipes),
      term: asTerm(term),
      votedFor: undefined,
      founding,
    })
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
      meta: this.#metaOf(member, term),
      entries: terms.map((each, place) => noopEntry(asIndex(place + 1), asTerm(each))),
    }
    this.start(id)
  }

  /** From its disk, in a new incarnation; whatever was under way is lost. */
  start(id: number): void {
    const member = this.member(id)
    member.starts += 1
    member.writing = undefined
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
    member.disk = { meta: undefined, entries: [] }
    member.applied = []
    member.appliedContext = undefined
    member.trimmedTo = 0
    member.wipes += 1
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
    const proposal = this.#nextId as ProposalId
    this.#nextId += 1
    this.core(id).propose({ id: proposal, payload: utf8.encode.encode(text) })
    this.#pump(this.member(id))
    return proposal
  }

  /** Several proposals before the next Ready is taken. */
  proposeAll(id: number, texts: readonly string[]): void {
    for (const text of texts) {
      this.core(id).propose({
        id: this.#nextId as ProposalId,
        payload: utf8.encode.encode(text),
      })
      this.#nextId += 1
    }
    this.#pump(this.member(id))
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
    const place = this.network.findIndex(wanted)
    const [envelope] = place < 0 ? [] : this.network.splice(place, 1)
    if (envelope === undefined) return false
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
    const dropped = this.network.filter(wanted)
    for (const envelope of dropped) this.network.splice(this.network.indexOf(envelope), 1)
    return dropped
  }

  /** Delivers until the network is empty. */
  settle(): void {
    let left = 100_000
    while (this.deliverOne()) {
      left -= 1
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

  /** Lets the write under way, and all later ones, end. */
  releaseDisk(id: number): void {
    const member = this.member(id)
    member.diskHeld = false
    this.#finishWrite(member)
    this.#pump(member)
  }

  /** The write under way reaches the disk, but its completion is not told yet. */
  writeReachesDisk(id: number): void {
    const member = this.member(id)
    if (member.writing !== undefined) applyWrite(member, member.writing.write)
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
      member.writing = { write, after: ready.sendAfterPersist }
      if (!member.diskHeld) this.#finishWrite(member)
    } else if (ready.sendAfterPersist.length > 0) {
      throw new Error('sendAfterPersist stands without a persist')
    }
    for (const { index, commands, context } of ready.deliver) {
      const text = commands.map(({ payload }) => utf8.decode.decode(payload)).join()
      member.applied.push({ index, text })
      member.appliedContext = context
      onEvent?.({ kind: 'delivered', member: member.id, index, text })
      for (const { proposal } of commands) {
        if (proposal !== undefined) onEvent?.({ kind: 'answered', member: member.id, proposal })
      }
    }
    for (const { id, index } of ready.barriers) {
      onEvent?.({ kind: 'passed', member: member.id, barrier: id, index })
    }
    for (const { error } of ready.administered) {
      onEvent?.({ kind: 'administered', member: member.id, refusal: error?.message })
    }
    if (ready.fetch !== undefined) {
      onEvent?.({ kind: 'fetching', member: member.id, wanted: ready.fetch })
    }
    for (const rejected of ready.rejected) {
      onEvent?.({ kind: 'rejected', member: member.id, rejected })
    }
    if (ready.trimTo !== undefined) {
      const { trimTo } = ready
      member.trimmedTo = trimTo
      member.disk.entries = member.disk.entries.filter(({ index }) => index > trimTo)
    }
    const last = ready.deliver.at(-1)
    if (last === undefined || member.applyHeld) return
    core.advance({ kind: 'applied', index: last.index })
    core.advance({ kind: 'appliedDurably', index: last.index })
  }

  #finishWrite(member: GroupMember): void {
    const { writing } = member
    if (writing === undefined) return
    applyWrite(member, writing.write)
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

function applyWrite(member: GroupMember, write: LogWrite | Install): void {
  const { disk } = member
  if ('index' in write) {
    const { fetched } = member
    if (fetched === undefined) throw new Error('there is no state to install')
    disk.meta = write.meta
    disk.entries = []
    member.applied = [...fetched.applied]
    member.appliedContext = fetched.context
    member.fetched = undefined
    return
  }
  if (write.meta !== undefined) disk.meta = write.meta
  const first = write.entries[0]
  if (first === undefined) return
  disk.entries = disk.entries.filter(({ index }) => index < first.index)
  disk.entries.push(...write.entries.map(({ index, bytes }) => ({ index, bytes })))
}

function durableOf(member: GroupMember): DurableState {
  const { meta, entries } = member.disk
  const index = asIndex(member.applied.at(-1)?.index ?? 0)
  return { meta, entries: [...entries], applied: { index, context: member.appliedContext } }
}

function isAsking(message: RaftMessage): boolean {
  return message.kind === 'preVote' || message.kind === 'vote'
}
