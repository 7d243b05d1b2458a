/**
 * The next localSequence of each sender incarnation, computed from the log alone: what rule (c) of
 * ordering checks against, and what the delivery filter drops repetitions by. It travels with the
 * applied position, so that a restart goes on from it without the trimmed part of the log.
 *
 * It must stay bounded although incarnations come and go: of each sender it keeps the counters of
 * the highest few incarnations that the log names, and a floor. An incarnation at or below the
 * floor is refused for ever; otherwise one whose counter was dropped would seem to start from 0
 * again, and a request of it that slept in the network would be delivered twice. Since the floor
 * moves by what is ordered alone, every member refuses the same.
 */
import { assert } from '../../common/assert.ts'
import { ByteReader, ByteWriter } from '../../common/bytes.ts'
import { CodecError } from '../../common/codec-error.ts'
import { Slab } from '../../common/slab.ts'
import type { MemberId } from '../../common/member.ts'
import type { RequestRun } from './message.ts'
import { type Incarnation, type LocalSequence, step } from './view.ts'

const formatVersion = 1
/**
 * One is enough for correctness; a few let requests of a sender that restarted still be numbered.
 */
export const keptIncarnations = 4

type Counter = { readonly incarnation: Incarnation; readonly next: LocalSequence }
type SenderCounters = {
  readonly floor: Incarnation
  /** Ascending by incarnation, each above the floor. */
  readonly counters: readonly Counter[]
}

const unknownSender: SenderCounters = { floor: -1 as Incarnation, counters: [] }

const scratch = new ByteWriter()
const slab = new Slab()

export class SenderOrder {
  /** Ascending by sender. */
  #senders: Map<MemberId, SenderCounters>

  constructor(senders: ReadonlyMap<MemberId, SenderCounters> = new Map()) {
    this.#senders = ascending(senders)
  }

  /** The only localSequence that may be ordered next; undefined: none of this incarnation ever. */
  next(sender: MemberId, incarnation: Incarnation): LocalSequence | undefined {
    const { floor, counters } = this.#senders.get(sender) ?? unknownSender
    if (incarnation <= floor) return undefined
    const counter = counters.find((one) => one.incarnation === incarnation)
    return counter?.next ?? (0 as LocalSequence)
  }

  /** The highest incarnation of the sender that was ever ordered; undefined: none was. */
  highestIncarnation(sender: MemberId): Incarnation | undefined {
    const known = this.#senders.get(sender)
    return known?.counters.at(-1)?.incarnation
  }

  /** Rule (c) for a run that is about to be ordered after everything counted so far. */
  allows(run: RequestRun): boolean {
    return this.next(run.sender, run.incarnation) === run.first
  }

  /** The run has been ordered. */
  count({ sender, incarnation, first, count }: RequestRun): void {
    const known = this.#senders.get(sender) ?? unknownSender
    const next = step(first, count)
    if (known.counters.length === 1 && known.counters[0]?.incarnation === incarnation) {
      this.#set(sender, { floor: known.floor, counters: [{ incarnation, next }] })
      return
    }
    const others = known.counters.filter((one) => one.incarnation !== incarnation)
    const counters = [...others, { incarnation, next }]
    counters.sort((a, b) => a.incarnation - b.incarnation)
    const dropped = counters.length > keptIncarnations ? counters.shift() : undefined
    assert(counters.length <= keptIncarnations, 'counters of few incarnations are kept')
    this.#set(sender, { floor: dropped?.incarnation ?? known.floor, counters })
  }

  #set(sender: MemberId, counters: SenderCounters): void {
    const isNew = !this.#senders.has(sender)
    this.#senders.set(sender, counters)
    if (isNew) this.#senders = ascending(this.#senders)
  }

  /** Every counter that is kept. */
  *counters(): Generator<{ sender: MemberId; incarnation: Incarnation; next: LocalSequence }> {
    for (const [sender, { counters }] of this.#senders) {
      for (const counter of counters) yield { sender, ...counter }
    }
  }

  clone(): SenderOrder {
    return new SenderOrder(this.#senders)
  }

  /** Equal orders give equal bytes. */
  encode(): Uint8Array {
    scratch.restart().u8(formatVersion).uint(this.#senders.size)
    for (const [sender, { floor, counters }] of this.#senders) {
      scratch.u8(sender).uintOrNone(floor).uint(counters.length)
      for (const { incarnation, next } of counters) scratch.uint(incarnation).uint(next)
    }
    return scratch.take(slab)
  }

  /** Undefined: nothing has been ordered yet. Throws CodecError. */
  static decode(bytes: Uint8Array | undefined): SenderOrder {
    if (bytes === undefined) return new SenderOrder()
    const reader = new ByteReader(bytes)
    const version = reader.u8()
    if (version !== formatVersion) throw new CodecError(`context of format ${version} is unknown`)
    const senders = new Map<MemberId, SenderCounters>()
    for (let left = reader.uintWithin(0, 256, 'senders'); left > 0; left -= 1) {
      const sender = reader.u8() as MemberId
      const floor = reader.uintOrNone() as Incarnation
      const length = reader.uintWithin(0, keptIncarnations, 'incarnations')
      const counters = Array.from({ length }, () => ({
        incarnation: reader.uint() as Incarnation,
        next: reader.uint() as LocalSequence,
      }))
      senders.set(sender, { floor, counters })
    }
    reader.end()
    return new SenderOrder(senders)
  }
}

function ascending(senders: ReadonlyMap<MemberId, SenderCounters>): Map<MemberId, SenderCounters> {
  return new Map([...senders].sort(([a], [b]) => a - b))
}
