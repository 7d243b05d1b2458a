/**
 * When to say something although there is nothing new to say: the heartbeat of the idle, and the
 * nudge of one whose work does not move on because a datagram was lost that nobody will miss.
 *
 * The nudge follows measured times: it waits for twice what progress usually takes, so that slow
 * disks do not make it chatter, and never longer than a heartbeat.
 */
export type AnnounceTiming = {
  readonly heartbeatTicks: number
  readonly nudgeMinTicks: number
}

export type Situation = {
  /** Something that this member knows of is not delivered, or not numbered. */
  readonly isUnsettled: boolean
  /** Grows whenever the unsettled moves on. */
  readonly progress: number
}

export class Announcer {
  readonly #timing: AnnounceTiming
  #lastBroadcastTick = 0
  #progress = 0
  #progressTick = 0
  #usualTicks = 1
  #nudges = 0
  #nudgeTick: number | undefined

  constructor(timing: AnnounceTiming) {
    this.#timing = timing
  }

  broadcast(now: number): void {
    this.#lastBroadcastTick = now
  }

  isHeartbeatDue(now: number): boolean {
    return now - this.#lastBroadcastTick >= this.#timing.heartbeatTicks
  }

  /** Called once a tick; true: nudge now. */
  isNudgeDue({ isUnsettled, progress }: Situation, now: number): boolean {
    if (!isUnsettled || progress > this.#progress) {
      if (isUnsettled && this.#nudgeTick !== undefined) this.#measure(now - this.#progressTick)
      this.#progress = progress
      this.#progressTick = now
      this.#nudges = 0
      this.#nudgeTick = isUnsettled ? now + this.#waitTicks() : undefined
      return false
    }
    this.#nudgeTick ??= now + this.#waitTicks()
    if (now < this.#nudgeTick) return false
    this.#nudges += 1
    this.#nudgeTick = now + this.#waitTicks()
    return true
  }

  /**
   * What needed a nudge had perhaps lost a datagram, which says nothing of how long work takes; but
   * when everything needs one, it is the disks that are slow. So it counts, up to a limit.
   */
  #measure(ticks: number): void {
    const counted = this.#nudges === 0 ? ticks : Math.min(ticks, this.#usualTicks * 1.5 + 1)
    this.#usualTicks += (counted - this.#usualTicks) / 8
  }

  #waitTicks(): number {
    const wait = Math.max(this.#timing.nudgeMinTicks, Math.ceil(this.#usualTicks * 2))
    return Math.min(wait * 2 ** Math.min(this.#nudges, 10), this.#timing.heartbeatTicks)
  }
}
