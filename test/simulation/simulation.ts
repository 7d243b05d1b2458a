/**
 * One run: a seed draws the options, a phase with faults asks whether anything wrong ever happens,
 * a phase without asks whether everything pending then finishes. Same seed, same run.
 */
import type { Member } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { quorumOf } from '../../common/quorum.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import type { ProtocolCore } from '../../replication/protocol.ts'
import { EventQueue } from './event-queue.ts'
import { CheckFailed, require } from './failure.ts'
import { Faults } from './faults.ts'
import { Ledger } from './ledger.ts'
import { SimulatedMember } from './member.ts'
import { SimulatedNetwork } from './network.ts'
import { Operator } from './operator.ts'
import { drawOptions, type SimulationOptions } from './options.ts'
import { addressOf } from './peers.ts'
import type {
  AppliedEntry,
  RunSimulation,
  SentMessage,
  SimulatedGroup,
  SimulationCheck,
  SimulationFailure,
  SimulationResult,
  Step,
  World,
} from './types.ts'
import { Workload } from './workload.ts'

/**
 * Bugs that the simulator can plant around any protocol: promises that leave before they are
 * durable; disks that lose, at a crash, a write that they had confirmed. And around those that
 * fetch states: a crash in the middle of an install leaves some of the old and some of the new.
 */
export const environmentBugs = ['sendBeforeDurable', 'diskForgets'] as const
export const installBugs = ['installTorn'] as const

/** Runs one seed to its end or to the first thing that must not be. Never throws for those. */
export function runSimulation<M, Core extends ProtocolCore<M>>(
  run: RunSimulation<M, Core>,
): SimulationResult {
  return new Simulation(run).run()
}

class Simulation<M, Core extends ProtocolCore<M>> implements World<Core> {
  readonly options: SimulationOptions
  readonly members: readonly SimulatedMember<M, Core>[]
  phase: 'safety' | 'liveness' = 'safety'
  readonly #run: RunSimulation<M, Core>
  readonly #queue: EventQueue
  readonly #network: SimulatedNetwork
  readonly #ledger: Ledger
  readonly #workload: Workload
  readonly #faults: Faults
  readonly #operator: Operator
  readonly #checks: readonly SimulationCheck<M, Core>[]
  readonly #trace: ((line: string) => void) | undefined
  #check = 'exception'
  /** Whom members that lost their disks were told about. */
  readonly #lists = new Map<MemberId, readonly MemberId[]>()
  #steps = 0
  #installs = 0
  #digest = 0
  #recoveryMs: number | undefined

  constructor(run: RunSimulation<M, Core>) {
    const { protocol, seed, overrides, trace } = run
    const random = seededRandom(seed)
    const drawn = { ...drawOptions(random, protocol), ...overrides }
    const options = protocol.limitOptions?.(drawn) ?? drawn
    this.#run = run
    this.options = options
    this.#trace = trace && ((line) => trace(`${this.nowMs.toFixed(3).padStart(10)} ${line}`))
    // A stream of randomness for each part: what one draws does not shift what another gets.
    const stream = (): Random => seededRandom(random.integer(0, 0xffff_ffff))
    const queue = new EventQueue(stream())
    const shared = { queue, options, trace: this.#trace }
    this.#queue = queue
    this.#ledger = new Ledger(protocol)
    this.#checks = protocol.createChecks()
    const memberRandom = stream()
    this.members = Array.from({ length: options.members + options.spares }, (_, id) =>
      this.#createMember(memberId(id), memberRandom),
    )
    const deliver = (from: MemberId, to: MemberId, bytes: Uint8Array): void =>
      this.members[to]?.receive(from, bytes)
    const network = new SimulatedNetwork({ ...shared, random: stream(), deliver })
    this.#network = network
    const { members } = this
    this.#faults = new Faults({
      ...shared,
      random: stream(),
      network,
      victims: members,
      mayWipe: (id) => this.#mayWipe(id),
      mayStayAway: (away) => this.#mayStayAway(away),
    })
    this.#workload = new Workload({
      ...shared,
      random: stream(),
      ledger: this.#ledger,
      services: members,
    })
    const group = (): SimulatedGroup | undefined => protocol.membership?.group(this)
    this.#operator = new Operator({ ...shared, random: stream(), members, group })
  }

  get nowMs(): number {
    return this.#queue.nowMs
  }

  run(): SimulationResult {
    let failure: SimulationFailure | undefined
    try {
      for (const member of this.members) member.start()
      this.#faults.start()
      this.#workload.start()
      this.#operator.start()
      this.#runUntil(this.options.safetyMs, () => false)
      this.#heal()
    } catch (error) {
      failure = this.#failure(error)
    }
    return {
      seed: this.#run.seed,
      options: this.options,
      failure,
      statistics: this.#statistics(),
      digest: this.#digest,
    }
  }

  #heal(): void {
    const { liveness } = this.#run.protocol
    this.phase = 'liveness'
    const healedAtMs = this.nowMs
    this.#operator.windUp()
    const healed = this.#faults.heal(liveness.needs)
    this.#workload.windUp(healed)
    const caughtUp = (): boolean =>
      this.#workload.finished &&
      this.#nobodyIsLost(healed) &&
      this.#seatedAmong(healed).every(({ disk }) => disk.appliedIndex >= this.#ledger.knownIndex)
    this.#runUntil(healedAtMs + liveness.withinMs, caughtUp)
    require(caughtUp(), 'progress', () => this.#describeStandstill())
    this.#recoveryMs = this.nowMs - healedAtMs
    for (const { id, applied } of this.#seatedAmong(healed)) {
      this.#ledger.requireComplete(id, applied)
    }
    for (const { id, applied } of this.members) this.#ledger.requirePrefix(id, applied)
    this.#each((check) => check.atEnd?.(this))
  }

  /** Whose database must hold everything: those who are back and belong to the group. */
  #seatedAmong(healed: readonly MemberId[]): readonly SimulatedMember<M, Core>[] {
    const seated = this.#run.protocol.membership?.group(this)?.seated
    return this.members.filter(({ id }) => healed.includes(id) && (seated?.includes(id) ?? true))
  }

  #nobodyIsLost(healed: readonly MemberId[]): boolean {
    const lost = this.#run.protocol.membership?.group(this)?.lost ?? []
    return !lost.some((id) => healed.includes(id))
  }

  #mayWipe(id: MemberId): boolean {
    const { membership } = this.#run.protocol
    if (membership === undefined || this.#operator.mayShrinkGroup) return false
    if (membership.group(this) !== undefined) {
      return membership.canDecideWithout(this, new Set([id]))
    }
    // What was said of a disk before there was a group may be counted on when it is formed.
    return this.#faults.wipes < this.options.members - quorumOf(this.options.members)
  }

  #mayStayAway(away: ReadonlySet<MemberId>): boolean {
    const { membership } = this.#run.protocol
    // A new group forms only when all are there; until it has agreed on anything, perhaps those who
    // stay do not know of it yet.
    if (membership !== undefined && this.#ledger.order.length === 0) return away.size === 0
    if (membership !== undefined) return membership.canDecideWithout(this, away)
    return away.size <= this.options.members - quorumOf(this.options.members)
  }

  #runUntil(endMs: number, done: () => boolean): void {
    while (!done()) {
      const nextAtMs = this.#queue.nextAtMs
      if (nextAtMs === undefined || nextAtMs > endMs) return
      this.#queue.runNext()
    }
  }

  #createMember(id: MemberId, random: Random): SimulatedMember<M, Core> {
    const { protocol, plantedBug } = this.#run
    const { options } = this
    const between = (min: number, max: number): number => min + random.next() * (max - min)
    const diskFactor = options.slowDiskMember === id ? 10 : 1
    return new SimulatedMember<M, Core>(id, {
      protocol,
      configured: () => this.#configured(id),
      random,
      queue: this.#queue,
      plantedBug,
      clockSpeed: options.clockSpeeds[id] ?? 1,
      diskMs: () => between(options.diskMinMs, options.diskMaxMs) * diskFactor,
      applyMs: () => between(options.applyMinMs, options.applyMaxMs),
      fetchMs: () => between(options.fetchMinMs, options.fetchMaxMs),
      fetchFails: () => this.phase === 'safety' && random.next() < options.fetchFailures,
      readState: (source) => this.#readState(id, source),
      send: (sent, receivers) => this.#send(sent, receivers),
      received: (received) => this.#each((check) => check.onReceive?.(this, received)),
      deliver: (member, delivered) => {
        this.#each((check) => check.onDeliver?.(this, member, delivered))
        return this.#ledger.delivered(member.id, delivered)
      },
      stepped: (step) => this.#stepped(step),
      trace: this.#trace,
    })
  }

  /**
   * The first members; a spare one knows itself besides. Who starts with a lost disk is told who
   * belongs to the group now, whether it still does itself: perhaps none of the first members does,
   * and one that knew no other would have to take itself for a new group.
   */
  #configured(self: MemberId): readonly Member[] {
    const first = Array.from({ length: this.options.members }, (_, id) => memberId(id))
    const group = this.#run.protocol.membership?.group(this)
    const member = this.members[self]
    const isBlank = member !== undefined && member.starts > 0 && member.disk.meta === undefined
    // Its list is as it was written then, however often it starts.
    if (isBlank && group !== undefined) this.#lists.set(self, group.seated)
    const now = this.#lists.get(self) ?? []
    return [...new Set([...first, ...now, self])].sort((a, b) => a - b).map(addressOf)
  }

  #readState(reader: MemberId, source: MemberId): readonly AppliedEntry[] | undefined {
    const member = this.members[source]
    const reachable =
      source !== reader &&
      member?.state === 'running' &&
      this.#network.carries(reader, source) &&
      this.#network.carries(source, reader)
    return reachable ? member.applied : undefined
  }

  #send(sent: SentMessage<M>, receivers: readonly MemberId[]): void {
    this.#each((check) => check.onSend?.(this, sent))
    const bytes = this.#run.protocol.codec.encode(sent.message)
    this.#mix(bytes.length)
    for (const to of receivers) this.#network.send(sent.from, to, bytes)
  }

  #stepped(step: Step): void {
    this.#steps += 1
    this.#mix(step.kind.length * 16 + step.member)
    this.#mix(Math.floor(this.nowMs * 1_000))
    if (step.kind === 'installed') this.#installs += 1
    if (step.kind === 'installed' || step.kind === 'start') {
      this.#ledger.requirePrefix(step.member, this.members[step.member]?.applied ?? [])
    }
    this.#each((check) => check.afterStep?.(this, step))
  }

  #each(look: (check: SimulationCheck<M, Core>) => void): void {
    for (const check of this.#checks) {
      this.#check = check.name
      look(check)
    }
    this.#check = 'exception'
  }

  #mix(value: number): void {
    this.#digest = Math.imul(this.#digest ^ value, 0x01000193) >>> 0
  }

  #failure(error: unknown): SimulationFailure {
    const check = error instanceof CheckFailed ? error.check : this.#check
    const message = error instanceof Error ? error.message : String(error)
    const stack = error instanceof Error ? error.stack : undefined
    return { check, message, atMs: this.nowMs, stack }
  }

  #describeStandstill(): string {
    const members = this.members.map((member) => {
      const why = member.core?.unavailableReason() ?? 'takes proposals'
      return `member ${member.id} ${member.state}, applied ${member.disk.appliedIndex}: ${why}`
    })
    const { withinMs } = this.#run.protocol.liveness
    const standing = this.#workload.finished ? 'a member is behind' : 'operations are unfinished'
    const known = `known index ${this.#ledger.knownIndex}`
    return `${withinMs} ms after the last fault ${standing} (${known}; ${members.join('; ')})`
  }

  #statistics(): SimulationResult['statistics'] {
    return {
      simulatedMs: Math.round(this.nowMs),
      steps: this.#steps,
      messagesSent: this.#network.messagesSent,
      messagesLost: this.#network.messagesLost,
      writesAcknowledged: this.#ledger.writesAcknowledged,
      readsServed: this.#ledger.readsServed,
      attempts: this.#ledger.attempts,
      crashes: this.#faults.crashes,
      wipes: this.#faults.wipes,
      gracefulStops: this.#faults.gracefulStops,
      installs: this.#installs,
      actionsDone: this.#operator.actionsDone,
      actionsRefused: this.#operator.actionsRefused,
      pauses: this.#faults.pauses,
      partitions: this.#faults.partitions,
      appliedIndexMax: this.#ledger.order.length,
      recoveryMs: this.#recoveryMs === undefined ? undefined : Math.round(this.#recoveryMs),
    }
  }
}
