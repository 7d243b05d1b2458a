/**
 * What gathers to leave at once, by destination. Everything for one destination shares messages,
 * and one header: so a Ready tells one status, however many reasons there were to tell it.
 */
import type { MemberId } from '../../common/member.ts'
import type { Outgoing } from '../protocol.ts'
import type { Header, Part, SequencerMessage } from './message.ts'
import { pack } from './packing.ts'
import type { GlobalSequence, LocalSequence } from './view.ts'

export class Outbox {
  readonly #targetBytes: number
  #all: Part[] = []
  #isStatusDue = false
  readonly #single = new Map<MemberId, Part[]>()
  readonly #under: Outgoing<SequencerMessage>[] = []

  constructor(targetBytes: number) {
    this.#targetBytes = targetBytes
  }

  get isEmpty(): boolean {
    return !this.speaksToAll && this.#single.size === 0 && this.#under.length === 0
  }

  /** Whether all others will get something, and with it the status. */
  get speaksToAll(): boolean {
    return this.#isStatusDue || this.#all.length > 0
  }

  tellAll(parts: readonly Part[]): void {
    this.#all.push(...parts)
  }

  /** All others are told the status; in whatever leaves, or alone. */
  statusToAll(): void {
    this.#isStatusDue = true
  }

  /** No parts: the status alone. */
  tell(to: MemberId, parts: readonly Part[]): void {
    const gathered = this.#single.get(to)
    if (gathered === undefined) this.#single.set(to, [...parts])
    else gathered.push(...parts)
  }

  /** Under a header of its own: only what a planted bug says. */
  tellUnder(outgoing: Outgoing<SequencerMessage>): void {
    this.#under.push(outgoing)
  }

  /** What has gathered is not said after all. */
  clear(): void {
    this.#under.length = 0
    this.#all = []
    this.#isStatusDue = false
    this.#single.clear()
  }

  take(header: Header): Outgoing<SequencerMessage>[] {
    const outgoing = [...this.#under]
    if (this.speaksToAll) {
      const messages = pack(header, this.#all, this.#targetBytes)
      for (const message of tellingInOrder(messages)) outgoing.push({ to: 'others', message })
    }
    for (const [to, parts] of this.#single) {
      for (const message of pack(header, parts, this.#targetBytes)) outgoing.push({ to, message })
    }
    this.clear()
    return outgoing
  }
}

/**
 * Each header tells only what has left by then, its own message included: so whoever hears of what
 * it does not have knows that it was lost, or overtaken.
 */
function tellingInOrder(messages: readonly SequencerMessage[]): SequencerMessage[] {
  let ownHighest = Infinity
  let highestSeen = Infinity
  const told: SequencerMessage[] = []
  for (const { header, parts } of messages.toReversed()) {
    const { metadata } = header
    const isAhead = metadata.ownHighest > ownHighest || metadata.highestSeen > highestSeen
    const lowered = {
      ...metadata,
      ownHighest: Math.min(metadata.ownHighest, ownHighest) as LocalSequence,
      highestSeen: Math.min(metadata.highestSeen, highestSeen) as GlobalSequence,
    }
    told.push({ header: isAhead ? { ...header, metadata: lowered } : header, parts })
    for (const part of parts) {
      if (part.kind === 'request' && part.id.sender === header.sender) {
        ownHighest = Math.min(ownHighest, part.id.localSequence - 1)
      } else if (part.kind === 'sequence') {
        highestSeen = Math.min(highestSeen, part.sequence.globalSequence - 1)
      }
    }
  }
  return told.reverse()
}
