/** Who crashes, pauses and is cut off when, in the phase with faults; who heals after it. */
import { type MemberId, memberId } from '../../common/member.ts'
import { type Random, shuffled } from '../../common/random.ts'
import type { EventQueue } from './event-queue.ts'
import type { SimulatedNetwork } from './network.ts'
import type { SimulationOptions } from './options.ts'

/** A member as faults see it. */
interface Victim {
  readonly id: MemberId
  readonly state: 'running' | 'paused' | 'crashed'
  start(): void
  crash(options: { readonly wipe: boolean }): void
  /** In an orderly way; `stopped` when it is down. */
  stop(stopped: () => void): void
  pause(): void
  proceed(): void
}

type FaultParts = {
  readonly random: Random
  readonly queue: EventQueue
  readonly options: SimulationOptions
  readonly network: SimulatedNetwork
  readonly victims: readonly Victim[]
  /** Whether the group could go on if this member lost its disk now. */
  readonly mayWipe: (id: MemberId) => boolean
  /** Whether those that are back could finish what is pending although these are not. */
  readonly mayStayAway: (away: ReadonlySet<MemberId>) => boolean
  readonly trace: ((line: string) => void) | undefined
}

export class Faults {
  readonly #parts: FaultParts
  #over = false
  crashes = 0
  wipes = 0
  gracefulStops = 0
  pauses = 0
  partitions = 0

  constructor(parts: FaultParts) {
    this.#parts = parts
  }

  start(): void {
    const { partitionEveryMs, crashEveryMs, pauseEveryMs, restartEveryMs } = this.#parts.options
    this.#repeat(partitionEveryMs, () => this.#partition())
    this.#repeat(crashEveryMs, () => this.#crash())
    this.#repeat(pauseEveryMs, () => this.#pause())
    this.#repeat(restartEveryMs, () => this.#restart())
  }

  /**
   * No more faults. `needs` all: everybody comes back. `needs` majority: sometimes only so many as
   * must, the others stay dead or cut off. Returns who is back.
   */
  heal(needs: 'majority' | 'all'): readonly MemberId[] {
    const { random, network, victims, trace } = this.#parts
    this.#over = true
    network.calmDown()
    network.heal()
    const away = needs === 'all' || random.next() < 0.5 ? new Set<MemberId>() : this.#dispensable()
    const healed = victims.filter(({ id }) => !away.has(id))
    for (const victim of victims) {
      if (!away.has(victim.id)) this.#bringBack(victim)
      else if (random.next() < 0.5) victim.crash({ wipe: false })
      else for (const other of healed) this.#cutBothWays(victim.id, other.id)
    }
    const ids = healed.map(({ id }) => id)
    trace?.(`faults are over, back are ${ids.join(' ')}`)
    return ids
  }

  /** As many as the others can do without. */
  #dispensable(): Set<MemberId> {
    const away = new Set<MemberId>()
    for (const { id } of this.#shuffled()) {
      away.add(id)
      if (!this.#parts.mayStayAway(away)) away.delete(id)
    }
    return away
  }

  #bringBack(victim: Victim): void {
    victim.proceed()
    if (victim.state === 'crashed') victim.start()
  }

  /** Exponentially distributed times between; each fault undoes itself later. */
  #repeat(everyMs: number, happen: () => void): void {
    if (everyMs === 0) return
    const { random, queue } = this.#parts
    const next = (): void => {
      queue.after(-Math.log(1 - random.next()) * everyMs, () => {
        if (this.#over) return
        happen()
        next()
      })
    }
    next()
  }

  #partition(): void {
    const { random, options, network, victims, trace } = this.#parts
    if (victims.length === 1) return
    this.partitions += 1
    const order = this.#shuffled()
    if (random.next() < options.oneWayShare) {
      const cuts = random.integer(1, victims.length)
      for (let cut = 0; cut < cuts; cut += 1) {
        const [from, to] = this.#shuffled()
        if (from !== undefined && to !== undefined) network.cut(from.id, to.id)
      }
    } else {
      const size = random.integer(1, victims.length - 1)
      for (const one of order.slice(0, size)) {
        for (const other of order.slice(size)) this.#cutBothWays(one.id, other.id)
      }
    }
    trace?.('links are cut')
    this.#later(() => network.heal())
  }

  #crash(): void {
    const { random, options, mayWipe } = this.#parts
    const order = this.#shuffled()
    const count = random.next() < options.crashAllShare ? order.length : 1
    for (const victim of order.slice(0, count)) {
      if (victim.state === 'crashed') continue
      const wipe = random.next() < options.wipeShare && mayWipe(victim.id)
      if (wipe) this.wipes += 1
      this.crashes += 1
      victim.crash({ wipe })
      this.#startLater(victim)
    }
  }

  #restart(): void {
    const [victim] = this.#shuffled()
    if (victim?.state !== 'running') return
    this.gracefulStops += 1
    victim.stop(() => {
      if (this.#over) this.#bringBack(victim)
      else this.#startLater(victim)
    })
  }

  #startLater(victim: Victim): void {
    this.#later(() => {
      if (victim.state === 'crashed') victim.start()
    })
  }

  #pause(): void {
    const [victim] = this.#shuffled()
    if (victim?.state !== 'running') return
    this.pauses += 1
    this.#parts.trace?.(`pause ${victim.id}`)
    victim.pause()
    this.#later(() => victim.proceed())
  }

  /** After a while, unless healing has come before. */
  #later(undo: () => void): void {
    const { random, queue, options } = this.#parts
    queue.after(random.next() * options.faultMaxMs, () => {
      if (!this.#over) undo()
    })
  }

  #cutBothWays(one: MemberId, other: MemberId): void {
    this.#parts.network.cut(memberId(one), memberId(other))
    this.#parts.network.cut(memberId(other), memberId(one))
  }

  #shuffled(): Victim[] {
    return shuffled(this.#parts.victims, this.#parts.random)
  }
}
