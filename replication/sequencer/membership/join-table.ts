/**
 * What is known of the other members outside of views: the latest join of each, told by itself or
 * passed on, and when each was last heard itself. It must not know what follows from it.
 */
import type { MemberId } from '../../../common/member.ts'
import type { JoinRecord } from '../message.ts'
import type { Incarnation, Seat, ViewId } from '../view.ts'

type Told = { readonly record: JoinRecord; readonly tick: number }

export class JoinTable {
  readonly #self: MemberId
  readonly #told = new Map<MemberId, Told>()
  readonly #heard = new Map<MemberId, { incarnation: Incarnation; tick: number }>()
  #isFounded = false
  #highestNumber = 0

  constructor(self: MemberId) {
    this.#self = self
  }

  /** Somebody has installed a view: the group is not new. */
  get isFounded(): boolean {
    return this.#isFounded
  }

  /** Of any view id that was ever told here. */
  get highestNumber(): number {
    return this.#highestNumber
  }

  /** The highest that is known of the member. */
  incarnationOf(member: MemberId): Incarnation | undefined {
    const heard = this.#heard.get(member)?.incarnation
    const told = this.#told.get(member)?.record.incarnation
    if (heard === undefined || told === undefined) return heard ?? told
    return Math.max(heard, told) as Incarnation
  }

  /** A datagram of the member's current incarnation has come from itself. */
  hear(member: MemberId, incarnation: Incarnation, now: number): void {
    const known = this.#heard.get(member)
    if (known === undefined) this.#heard.set(member, { incarnation, tick: now })
    else {
      known.incarnation = incarnation
      known.tick = now
    }
  }

  heard(now: number, timeoutTicks: number): Seat[] {
    return [...this.#heard]
      .filter(([id, { tick }]) => id !== this.#self && now - tick <= timeoutTicks)
      .map(([id, { incarnation }]) => ({ id, incarnation }))
      .sort((a, b) => a.id - b.id)
  }

  /** As heard(), by id as bits: told in every header. */
  heardMask(now: number, timeoutTicks: number): number {
    let mask = 0
    for (const [id, { tick }] of this.#heard) {
      if (id !== this.#self && now - tick <= timeoutTicks) mask |= 1 << id
    }
    return mask
  }

  heardTick(member: MemberId): number | undefined {
    return this.#heard.get(member)?.tick
  }

  /** True when it is news. */
  note(record: JoinRecord, now: number): boolean {
    this.noteViewId(record.promised)
    this.noteViewId(record.installed)
    if (record.installed !== undefined) this.#isFounded = true
    if (record.member === this.#self) return false
    const known = this.#told.get(record.member)?.record
    if (known !== undefined && !isNewer(record, known)) return false
    if (record.incarnation < (this.incarnationOf(record.member) ?? 0)) return false
    this.#told.set(record.member, { record, tick: now })
    return true
  }

  noteFounded(): void {
    this.#isFounded = true
  }

  noteViewId(id: ViewId | undefined): void {
    if (id !== undefined && id.number > this.#highestNumber) this.#highestNumber = id.number
  }

  record(member: MemberId): JoinRecord | undefined {
    return this.#told.get(member)?.record
  }

  /** Joins told lately, of incarnations that nothing newer is known of. */
  records(now: number, timeoutTicks: number): JoinRecord[] {
    return [...this.#told.values()]
      .filter(({ tick }) => now - tick <= timeoutTicks)
      .map(({ record }) => record)
      .filter(({ member, incarnation }) => incarnation === this.incarnationOf(member))
      .sort((a, b) => a.member - b.member)
  }
}

function isNewer(record: JoinRecord, known: JoinRecord): boolean {
  if (record.incarnation !== known.incarnation) return record.incarnation > known.incarnation
  return record.number > known.number
}
