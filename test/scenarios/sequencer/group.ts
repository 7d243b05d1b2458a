/**
 * A whole group of cores under a script: messages arrive in the order in which they were sent, at
 * once, unless the script cuts a link or holds a disk. What happens is told line by line.
 */
import { type MemberId, memberId } from '../../../common/member.ts'
import { seededRandom } from '../../../common/random.ts'
import type { BarrierId, Outgoing, ProposalId, Ready } from '../../../replication/protocol.ts'
import type { LogIndex } from '../../../replication/replicated-log.ts'
import { sequencerCodec } from '../../../replication/sequencer/codec.ts'
import type { SequencerConfig } from '../../../replication/sequencer/config.ts'
import { SequencerCore } from '../../../replication/sequencer/core.ts'
import type { SequencerMessage } from '../../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../../replication/sequencer/view.ts'
import { SimulatedDisk } from '../../simulation/disk.ts'
import { describeMessage } from './describe.ts'

type Message = SequencerMessage
type Member = {
  readonly id: MemberId
  readonly disk: SimulatedDisk
  core: SequencerCore | undefined
  /** Sent once the write in flight is durable. */
  after: readonly Outgoing<Message>[]
  isDiskHeld: boolean
  starts: number
}

export type GroupOptions = {
  readonly members: number
  readonly config?: Partial<SequencerConfig>
  readonly trace?: (line: string) => void
}

export class ScenarioGroup {
  readonly members: readonly Member[]
  readonly #options: GroupOptions
  readonly #ids: readonly MemberId[]
  readonly #wire: { from: MemberId; to: MemberId; bytes: Uint8Array }[] = []
  readonly #cut = new Set<string>()
  #isLost: () => boolean = () => false
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
      starts: 0,
    }))
  }

  /** A wall clock that differs from member to member by a second for each start. */
  start(id: number): void {
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
      startedAtUnixMs: member.starts * 1_000,
      random: seededRandom(id + 1),
      config: this.#options.config ?? {},
    })
  }

  /** Everything in memory is gone, and a write in flight with it. */
  crash(id: number): void {
    const member = this.member(id)
    member.core = undefined
    member.after = []
    // Never kept: scripts say exactly what was durable.
    member.disk.crash({ next: () => 1, integer: (min) => min }, { forgets: false })
  }

  cut(from: number, to: number): void {
    this.#cut.add(`${from}>${to}`)
  }

  heal(): void {
    this.#cut.clear()
  }

  /** Decides about each message to each member. */
  lose(isLost: () => boolean): void {
    this.#isLost = isLost
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
    for (const { core } of this.members) core?.tick()
    this.settle()
  }

  /** Lets everything happen that needs no time. */
  settle(): void {
    for (let turn = 0; turn < 10_000; turn += 1) {
      const worked = this.members.map((member) => this.#pump(member)).some(Boolean)
      const packet = this.#wire.shift()
      if (packet !== undefined) {
        const message = sequencerCodec.decode(packet.bytes)
        this.member(packet.to).core?.receive(packet.from, message)
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

  #pump(member: Member): boolean {
    const ready = member.core?.takeReady()
    if (ready === undefined) return false
    this.#process(member, ready)
    return true
  }

  #process(member: Member, ready: Ready<Message>): void {
    const { id, disk } = member
    for (const outgoing of ready.send) this.#send(id, outgoing)
    if (ready.persist !== undefined) {
      const { entries, meta } = ready.persist
      const what = meta === undefined ? entries.map((entry) => entry.index - 1).join(' ') : 'meta'
      this.#tell(`${id} persists ${what}${member.isDiskHeld ? ' (held)' : ''}`)
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
    if (ready.trimTo !== undefined) {
      this.#tell(`${id} trims up to ${ready.trimTo - 1}`)
      disk.trim(ready.trimTo)
    }
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

  #send(from: MemberId, { to, message }: Outgoing<Message>): void {
    const bytes = sequencerCodec.encode(message)
    const targets = to === 'others' ? this.#ids.filter((id) => id !== from) : [to]
    const lost = targets.filter((target) => this.#cut.has(`${from}>${target}`))
    const note = lost.length === 0 ? '' : ` (lost to ${lost.join(', ')})`
    this.#tell(`${from} → ${to}: ${describeMessage(message)}${note}`)
    for (const target of targets) {
      if (!lost.includes(target) && !this.#isLost()) this.#wire.push({ from, to: target, bytes })
    }
  }

  #tell(line: string): void {
    this.#options.trace?.(line)
  }
}

function shortText(payload: Uint8Array): string {
  return payload.length > 40 ? `${payload.length} bytes` : Buffer.from(payload).toString()
}
