/**
 * The smallest protocol that the simulator can run: member 0 leads for ever, everybody's log is a
 * prefix of its log. It stops when member 0 does. It exists to test the simulator: right as it
 * stands, wrong in a known way under each of `toyBugs`.
 */
import type { MemberId } from '../../common/member.ts'
import { memberId } from '../../common/member.ts'
import { quorumOf, reachedByQuorum } from '../../common/quorum.ts'
import type {
  BarrierId,
  Completed,
  CoreStatus,
  Delivered,
  LogWrite,
  MessageCodec,
  Outgoing,
  PassedBarrier,
  ProposalId,
  ProtocolCore,
  Ready,
  Rejected,
  StoredEntry,
} from '../../replication/protocol.ts'
import { emptyReady } from '../../replication/protocol.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import type { SimulatedCoreOptions } from './types.ts'

/** What each bug makes go wrong, by the check that must find it. */
export const toyBugs = {
  deliverBeforeDurable: 'linearizable reads',
  swapOrder: 'agreement',
  inventCommand: 'no invention',
  appendTwice: 'no repetition',
  answerLocally: 'linearizable reads',
  answerAnyLife: 'right answer',
  refuseWhatTravels: 'definite',
  neverRepeat: 'progress',
  trimEarly: 'trim',
  persistTwice: 'contract',
} as const

/** A proposal on its way: who made it, in which of its lives, under which id. Text throughout. */
type ToyEntry = {
  readonly origin: number
  readonly life: number
  readonly proposal: number
  readonly text: string
}

export type ToyMessage =
  | { readonly type: 'forward'; readonly entry: ToyEntry }
  | {
      readonly type: 'append'
      readonly first: number
      readonly entries: readonly ToyEntry[]
      readonly agreed: number
    }
  | { readonly type: 'durable'; readonly upTo: number }
  | { readonly type: 'ask'; readonly life: number; readonly round: number }
  | {
      readonly type: 'answer'
      readonly life: number
      readonly round: number
      readonly index: number
    }

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const leader = memberId(0)
const repeatEveryTicks = 5

export const toyCodec: MessageCodec<ToyMessage> = {
  encode: (message) => encoder.encode(JSON.stringify(message)),
  decode: (bytes) => JSON.parse(decoder.decode(bytes)) as ToyMessage,
}

export class ToyCore implements ProtocolCore<ToyMessage> {
  readonly #options: SimulatedCoreOptions
  /** `log[i]` is index i + 1 + trimmed. */
  readonly #log: ToyEntry[]
  #trimmed: number
  readonly #life: number
  #durable: number
  #persisting: number | undefined
  #delivered: number
  #agreed = 0
  #ticks = 0
  /** At the leader: what each member has durably; what must be agreed before it answers. */
  readonly #match: Map<MemberId, number>
  readonly #agreedBeforeAnswers: number
  readonly #asked = new Map<number, BarrierId>()
  #toAnswer: { readonly from: MemberId; readonly life: number; readonly round: number }[] = []
  #send: Outgoing<ToyMessage>[] = []
  #sendAfterPersist: Outgoing<ToyMessage>[] = []
  #barriers: PassedBarrier[] = []
  #rejected: Rejected[] = []
  #trimTo: LogIndex | undefined

  constructor(options: SimulatedCoreOptions) {
    const { durable, members, startedAtUnixMs } = options
    this.#options = options
    this.#log = durable.entries.map(({ bytes }) => JSON.parse(decoder.decode(bytes)) as ToyEntry)
    this.#trimmed = (durable.entries[0]?.index ?? durable.applied.index + 1) - 1
    this.#durable = this.#last
    this.#delivered = durable.applied.index
    this.#life = startedAtUnixMs
    this.#match = new Map(members.map((id) => [id, id === options.self ? this.#durable : 0]))
    this.#agreedBeforeAnswers = this.#last
  }

  tick(): void {
    this.#ticks += 1
    if (this.#ticks % repeatEveryTicks !== 0) return
    if (this.#leads) {
      this.#agree()
      this.#appendToAll()
    } else {
      this.#send.push({ to: leader, message: { type: 'durable', upTo: this.#durable } })
      for (const round of this.#asked.keys()) this.#ask(round)
    }
  }

  receive(from: MemberId, message: ToyMessage): void {
    switch (message.type) {
      case 'forward':
        this.#append(message.entry)
        break
      case 'append':
        this.#receiveAppend(message)
        break
      case 'durable':
        if (message.upTo > (this.#match.get(from) ?? 0)) this.#match.set(from, message.upTo)
        this.#agree()
        break
      case 'ask':
        this.#toAnswer.push({ from, life: message.life, round: message.round })
        this.#answer()
        break
      case 'answer':
        if (message.life === this.#life) this.#pass(message.round, message.index)
        break
    }
  }

  propose({ id, payload }: { readonly id: ProposalId; readonly payload: Uint8Array }): void {
    const entry = {
      origin: this.#options.self,
      life: this.#life,
      proposal: id,
      text: decoder.decode(payload),
    }
    if (this.#leads) this.#append(entry)
    else this.#send.push({ to: leader, message: { type: 'forward', entry } })
    if (this.#bug('refuseWhatTravels') && this.#options.random.next() < 0.05) {
      const rejected = { kind: 'proposal', id, code: 'UNAVAILABLE', definite: true } as const
      this.#rejected.push({ ...rejected, message: 'refused after it was sent' })
    }
  }

  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    if (kind === 'barrier') this.#asked.delete(id)
  }

  readBarrier(id: BarrierId): void {
    this.#asked.set(id, id)
    if (this.#bug('answerLocally')) this.#pass(id, this.#agreed)
    else if (this.#leads) {
      this.#toAnswer.push({ from: leader, life: this.#life, round: id })
      this.#answer()
    } else this.#ask(id)
  }

  takeReady(): Ready<ToyMessage> | undefined {
    const persist = this.#takePersist()
    const ready = {
      ...emptyReady,
      send: this.#send,
      persist,
      sendAfterPersist: persist === undefined ? [] : this.#sendAfterPersist,
      deliver: this.#takeDelivered(),
      barriers: this.#barriers,
      rejected: this.#rejected,
      trimTo: this.#trimTo,
    }
    this.#send = []
    if (persist !== undefined) this.#sendAfterPersist = []
    this.#barriers = []
    this.#rejected = []
    this.#trimTo = undefined
    const { send, deliver, barriers, rejected, trimTo } = ready
    const empty = [send, deliver, barriers, rejected].every((part) => part.length === 0)
    return empty && persist === undefined && trimTo === undefined ? undefined : ready
  }

  administer(): void {
    throw new Error('a toy has no operators')
  }

  stepAside(): void {}

  mayStop(): boolean {
    return true
  }

  advance(done: Completed): void {
    switch (done.kind) {
      case 'persisted':
        this.#durable = this.#persisting ?? this.#durable
        this.#persisting = undefined
        this.#match.set(this.#options.self, this.#durable)
        if (this.#leads) this.#agree()
        break
      case 'applied':
        if (this.#bug('trimEarly')) this.#trim(done.index)
        break
      case 'appliedDurably':
        this.#trim(done.index)
        break
    }
  }

  unavailableReason(): string | undefined {
    return undefined
  }

  status(): CoreStatus {
    return { members: [], protocolDetails: { agreed: this.#agreed, durable: this.#durable } }
  }

  get #leads(): boolean {
    return this.#options.self === leader
  }

  get #last(): number {
    return this.#trimmed + this.#log.length
  }

  #bug(name: keyof typeof toyBugs): boolean {
    return this.#options.plantedBug === name
  }

  #at(index: number): ToyEntry {
    return this.#log[index - 1 - this.#trimmed] as ToyEntry
  }

  /** The leader never trims: its log is everybody's. */
  #trim(index: LogIndex): void {
    if (this.#leads) return
    this.#trimTo = index
  }

  #append(entry: ToyEntry): void {
    const known = this.#log.some(
      ({ origin, life, proposal }) =>
        origin === entry.origin && life === entry.life && proposal === entry.proposal,
    )
    if (known && !this.#bug('appendTwice')) return
    this.#log.push(entry)
  }

  #receiveAppend({ first, entries, agreed }: ToyMessage & { readonly type: 'append' }): void {
    if (first > this.#last + 1) return
    this.#log.push(...entries.slice(this.#last + 1 - first))
    this.#agreed = Math.max(this.#agreed, agreed)
  }

  /** The leader's own disk counts in every quorum: what it might lose is never agreed. */
  #agree(): void {
    const quorum = quorumOf(this.#match.size)
    const reached = reachedByQuorum([...this.#match.values()], quorum) ?? 0
    this.#agreed = Math.max(this.#agreed, Math.min(reached, this.#durable))
    this.#answer()
  }

  #appendToAll(): void {
    if (this.#bug('neverRepeat')) return
    for (const id of this.#options.members) {
      const match = this.#match.get(id) ?? 0
      if (id !== leader) this.#send.push(this.#appendTo(id, match + 1, this.#durable))
    }
  }

  #appendTo(to: MemberId | 'others', first: number, last: number): Outgoing<ToyMessage> {
    const entries = this.#log.slice(first - 1, last)
    return { to, message: { type: 'append', first, entries, agreed: this.#agreed } }
  }

  #ask(round: number): void {
    this.#send.push({ to: leader, message: { type: 'ask', life: this.#life, round } })
  }

  /** Only the leader is asked. After a restart it must first learn how far agreement had come. */
  #answer(): void {
    if (this.#agreed < this.#agreedBeforeAnswers) return
    for (const { from, life, round } of this.#toAnswer) {
      if (from === leader) this.#pass(round, this.#agreed)
      else {
        const message = { type: 'answer', life, round, index: this.#agreed } as const
        this.#send.push({ to: from, message })
      }
    }
    this.#toAnswer = []
  }

  #pass(round: number, index: number): void {
    const id = this.#asked.get(round)
    this.#asked.delete(round)
    if (id !== undefined) this.#barriers.push({ id, index: index as LogIndex })
  }

  #takePersist(): LogWrite | undefined {
    const busy = this.#persisting !== undefined && !this.#bug('persistTwice')
    if (busy || this.#last === this.#durable) return undefined
    const first = this.#durable + 1
    const entries: StoredEntry[] = []
    for (let index = first; index <= this.#last; index += 1) {
      const bytes = encoder.encode(JSON.stringify(this.#at(index)))
      entries.push({ index: index as LogIndex, bytes })
    }
    this.#persisting = this.#last
    // Only what is durable at the leader may spread: it would not find it again after a crash.
    this.#sendAfterPersist.push(
      this.#leads
        ? this.#appendTo('others', first, this.#last)
        : { to: leader, message: { type: 'durable', upTo: this.#last } },
    )
    return { entries, truncateFrom: undefined, meta: undefined }
  }

  #takeDelivered(): Delivered[] {
    const early = this.#bug('deliverBeforeDurable') && this.#leads
    const end = early ? this.#last : Math.min(this.#agreed, this.#durable)
    const taken: Delivered[] = []
    while (this.#delivered < end) {
      this.#delivered += 1
      taken.push(this.#deliverOne(this.#delivered, end))
    }
    return taken
  }

  #deliverOne(index: number, end: number): Delivered {
    const swap = this.#bug('swapOrder') && index < end && this.#options.random.next() < 0.05
    const entry = this.#at(swap ? index + 1 : index)
    const invent = this.#bug('inventCommand') && this.#options.random.next() < 0.02
    const sameLife = entry.life === this.#life || this.#bug('answerAnyLife')
    const mine = entry.origin === this.#options.self && sameLife
    return {
      index: index as LogIndex,
      context: undefined,
      commands: [
        {
          proposal: mine ? (entry.proposal as ProposalId) : undefined,
          payload: encoder.encode(invent ? '999999/0/' : entry.text),
        },
      ],
    }
  }
}
