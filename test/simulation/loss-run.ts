/**
 * A closed loop over a group of sequencer cores on a network that loses datagrams: what loss costs,
 * and what its repair costs. Virtual time from a seed, so the figures are always the same. It looks
 * for no violations: simulation.ts does that.
 */
import { type MemberId, memberId } from '../../common/member.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import type { ProposalId } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import type { SequencerConfig } from '../../replication/sequencer/config.ts'
import { SequencerCore } from '../../replication/sequencer/core.ts'
import type { Part, SequencerMessage } from '../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../replication/sequencer/view.ts'
import { EventQueue } from './event-queue.ts'

export type LossRunOptions = {
  readonly seed: number
  /** Share of datagrams that do not arrive, once the group has formed. */
  readonly loss: number
  /** Commands under way at each submitting member, and which those are (the first so many). */
  readonly outstanding: number
  readonly submitters?: number
  readonly measureMs?: number
  /** Datagrams of one member to another overtake each other. */
  readonly reorders?: boolean
  readonly config?: Partial<SequencerConfig>
}

export type LossRunResult = {
  readonly commandsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Of those below: for each command that was delivered at its member. */
  readonly datagramsPerCommand: number
  readonly lostPerCommand: number
  readonly askedPerCommand: number
  readonly answeredPerCommand: number
  /** Parts that came in answer to somebody who had them already. */
  readonly unneededPerCommand: number
  readonly suppressedPerCommand: number
  readonly probesPerCommand: number
  readonly delivered: number
}

const members = 5
const commandBytes = 256
const latencyMinMs = 0.1
const latencyMaxMs = 0.2
/** What one datagram costs its sender and its receiver: repair takes time from other work. */
const datagramMs = 0.004
const diskMs = 0.02
const turnMs = 0.01
const wakeEveryMs = 1
const formingMs = 2_000
const warmUpMs = 50

export function runLossy(options: LossRunOptions): LossRunResult {
  return new LossyGroup(options).run()
}

type Counts = {
  readonly datagrams: number
  readonly lost: number
  readonly unneeded: number
  readonly asked: number
  readonly answered: number
  readonly suppressed: number
  readonly probes: number
}

class Seat {
  readonly id: MemberId
  readonly core: SequencerCore
  pumpComes = false
  wakeComes = false
  /** Works off one thing after the other. */
  busyUntilMs = 0
  readonly lastArrivalMs: number[] = Array.from({ length: members }, () => 0)

  constructor(id: MemberId, core: SequencerCore) {
    this.id = id
    this.core = core
  }
}

class LossyGroup {
  readonly #options: LossRunOptions
  readonly #random: Random
  readonly #queue: EventQueue
  readonly #seats: readonly Seat[]
  readonly #sentMs = new Map<ProposalId, number>()
  readonly #latenciesMs: number[] = []
  #loss = 0
  #lastProposal = 0
  #isMeasuring = false
  #datagrams = 0
  #lost = 0
  #unneeded = 0

  constructor(options: LossRunOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#queue = new EventQueue(this.#random)
    const ids = Array.from({ length: members }, (_, id) => memberId(id))
    this.#seats = ids.map((self) => {
      const core = new SequencerCore({
        self,
        members: ids,
        cluster: clusterIdOf('lossy'),
        durable: {
          meta: undefined,
          entries: [],
          applied: { index: 0 as LogIndex, context: undefined },
        },
        startedAtUnixMs: 1_700_000_000_000,
        random: seededRandom(options.seed * members + self),
        config: { tickMs: 10, ...options.config },
      })
      return new Seat(self, core)
    })
  }

  run(): LossRunResult {
    const { loss, measureMs = 500, outstanding, submitters = members } = this.#options
    for (const seat of this.#seats) {
      this.#tickLater(seat)
      this.#pumpLater(seat)
    }
    this.#runUntil(formingMs, () => this.#seats.every(({ core }) => !core.unavailableReason()))
    this.#loss = loss
    for (const seat of this.#seats.slice(0, submitters)) {
      for (let count = 0; count < outstanding; count += 1) this.#submit(seat)
    }
    this.#runFor(warmUpMs)
    this.#isMeasuring = true
    const before = this.#counts()
    this.#runFor(measureMs)
    const after = this.#counts()
    return this.#result(measureMs, (name) => after[name] - before[name])
  }

  #result(measureMs: number, grown: (name: keyof Counts) => number): LossRunResult {
    const delivered = this.#latenciesMs.length
    const sorted = this.#latenciesMs.sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Infinity
    return {
      commandsPerSecond: (delivered * 1_000) / measureMs,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      maxMs: at(1),
      datagramsPerCommand: grown('datagrams') / delivered,
      lostPerCommand: grown('lost') / delivered,
      askedPerCommand: grown('asked') / delivered,
      answeredPerCommand: grown('answered') / delivered,
      unneededPerCommand: grown('unneeded') / delivered,
      suppressedPerCommand: grown('suppressed') / delivered,
      probesPerCommand: grown('probes') / delivered,
      delivered,
    }
  }

  #counts(): Counts {
    const sum = (of: (core: SequencerCore) => number) =>
      this.#seats.reduce((total, { core }) => total + of(core), 0)
    return {
      datagrams: this.#datagrams,
      lost: this.#lost,
      unneeded: this.#unneeded,
      asked: sum((core) => core.node.repairCounters.asked),
      answered: sum((core) => core.node.repairCounters.answered),
      suppressed: sum((core) => core.node.repairCounters.suppressed),
      probes: sum((core) => core.node.repairCounters.probes),
    }
  }

  #runFor(durationMs: number): void {
    const untilMs = this.#queue.nowMs + durationMs
    while ((this.#queue.nextAtMs ?? Infinity) < untilMs) this.#queue.runNext()
  }

  #runUntil(withinMs: number, isReached: () => boolean): void {
    const untilMs = this.#queue.nowMs + withinMs
    while (!isReached()) {
      if (this.#queue.nowMs > untilMs) throw new Error('the group has not formed')
      this.#queue.runNext()
    }
  }

  #tickLater(seat: Seat): void {
    this.#queue.after(10, () => {
      seat.core.tick()
      this.#pumpLater(seat)
      this.#tickLater(seat)
    })
  }

  #submit(seat: Seat): void {
    this.#lastProposal += 1
    const id = this.#lastProposal as ProposalId
    this.#sentMs.set(id, this.#queue.nowMs)
    seat.core.propose({ id, payload: new Uint8Array(commandBytes) })
    this.#pumpLater(seat)
  }

  #pumpLater(seat: Seat): void {
    if (seat.pumpComes) return
    seat.pumpComes = true
    const waitMs = Math.max(0, seat.busyUntilMs - this.#queue.nowMs)
    this.#queue.after(waitMs + turnMs, () => {
      seat.pumpComes = false
      this.#pump(seat)
    })
  }

  /** As a driver does: a timer of a millisecond, as long as the core wants it. */
  #wakeLater(seat: Seat): void {
    if (seat.wakeComes || seat.core.wakeAtMs() === undefined) return
    seat.wakeComes = true
    this.#queue.after(wakeEveryMs, () => {
      seat.wakeComes = false
      if ((seat.core.wakeAtMs() ?? Infinity) <= this.#queue.nowMs) this.#pumpLater(seat)
      else this.#wakeLater(seat)
    })
  }

  #pump(seat: Seat): void {
    const { core } = seat
    const ready = core.takeReady(this.#queue.nowMs)
    if (ready === undefined) {
      this.#wakeLater(seat)
      return
    }
    for (const { to, message } of ready.send) this.#send(seat, to, message)
    if (ready.persist !== undefined) {
      this.#queue.after(diskMs, () => {
        core.advance({ kind: 'persisted' })
        this.#pumpLater(seat)
      })
    }
    for (const { index, commands } of ready.deliver) {
      core.advance({ kind: 'applied', index })
      core.advance({ kind: 'appliedDurably', index })
      for (const { proposal } of commands) if (proposal !== undefined) this.#answer(seat, proposal)
    }
    this.#pumpLater(seat)
  }

  #answer(seat: Seat, proposal: ProposalId): void {
    const sentMs = this.#sentMs.get(proposal) ?? 0
    this.#sentMs.delete(proposal)
    if (this.#isMeasuring) this.#latenciesMs.push(this.#queue.nowMs - sentMs)
    this.#submit(seat)
  }

  #send(from: Seat, to: MemberId | 'others', message: SequencerMessage): void {
    const isAnswer = to !== 'others'
    for (const target of this.#seats) {
      if (target === from || (isAnswer && target.id !== to)) continue
      this.#datagrams += 1
      this.#spend(from)
      if (this.#random.next() < this.#loss) this.#lost += 1
      else this.#carry(from, target, message, isAnswer)
    }
  }

  #carry(from: Seat, target: Seat, message: SequencerMessage, isAnswer: boolean): void {
    const leavesMs = Math.max(from.busyUntilMs, this.#queue.nowMs)
    const latencyMs = latencyMinMs + this.#random.next() * (latencyMaxMs - latencyMinMs)
    const lastMs = this.#options.reorders === true ? 0 : (target.lastArrivalMs[from.id] ?? 0)
    const atMs = Math.max(leavesMs + latencyMs, lastMs + 1e-6)
    target.lastArrivalMs[from.id] = atMs
    this.#queue.after(atMs - this.#queue.nowMs, () => {
      this.#spend(target)
      if (isAnswer) for (const part of message.parts) if (isHeld(target, part)) this.#unneeded += 1
      target.core.receive(from.id, message)
      this.#pumpLater(target)
    })
  }

  #spend(seat: Seat): void {
    seat.busyUntilMs = Math.max(seat.busyUntilMs, this.#queue.nowMs) + datagramMs
  }
}

function isHeld({ core }: Seat, part: Part): boolean {
  const { log, pool } = core.node
  if (part.kind === 'sequence') {
    const k = part.sequence.globalSequence
    return k <= log.orderedUpTo || log.get(k) !== undefined
  }
  if (part.kind !== 'request') return false
  const { sender, incarnation, localSequence } = part.id
  const isNamed = localSequence < (log.order.next(sender, incarnation) ?? 0)
  return isNamed ? !log.isMissing(part.id) : pool.has(part.id)
}
