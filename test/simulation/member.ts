/**
 * One simulated replica: does with its core what replication/driver.ts does, in the same order, but
 * under virtual time; and is crashed, restarted and paused from outside.
 */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type {
  BarrierId,
  Completed,
  Delivered,
  LogWrite,
  Outgoing,
  ProposalId,
  ProtocolCore,
  Ready,
  Rejected,
} from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { SimulatedDisk } from './disk.ts'
import type { EventQueue } from './event-queue.ts'
import { require } from './failure.ts'
import { describe } from './trace.ts'
import type { AppliedEntry, MemberView, SentMessage, SimulatedProtocol, Step } from './types.ts'

/** What a member needs from the run it is part of. */
export type MemberSurroundings<M, Core extends ProtocolCore<M>> = {
  readonly protocol: SimulatedProtocol<M, Core>
  readonly members: readonly MemberId[]
  readonly random: Random
  readonly queue: EventQueue
  readonly plantedBug: string | undefined
  readonly clockSpeed: number
  readonly diskMs: () => number
  readonly applyMs: () => number
  readonly send: (sent: SentMessage<M>) => void
  readonly deliver: (member: MemberView<Core>, delivered: Delivered) => AppliedEntry
  readonly stepped: (step: Step) => void
  readonly trace: ((line: string) => void) | undefined
}

/** How a client hears of its attempt. One of them is called once, unless it was abandoned. */
export type Caller = {
  readonly served: (appliedIndex: number) => void
  readonly refused: (definite: boolean, reason: string) => void
}

type Proposed = Caller & { readonly payload: Uint8Array }
type WaitingBarrier = Caller & { index: number | undefined }

/** Arrivals that a paused process's socket buffers hold. */
const heldMax = 256
/** How often an idle member secures what it has applied, as the driver does. */
const secureEveryMs = 1_000

export class SimulatedMember<M, Core extends ProtocolCore<M>> implements MemberView<Core> {
  readonly id: MemberId
  readonly disk = new SimulatedDisk()
  state: 'running' | 'paused' | 'crashed' = 'crashed'
  core: Core | undefined
  starts = 0
  readonly #world: MemberSurroundings<M, Core>
  readonly #proposals = new Map<ProposalId, Proposed>()
  readonly #barriers = new Map<BarrierId, WaitingBarrier>()
  #lastProposal = 0
  #lastBarrier = 0
  #held: (() => void)[] = []
  #pumpComes = false
  #waitingWrite: { readonly write: LogWrite; readonly after: readonly Outgoing<M>[] } | undefined
  #toApply: { readonly delivered: Delivered; readonly entry: AppliedEntry }[] = []
  #applying = 0
  #deliveredIndex = 0
  /** The write in flight is our own (see #secureLater). */
  #securing = false

  constructor(id: MemberId, world: MemberSurroundings<M, Core>) {
    this.id = id
    this.#world = world
  }

  get applied(): readonly AppliedEntry[] {
    return this.disk.applied
  }

  get durablyAppliedIndex(): number {
    return this.disk.durablyAppliedIndex
  }

  start(): void {
    const { protocol, members, random, queue, plantedBug } = this.#world
    this.state = 'running'
    this.starts += 1
    this.#deliveredIndex = this.disk.appliedIndex
    // Ids are unique within a process only: answers to an earlier life must not fit this one.
    this.#lastProposal = 0
    this.#lastBarrier = 0
    // Wrong by up to a minute, another minute after each start: clocks are set, too.
    const startedAtUnixMs = 1_700_000_000_000 + Math.floor(queue.nowMs + random.next() * 60_000)
    this.#world.trace?.(`start ${this.id}: ${this.disk.describe()}`)
    this.core = protocol.createCore({
      self: this.id,
      members,
      random,
      tickMs: protocol.tickMs,
      startedAtUnixMs,
      plantedBug,
      durable: {
        meta: this.disk.meta,
        entries: this.disk.entries.slice(),
        applied: {
          index: this.disk.appliedIndex as LogIndex,
          context: this.disk.applied.at(-1)?.context,
        },
      },
    })
    this.#stepped('start')
    this.#tickLater(random.next())
    this.#secureLater()
    this.#pumpLater()
  }

  /** Loses everything but the disk, and of that what a crash may lose. */
  crash(options: { readonly wipe: boolean }): void {
    if (this.state === 'crashed') return
    const { random, plantedBug } = this.#world
    this.state = 'crashed'
    this.core = undefined
    this.#held = []
    this.#pumpComes = false
    this.#waitingWrite = undefined
    // A transaction in flight may have been committed all the same.
    if (random.next() < 0.5) this.#applyNow(this.#applying)
    this.#applying = 0
    this.#toApply = []
    this.disk.crash(random, { forgets: plantedBug === 'diskForgets' })
    if (options.wipe) this.disk.wipe()
    const lost = options.wipe ? ', disk lost' : ''
    this.#world.trace?.(`crash ${this.id}${lost}: ${this.disk.describe()}`)
    const waiting = [...this.#proposals.values(), ...this.#barriers.values()]
    this.#proposals.clear()
    this.#barriers.clear()
    for (const caller of waiting) caller.refused(false, 'the member crashed')
    this.#stepped('crash')
  }

  pause(): void {
    if (this.state === 'running') this.state = 'paused'
  }

  /** What was due meanwhile happens now, in the order in which it came. */
  proceed(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    const held = this.#held
    this.#held = []
    for (const action of held) action()
  }

  receive(from: MemberId, bytes: Uint8Array): void {
    if (this.state === 'crashed') return
    if (this.state === 'paused' && this.#held.length >= heldMax) return
    this.#whenRunning(() => {
      const message = this.#world.protocol.codec.decode(bytes)
      this.#world.trace?.(`${this.id} ← ${from} ${describe(message)}`)
      this.#input('receive', (core) => core.receive(from, message))
    })
  }

  /** Why a client is turned away before it proposes anything; undefined: come in. */
  unavailableReason(): string | undefined {
    if (this.state === 'crashed') return 'connection refused'
    return this.core?.unavailableReason()
  }

  /** `stillWanted` is asked when a paused member comes round to it. */
  propose(payload: Uint8Array, stillWanted: () => boolean, caller: Caller): ProposalId {
    this.#lastProposal += 1
    const id = this.#lastProposal as ProposalId
    this.#proposals.set(id, { ...caller, payload })
    this.#whenRunning(() => {
      if (stillWanted()) this.#input('propose', (core) => core.propose({ id, payload }))
    })
    return id
  }

  barrier(stillWanted: () => boolean, caller: Caller): BarrierId {
    this.#lastBarrier += 1
    const id = this.#lastBarrier as BarrierId
    this.#barriers.set(id, { ...caller, index: undefined })
    this.#whenRunning(() => {
      if (stillWanted()) this.#input('barrier', (core) => core.readBarrier(id))
    })
    return id
  }

  /** The client no longer waits. */
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    if (kind === 'proposal') this.#proposals.delete(id as ProposalId)
    else this.#barriers.delete(id as BarrierId)
    if (this.state !== 'crashed') {
      this.#whenRunning(() => this.#input('abandon', (core) => core.abandon(id, kind)))
    }
  }

  #input(kind: Step['kind'], give: (core: Core) => void): void {
    if (this.core === undefined) return
    give(this.core)
    this.#stepped(kind)
    this.#pumpLater()
  }

  #advance(kind: Step['kind'], done: Completed): void {
    this.#input(kind, (core) => core.advance(done))
  }

  #stepped(kind: Step['kind']): void {
    this.#world.stepped({ kind, member: this.id })
  }

  #tickLater(share = 1): void {
    const { protocol, clockSpeed } = this.#world
    this.#later((protocol.tickMs / clockSpeed) * share, () => {
      this.#input('tick', (core) => core.tick())
      this.#tickLater()
    })
  }

  #secureLater(): void {
    this.#later(secureEveryMs, () => {
      const { writing, appliedIndex, durablyAppliedIndex } = this.disk
      if (!writing && durablyAppliedIndex < appliedIndex) {
        const nothing = { entries: [], truncateFrom: undefined, meta: undefined }
        this.#startWrite(nothing, undefined)
      }
      this.#secureLater()
    })
  }

  /** A later turn: what arrives in between is received before the core is asked for its Ready. */
  #pumpLater(): void {
    if (this.#pumpComes) return
    this.#pumpComes = true
    this.#later(this.#world.random.next() * 0.2, () => {
      this.#pumpComes = false
      const ready = this.core?.takeReady()
      if (ready === undefined) return
      this.#process(ready)
      this.#stepped('pump')
      this.#pumpLater()
    })
  }

  #process(ready: Ready<M>): void {
    this.#send(ready.send)
    this.#persist(ready)
    for (const delivered of ready.deliver) this.#deliver(delivered)
    this.#applyLater()
    for (const { id, index } of ready.barriers) {
      const barrier = this.#barriers.get(id)
      if (barrier !== undefined) barrier.index = index
    }
    this.#releaseBarriers()
    for (const rejected of ready.rejected) this.#reject(rejected)
    if (ready.trimTo !== undefined) this.#trim(ready.trimTo)
  }

  #persist({ persist, sendAfterPersist }: Ready<M>): void {
    if (persist === undefined) {
      const none = sendAfterPersist.length === 0
      require(none, 'contract', () => 'a Ready has sendAfterPersist but no persist')
      return
    }
    require(this.#waitingWrite === undefined, 'contract', () => 'a second persist was handed out')
    const early = this.#world.plantedBug === 'sendBeforeDurable'
    if (early) this.#send(sendAfterPersist)
    const after = early ? [] : sendAfterPersist
    // Our own securing write may be in flight; a second one of the core is refused by the disk.
    if (this.disk.writing && this.#securing) this.#waitingWrite = { write: persist, after }
    else this.#startWrite(persist, after)
  }

  /** `after` undefined: not the core's write but one that secures what was applied. */
  #startWrite(write: LogWrite, after: readonly Outgoing<M>[] | undefined): void {
    this.disk.startWrite(write)
    this.#securing = after === undefined
    this.#later(this.#world.diskMs(), () => {
      const durableBefore = this.disk.durablyAppliedIndex
      this.disk.finishWrite()
      if (after !== undefined) {
        this.#send(after)
        this.#advance('persisted', { kind: 'persisted' })
      }
      const index = this.disk.durablyAppliedIndex as LogIndex
      if (index > durableBefore) this.#advance('applied', { kind: 'appliedDurably', index })
      const next = this.#waitingWrite
      this.#waitingWrite = undefined
      if (next !== undefined) this.#startWrite(next.write, next.after)
    })
  }

  #deliver(delivered: Delivered): void {
    const expected = this.#deliveredIndex + 1
    require(delivered.index === expected, 'contract', () =>
      `member ${this.id} delivers ${delivered.index} where ${expected} belongs`)
    this.#deliveredIndex = delivered.index
    const entry = this.#world.deliver(this, delivered)
    this.#world.trace?.(`${this.id} delivers ${describe(entry)}`)
    this.#toApply.push({ delivered, entry })
  }

  /** One batch at a time; what is delivered meanwhile forms the next. */
  #applyLater(): void {
    if (this.#applying > 0 || this.#toApply.length === 0) return
    this.#applying = this.#toApply.length
    this.#later(this.#world.applyMs(), () => {
      const batch = this.#toApply.slice(0, this.#applying)
      this.#applyNow(this.#applying)
      this.#applying = 0
      for (const { delivered } of batch) this.#answer(delivered)
      this.#releaseBarriers()
      this.#advance('applied', { kind: 'applied', index: this.disk.appliedIndex as LogIndex })
      this.#applyLater()
    })
  }

  #applyNow(count: number): void {
    for (const { entry } of this.#toApply.splice(0, count)) this.disk.applied.push(entry)
  }

  #answer({ commands }: Delivered): void {
    for (const { proposal, payload } of commands) {
      const proposed = proposal === undefined ? undefined : this.#proposals.get(proposal)
      if (proposal === undefined || proposed === undefined) continue
      const same = Buffer.compare(proposed.payload, payload) === 0
      require(same, 'right answer', () =>
        `member ${this.id} answers proposal ${proposal} with another command's result`)
      this.#proposals.delete(proposal)
      proposed.served(this.disk.appliedIndex)
    }
  }

  #releaseBarriers(): void {
    for (const [id, { index, served }] of this.#barriers) {
      if (index === undefined || index > this.disk.appliedIndex) continue
      this.#barriers.delete(id)
      served(this.disk.appliedIndex)
    }
  }

  #reject({ kind, id, definite, message }: Rejected): void {
    const callers: Map<number, Caller> = kind === 'proposal' ? this.#proposals : this.#barriers
    const caller = callers.get(id)
    callers.delete(id)
    caller?.refused(definite, message)
  }

  #trim(index: number): void {
    const durable = this.disk.durablyAppliedIndex
    require(index <= durable, 'trim', () =>
      `member ${this.id} trims its log to ${index}, durably applied is ${durable}`)
    this.#later(this.#world.diskMs(), () => this.disk.trim(index))
  }

  #send(messages: readonly Outgoing<M>[]): void {
    for (const { to, message } of messages) {
      this.#world.trace?.(`${this.id} → ${to} ${describe(message)}`)
      this.#world.send({ from: this.id, to, message })
    }
  }

  #later(delayMs: number, action: () => void): void {
    this.#world.queue.after(
      delayMs,
      this.#alive(() => this.#whenRunning(action)),
    )
  }

  /** Nothing of a process happens after its crash. */
  #alive(action: () => void): () => void {
    const start = this.starts
    return () => {
      if (this.starts === start && this.state !== 'crashed') action()
    }
  }

  #whenRunning(action: () => void): void {
    if (this.state === 'paused') this.#held.push(action)
    else action()
  }
}
