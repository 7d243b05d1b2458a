/**
 * A whole group of cores under a script: messages arrive in the order in which they were sent, at
 * once, unless the script cuts a link or holds a disk. What happens is told line by line.
 */
import { type MemberId, memberId } from '../../../common/member.ts'
import { seededRandom } from '../../../common/random.ts'
import type {
  BarrierId,
  LogWrite,
  Outgoing,
  ProposalId,
  Ready,
} from '../../../replication/protocol.ts'
import type { LogIndex } from '../../../replication/replicated-log.ts'
import { sequencerCodec } from '../../../replication/sequencer/codec.ts'
import type { SequencerConfig } from '../../../replication/sequencer/config.ts'
import { SequencerCore } from '../../../replication/sequencer/core.ts'
import { decodeScalars } from '../../../replication/sequencer/durable.ts'
import type { Transition } from '../../../replication/sequencer/membership/transitions.ts'
import type { SequencerMessage } from '../../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../../replication/sequencer/view.ts'
import { SimulatedDisk } from '../../simulation/disk.ts'
import type { AppliedEntry } from '../../simulation/types.ts'
import { describeMessage, startOf, viewName } from './describe.ts'

type Message = SequencerMessage
type Packet = { readonly from: MemberId; readonly to: MemberId; readonly bytes: Uint8Array }

/** Silence is noticed soon, so that traces are short. */
const quick: Partial<SequencerConfig> = {
  failureTimeoutMs: 100,
  heartbeatMs: 50,
  joinMs: 50,
  gatherGraceMs: 15,
  commitTimeoutMs: 100,
  recoveryTimeoutMs: 100,
  patienceMs: 300,
}
type Member = {
  readonly id: MemberId
  readonly disk: SimulatedDisk
  core: SequencerCore | undefined
  /** Sent once the write in flight is durable. */
  after: readonly Outgoing<Message>[]
  isDiskHeld: boolean
  /** Paused: what has come for it meanwhile lies before it when it goes on. */
  backlog: Packet[] | undefined
  starts: number
  /** Transitions that have been told. */
  told: Transition | undefined
  /** Another member's state, beside the present one. */
  fetched: readonly AppliedEntry[]
}

export type GroupOptions = {
  readonly members: number
  readonly config?: Partial<SequencerConfig>
  readonly trace?: (line: string) => void
}

type StartOptions = {
  readonly startedAtUnixMs?: number
  readonly config?: Partial<SequencerConfig>
}

export class ScenarioGroup {
  readonly members: readonly Member[]
  readonly #options: GroupOptions
  readonly #ids: readonly MemberId[]
  readonly #wire: Packet[] = []
  readonly #cut = new Set<string>()
  /** What is on its way between two members, and does not arrive yet. */
  readonly #held = new Map<string, Uint8Array[]>()
  #isLost: () => boolean = () => false
  #spoken: (message: Message) => Message = (message) => message
  #lastId = 0

  constructor(options: GroupOptions) {
    this.#options = options
    this.#ids = Array.from({ length: options.members }, (_, id) => memberId(id))
    this.members = this.#ids.map((id) => ({
      id,
      disk: new SimulatedDisk(),
      core: undefined,
      after: [],
      isDiskHeld: false,
      backlog: undefined,
      starts: 0,
      told: undefined,
      fetched: [],
    }))
  }

  /**
   * A wall clock that goes on by a second with each start, or one that is wrong. `config`: what this
   * one has otherwise than the others.
   */
  start(id: number, { startedAtUnixMs, config }: StartOptions = {}): void {
    const member = this.member(id)
    member.starts += 1
    const { disk } = member
    const durable = {
      meta: disk.meta,
      entries: disk.entries.slice(),
      applied: {
        index: disk.appliedIndex as LogIndex,
        context: disk.applied.at(-1)?.context,
      },
    }
    member.core = new SequencerCore({
      self: member.id,
      members: this.#ids,
      cluster: clusterIdOf('scenario'),
      durable,
      // Chosen so that incarnation / 1024 / 1000 is the number of the start.
      startedAtUnixMs: startedAtUnixMs ?? member.starts * 1_000,
      random: seededRandom(id + 1),
      config: { ...quick, ...this.#options.config, ...config },
    })
    member.told = undefined
  }

  /** Everything in memory is gone, and a write in flight with it. */
  crash(id: number): void {
    const member = this.member(id)
    member.core = undefined
    member.after = []
    // Never kept: scripts say exactly what was durable.
    member.disk.crash({ next: () => 1, integer: (min) => min }, { forgets: false })
  }

  /** Down, and its disk is empty. */
  wipe(id: number): void {
    this.crash(id)
    this.member(id).disk.wipe()
  }

  /** SIGSTOP, until resume(). */
  pause(id: number): void {
    this.member(id).backlog ??= []
  }

  resume(id: number): void {
    const member = this.member(id)
    this.#wire.unshift(...(member.backlog ?? []))
    member.backlog = undefined
  }

  /** As its supervisor would end it. */
  leave(id: number): void {
    this.coreOf(id).stepAside()
  }

  /** Nothing passes between these sets. */
  part(...sets: readonly (readonly number[])[]): void {
    this.heal()
    for (const set of sets) {
      for (const other of sets) {
        if (set === other) continue
        for (const from of set) for (const to of other) this.cut(from, to)
      }
    }
  }

  cut(from: number, to: number): void {
    this.#cut.add(`${from}>${to}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  /** What one sends to the other from now on comes later. */
  hold(from: number, to: number): void {
    this.#held.set(`${from}>${to}`, [])
  }

  /** All that was held back comes now, whoever is there to get it. */
  release(from: number, to: number): void {
    const held = this.#held.get(`${from}>${to}`) ?? []
    this.#held.delete(`${from}>${to}`)
    for (const bytes of held) this.#wire.push({ from: memberId(from), to: memberId(to), bytes })
  }

  /** Decides about each message to each member. */
  lose(isLost: () => boolean): void {
    this.#isLost = isLost
  }

  /** What members say instead: as one that is broken would. */
  disguise(spoken: (message: Message) => Message): void {
    this.#spoken = spoken
  }

  holdDisk(id: number): void {
    this.member(id).isDiskHeld = true
  }

  releaseDisk(id: number): void {
    const member = this.member(id)
    member.isDiskHeld = false
    if (member.disk.writing) this.#finishWrite(member)
  }

  propose(id: number, payload: string | Uint8Array): ProposalId {
    this.#lastId += 1
    const proposal = this.#lastId as ProposalId
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    this.coreOf(id).propose({ id: proposal, payload: bytes })
    return proposal
  }

  barrier(id: number): BarrierId {
    this.#lastId += 1
    const barrier = this.#lastId as BarrierId
    this.coreOf(id).readBarrier(barrier)
    return barrier
  }

  tick(): void {
    for (const { core, backlog } of this.members) if (backlog === undefined) core?.tick()
    this.settle()
  }

  /** Lets everything happen that needs no time. */
  settle(): void {
    for (let turn = 0; turn < 10_000; turn += 1) {
      const worked = this.members.map((member) => this.#pump(member)).some(Boolean)
      const packet = this.#wire.shift()
      if (packet !== undefined) {
        const receiver = this.member(packet.to)
        if (receiver.backlog === undefined) this.#receive(receiver, packet)
        else receiver.backlog.push(packet)
      } else if (!worked) return
    }
    throw new Error('the group does not come to rest')
  }

  member(id: number): Member {
    const member = this.members[id]
    if (member === undefined) throw new Error(`there is no member ${id}`)
    return member
  }

  coreOf(id: number): SequencerCore {
    const { core } = this.member(id)
    if (core === undefined) throw new Error(`member ${id} is down`)
    return core
  }

  #receive(member: Member, { from, bytes }: Packet): void {
    member.core?.receive(from, sequencerCodec.decode(bytes))
    this.#tellTransitions(member)
  }

  #pump(member: Member): boolean {
    if (member.backlog !== undefined) return false
    this.#tellTransitions(member)
    const ready = member.core?.takeReady()
    if (ready === undefined) return false
    this.#process(member, ready)
    return true
  }

  #process(member: Member, ready: Ready<Message>): void {
    const { id, disk } = member
    for (const outgoing of ready.send) this.#send(id, outgoing)
    if (ready.persist !== undefined) {
      this.#tell(`${id} persists ${describeWrite(ready.persist)}${heldNote(member)}`)
      disk.startWrite(ready.persist)
      member.after = ready.sendAfterPersist
      if (!member.isDiskHeld) this.#finishWrite(member)
    }
    for (const { index, commands, context } of ready.deliver) {
      const texts = commands.map(({ payload, proposal }) => {
        const own = proposal === undefined ? '' : ` (proposal ${proposal})`
        return `"${shortText(payload)}"${own}`
      })
      this.#tell(`${id} delivers ${index - 1}: ${texts.join(', ')}`)
      const attempts = commands.map(({ proposal }) => ({ request: proposal ?? 0, attempt: 0 }))
      disk.applied.push({ index, context, commands: attempts })
      member.core?.advance({ kind: 'applied', index })
    }
    for (const { id: barrier, index } of ready.barriers) {
      this.#tell(`${id} barrier ${barrier} passes at ${index - 1}`)
    }
    for (const { kind, id: refused, code, message } of ready.rejected) {
      this.#tell(`${id} refuses ${kind} ${refused}: ${code}, ${message}`)
    }
    this.#fetch(member, ready)
    this.#install(member, ready)
    if (ready.trimTo !== undefined) {
      this.#tell(`${id} trims up to ${ready.trimTo - 1}`)
      disk.trim(ready.trimTo)
    }
  }

  /** From the first that is up, at once. */
  #fetch(member: Member, { fetch }: Ready<Message>): void {
    if (fetch === undefined) return
    const source = fetch.from.map((id) => this.member(id)).find(({ core }) => core !== undefined)
    if (source === undefined) throw new Error('nobody has the state')
    member.fetched = source.disk.applied.slice()
    const index = member.fetched.length as LogIndex
    this.#tell(`${member.id} fetches the state of ${source.id}, up to ${index - 1}`)
    const context = member.fetched.at(-1)?.context
    member.core?.advance({ kind: 'fetched', position: { index, context } })
  }

  #install(member: Member, { install }: Ready<Message>): void {
    if (install === undefined) return
    this.#tell(`${member.id} installs the state up to ${install.index - 1}`)
    member.disk.startExchange({ applied: member.fetched, meta: install.meta })
    member.disk.finishWrite()
    member.core?.advance({ kind: 'persisted' })
  }

  #tellTransitions({ id, core, ...member }: Member): void {
    const all = core?.node.transitions.all ?? []
    const from = member.told === undefined ? 0 : all.indexOf(member.told) + 1
    for (const { from: before, to, reason } of all.slice(from)) {
      this.#tell(`${id}: ${before} → ${to}, ${withStarts(reason)}`)
    }
    this.member(id).told = all.at(-1)
  }

  #finishWrite(member: Member): void {
    const { core, after, disk } = member
    if (core === undefined) return
    disk.finishWrite()
    member.after = []
    for (const outgoing of after) this.#send(member.id, outgoing)
    core.advance({ kind: 'persisted' })
    const secured = disk.durablyAppliedIndex as LogIndex
    if (secured > 0) core.advance({ kind: 'appliedDurably', index: secured })
  }

  #send(from: MemberId, { to, message: meant }: Outgoing<Message>): void {
    const message = this.#spoken(meant)
    requireDurable(this.member(from), message)
    const bytes = sequencerCodec.encode(message)
    const targets = to === 'others' ? this.#ids.filter((id) => id !== from) : [to]
    const lost = targets.filter((target) => this.#cut.has(`${from}>${target}`))
    const late = targets.filter((target) => this.#held.has(`${from}>${target}`))
    const note = lost.length === 0 ? '' : ` (lost to ${lost.join(', ')})`
    const lateNote = late.length === 0 ? '' : ` (held back from ${late.join(', ')})`
    this.#tell(`${from} → ${to}: ${describeMessage(message)}${note}${lateNote}`)
    for (const target of targets) {
      if (lost.includes(target) || this.#isLost()) continue
      const held = this.#held.get(`${from}>${target}`)
      if (held === undefined) this.#wire.push({ from, to: target, bytes })
      else held.push(bytes)
    }
  }

  #tell(line: string): void {
    this.#options.trace?.(line)
  }
}

/** Whatever a script does: nobody speaks as an incarnation that its disk does not know yet. */
function requireDurable({ id, disk }: Member, { header }: Message): void {
  const stored = disk.meta === undefined ? undefined : decodeScalars(disk.meta).incarnation
  if (stored === header.incarnation) return
  const spoken = startOf(header.incarnation)
  throw new Error(`member ${id} speaks as start ${spoken} before that is durable`)
}

function heldNote({ isDiskHeld }: Member): string {
  return isDiskHeld ? ' (held)' : ''
}

function describeWrite({ entries, meta, truncateFrom }: LogWrite): string {
  const told = entries.length === 0 ? [] : [entries.map(({ index }) => index - 1).join(' ')]
  if (truncateFrom !== undefined) told.push(`nothing from ${truncateFrom - 1} on`)
  if (meta !== undefined) told.push(describeScalars(meta))
  return told.join(', with ')
}

function describeScalars(meta: Uint8Array): string {
  const { promised, installed, isRecovering, noted } = decodeScalars(meta)
  const told = [
    ...(promised === undefined ? [] : [`promised ${viewName(promised)}`]),
    ...(installed === undefined
      ? []
      : [`installed ${viewName(installed.id)} from ${installed.firstGlobal}`]),
    ...(isRecovering ? ['recovering'] : []),
    ...[...noted].map(([member, incarnation]) => `noted ${member}.${startOf(incarnation)}`),
  ]
  return `scalars (${told.length === 0 ? 'blank' : told.join(', ')})`
}

/** Incarnations in view ids as the number of the start. */
function withStarts(reason: string): string {
  return reason.replaceAll(/(\d+\.\d+)\.\d{7,}/g, '$1')
}

function shortText(payload: Uint8Array): string {
  return payload.length > 40 ? `${payload.length} bytes` : Buffer.from(payload).toString()
}
