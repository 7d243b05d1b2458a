/**
 * One simulated replica: does with its core what replication/driver.ts does, in the same order, but
 * under virtual time; and is crashed, stopped, restarted and paused from outside.
 */
import type { Member } from '../../common/host-port.ts'
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type {
  BarrierId,
  Completed,
  Delivered,
  Outgoing,
  ProposalId,
  ProtocolCore,
  Ready,
} from '../../replication/protocol.ts'
import type { GroupAction, LogIndex } from '../../replication/replicated-log.ts'
import { Applying } from './applying.ts'
import { type ActionCaller, type Caller, Callers } from './callers.ts'
import { SimulatedDisk } from './disk.ts'
import type { EventQueue } from './event-queue.ts'
import { require } from './failure.ts'
import { Life } from './life.ts'
import { Peers } from './peers.ts'
import { type ReadState, StateSource } from './state-source.ts'
import { describe } from './trace.ts'
import type {
  AppliedEntry,
  MemberView,
  ReceivedMessage,
  SentMessage,
  SimulatedProtocol,
  Step,
} from './types.ts'
import { Writing } from './writing.ts'

/** What a member needs from the run it is part of. */
export type MemberSurroundings<M, Core extends ProtocolCore<M>> = {
  readonly protocol: SimulatedProtocol<M, Core>
  /** Whom this member is configured with when it starts now, oneself included. */
  readonly configured: () => readonly Member[]
  readonly random: Random
  readonly queue: EventQueue
  readonly plantedBug: string | undefined
  readonly clockSpeed: number
  readonly diskMs: () => number
  readonly applyMs: () => number
  readonly fetchMs: () => number
  readonly fetchFails: () => boolean
  readonly readState: ReadState
  readonly send: (sent: SentMessage<M>, receivers: readonly MemberId[]) => void
  readonly received: (received: ReceivedMessage<M>) => void
  readonly deliver: (member: MemberView<Core>, delivered: Delivered) => AppliedEntry
  readonly stepped: (step: Step) => void
  readonly trace: ((line: string) => void) | undefined
}

/** How long a process that is told to end waits for others to take over. */
const leaveMaxMs = 1_000

export class SimulatedMember<M, Core extends ProtocolCore<M>> implements MemberView<Core> {
  readonly id: MemberId
  readonly disk = new SimulatedDisk()
  core: Core | undefined
  readonly #world: MemberSurroundings<M, Core>
  readonly #life: Life
  readonly #callers = new Callers()
  readonly #applying: Applying
  readonly #writing: Writing
  readonly #source: StateSource
  readonly #peers: Peers
  #pumpComes = false
  #wakeComes = false
  /** Told to end; called when it has. */
  #leaving: (() => void) | undefined

  constructor(id: MemberId, world: MemberSurroundings<M, Core>) {
    const { queue, random, applyMs, diskMs, fetchMs, fetchFails, readState } = world
    this.id = id
    this.#world = world
    this.#life = new Life(queue)
    this.#applying = new Applying({
      life: this.#life,
      disk: this.disk,
      applyMs,
      onApplied: (batch) => this.#applied(batch),
    })
    this.#writing = new Writing({
      life: this.#life,
      disk: this.disk,
      diskMs,
      onSecured: (index) => this.#advance('applied', { kind: 'appliedDurably', index }),
    })
    this.#source = new StateSource({
      life: this.#life,
      random,
      read: readState,
      fetchMs,
      fails: fetchFails,
      onFetched: (position) => this.#advance('fetched', { kind: 'fetched', position }),
    })
    this.#peers = new Peers(id)
  }

  get state(): 'running' | 'paused' | 'crashed' {
    return this.#life.state
  }

  get starts(): number {
    return this.#life.starts
  }

  get applied(): readonly AppliedEntry[] {
    return this.disk.applied
  }

  get durablyAppliedIndex(): number {
    return this.disk.durablyAppliedIndex
  }

  start(): void {
    const { protocol, random, queue, plantedBug } = this.#world
    const configured = this.#world.configured()
    this.#life.begin()
    this.#callers.begin()
    this.#applying.begin()
    this.#peers.begin(configured)
    // Wrong by up to a minute, another minute after each start: clocks are set, too.
    const startedAtUnixMs = 1_700_000_000_000 + Math.floor(queue.nowMs + random.next() * 60_000)
    this.#world.trace?.(`start ${this.id}: ${this.disk.describe()}`)
    this.core = protocol.createCore({
      self: this.id,
      members: configured.map(({ id }) => id),
      addresses: configured,
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
    this.#writing.begin()
    this.#pumpLater()
  }

  /** Loses everything but the disk, and of that what a crash may lose. */
  crash(options: { readonly wipe: boolean }): void {
    if (this.state === 'crashed') return
    const { random, plantedBug } = this.#world
    this.#forgetProcess()
    // A transaction in flight may have been committed all the same.
    if (random.next() < 0.5) this.#applying.finishBatch()
    this.disk.crash(random, {
      forgets: plantedBug === 'diskForgets',
      tears: plantedBug === 'installTorn',
    })
    if (options.wipe) this.disk.wipe()
    const lost = options.wipe ? ', disk lost' : ''
    this.#world.trace?.(`crash ${this.id}${lost}: ${this.disk.describe()}`)
    this.#callers.loseAll('the member crashed')
    this.#stepped('crash')
  }

  /** Ends as its supervisor would have it: hands over for a while, then loses nothing. */
  stop(stopped: () => void): void {
    if (this.state === 'crashed' || this.#leaving !== undefined) return
    this.#leaving = stopped
    this.#life.whenRunning(() => {
      this.#world.trace?.(`stop ${this.id}`)
      this.#input('stepAside', (core) => core.stepAside())
      this.#life.later(leaveMaxMs, () => this.#end())
    })
  }

  pause(): void {
    this.#life.pause()
  }

  proceed(): void {
    this.#life.proceed()
  }

  receive(from: MemberId, bytes: Uint8Array): void {
    this.#life.arrive(() => {
      const message = this.#world.protocol.codec.decode(bytes)
      this.#world.trace?.(`${this.id} ← ${from} ${describe(message)}`)
      this.#peers.heardFrom(from)
      this.#world.received({ from, to: this.id, message })
      this.#input('receive', (core) => core.receive(from, message))
    })
  }

  /** Why a client is turned away before it proposes anything; undefined: come in. */
  unavailableReason(): string | undefined {
    if (this.state === 'crashed') return 'connection refused'
    if (this.#leaving !== undefined) return 'this member is stopping'
    return this.core?.unavailableReason()
  }

  /** `stillWanted` is asked when a paused member comes round to it. */
  propose(payload: Uint8Array, stillWanted: () => boolean, caller: Caller): ProposalId {
    const id = this.#callers.addProposal(payload, caller)
    this.#life.whenRunning(() => {
      if (stillWanted()) this.#input('propose', (core) => core.propose({ id, payload }))
    })
    return id
  }

  barrier(stillWanted: () => boolean, caller: Caller): BarrierId {
    const id = this.#callers.addBarrier(caller)
    this.#life.whenRunning(() => {
      if (stillWanted()) this.#input('barrier', (core) => core.readBarrier(id))
    })
    return id
  }

  administer(action: GroupAction, stillWanted: () => boolean, caller: ActionCaller): void {
    const id = this.#callers.addAction(caller)
    this.#life.whenRunning(() => {
      if (stillWanted()) this.#input('administer', (core) => core.administer(id, action))
    })
  }

  /** The client no longer waits. */
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    this.#callers.forget(id, kind)
    if (this.state === 'crashed') return
    this.#life.whenRunning(() => this.#input('abandon', (core) => core.abandon(id, kind)))
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
    this.#life.later((protocol.tickMs / clockSpeed) * share, () => {
      this.#input('tick', (core) => core.tick())
      this.#tickLater()
    })
  }

  /** As this member's clock sees it. */
  get #localMs(): number {
    return this.#world.queue.nowMs * this.#world.clockSpeed
  }

  #wakeLater(): void {
    const atMs = this.core?.wakeAtMs?.()
    if (this.#wakeComes || atMs === undefined) return
    this.#wakeComes = true
    const { clockSpeed, random } = this.#world
    const waitMs = Math.max(0, atMs - this.#localMs) / clockSpeed
    this.#life.later(waitMs + random.next(), () => {
      this.#wakeComes = false
      this.#pumpLater()
    })
  }

  /** A later turn: what arrives in between is received before the core is asked for its Ready. */
  #pumpLater(): void {
    if (this.#pumpComes) return
    this.#pumpComes = true
    this.#life.later(this.#world.random.next() * 0.2, () => {
      this.#pumpComes = false
      const ready = this.core?.takeReady(this.#localMs)
      if (ready === undefined) {
        if (this.#leaving !== undefined && this.core?.mayStop() === true) this.#end()
        this.#wakeLater()
        return
      }
      this.#process(ready)
      this.#stepped('pump')
      this.#pumpLater()
    })
  }

  #process(ready: Ready<M>): void {
    if (ready.peers !== undefined) this.#peers.set(ready.peers)
    this.#send(ready.send)
    this.#persist(ready)
    for (const delivered of ready.deliver) {
      this.#applying.requireNext(delivered)
      const entry = this.#world.deliver(this, delivered)
      this.#world.trace?.(`${this.id} delivers ${describe(entry)}`)
      this.#applying.push(delivered, entry)
    }
    this.#applying.go()
    this.#install(ready)
    this.#callers.pass(ready.barriers)
    this.#callers.release(this.disk.appliedIndex)
    for (const rejected of ready.rejected) this.#callers.reject(rejected)
    for (const administered of ready.administered) this.#callers.end(administered)
    if (ready.trimTo !== undefined) this.#trim(ready.trimTo)
    if (ready.fetch !== undefined) this.#source.wish(ready.fetch)
  }

  #persist({ persist, install, sendAfterPersist }: Ready<M>): void {
    if (persist === undefined) {
      const none = sendAfterPersist.length === 0 || install !== undefined
      require(none, 'contract', () => 'a Ready has sendAfterPersist but no persist')
      return
    }
    require(install === undefined, 'contract', () => 'an install stands beside a persist')
    const after = this.#afterwards(sendAfterPersist)
    this.#writing.write(persist, () => {
      this.#send(after)
      this.#advance('persisted', { kind: 'persisted' })
    })
  }

  /** Waits for our own write, and until all that was delivered is applied. */
  #install({ install, sendAfterPersist }: Ready<M>): void {
    if (install === undefined) return
    const { index, meta } = install
    const applied = this.#source.fetched
    require(applied?.length === index, 'contract', () =>
      `member ${this.id} installs ${index}, fetched was ${applied?.length}`)
    const after = this.#afterwards(sendAfterPersist)
    this.#source.install()
    this.#applying.standStill(() => {
      this.#writing.exchange({ applied, meta }, () => {
        this.#world.trace?.(`${this.id} has installed ${index}`)
        this.#source.installed()
        this.#applying.begin()
        this.#callers.release(index)
        this.#send(after)
        this.#advance('installed', { kind: 'persisted' })
      })
    })
  }

  /** What a planted bug sends too early is not left for later. */
  #afterwards(messages: readonly Outgoing<M>[]): readonly Outgoing<M>[] {
    if (this.#world.plantedBug !== 'sendBeforeDurable') return messages
    this.#send(messages)
    return []
  }

  #applied(batch: readonly Delivered[]): void {
    const { appliedIndex } = this.disk
    for (const delivered of batch) this.#callers.answer(delivered, appliedIndex)
    this.#callers.release(appliedIndex)
    this.#advance('applied', { kind: 'applied', index: appliedIndex as LogIndex })
  }

  #trim(index: number): void {
    const durable = this.disk.durablyAppliedIndex
    require(index <= durable, 'trim', () =>
      `member ${this.id} trims its log to ${index}, durably applied is ${durable}`)
    this.#life.later(this.#world.diskMs(), () => this.disk.trim(index))
  }

  #send(messages: readonly Outgoing<M>[]): void {
    for (const { to, message } of messages) {
      this.#world.trace?.(`${this.id} → ${to} ${describe(message)}`)
      this.#world.send({ from: this.id, to, message }, this.#peers.addressed(to))
    }
  }

  #end(): void {
    const stopped = this.#leaving
    this.#forgetProcess()
    this.#applying.finishBatch()
    this.disk.shutDown()
    this.#world.trace?.(`stopped ${this.id}: ${this.disk.describe()}`)
    this.#callers.loseAll('the member was stopped')
    this.#stepped('crash')
    stopped?.()
  }

  #forgetProcess(): void {
    this.#life.end()
    this.core = undefined
    this.#pumpComes = false
    this.#wakeComes = false
    this.#leaving = undefined
    this.#source.forget()
  }
}
