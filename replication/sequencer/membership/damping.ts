/**
 * Who comes back again and again is let in with growing delay: the first return is free, the next
 * waits for the first delay, then twice as long each time, up to a limit. Calm times are credited.
 */
import type { MemberId } from '../../../common/member.ts'

type DampingOptions = { readonly firstTicks: number; readonly maxTicks: number }
type Record = { returns: number; lastTick: number; admitFromTick: number }

export class Damping {
  readonly #options: DampingOptions
  readonly #records = new Map<MemberId, Record>()

  constructor(options: DampingOptions) {
    this.#options = options
  }

  /**
   * The member has started anew, has cost a change of view that did not bring it in, or has not
   * answered a proposal.
   */
  returned(member: MemberId, now: number): void {
    const { firstTicks, maxTicks } = this.#options
    const record = this.#records.get(member) ?? { returns: 0, lastTick: now, admitFromTick: now }
    const calm = Math.floor((now - record.lastTick) / maxTicks)
    const returns = Math.max(0, record.returns - calm) + 1
    const delay = returns === 1 ? 0 : Math.min(firstTicks * 2 ** (returns - 2), maxTicks)
    this.#records.set(member, { returns, lastTick: now, admitFromTick: now + delay })
  }

  isDamped(member: MemberId, now: number): boolean {
    return now < (this.#records.get(member)?.admitFromTick ?? 0)
  }

  damped(now: number): MemberId[] {
    return [...this.#records.keys()].filter((member) => this.isDamped(member, now))
  }
}
