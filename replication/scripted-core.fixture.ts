/** A core that does what a test's script says, and its codec: messages and commands are texts. */
import { type MemberId, memberId } from '../common/member.ts'
import type {
  ActionId,
  Completed,
  MessageCodec,
  ProposalId,
  ProtocolCore,
  Ready,
} from './protocol.ts'
import { emptyReady } from './protocol.ts'
import type { CommandCodec, GroupAction } from './replicated-log.ts'

/** Does what the script says, and notes every input in `journal`. */
export class ScriptedCore implements ProtocolCore<string> {
  readonly journal: string[]
  readonly script: Ready<string>[] = []
  readonly proposals: ProposalId[] = []
  unavailable: string | undefined
  handedOver = true
  #taking = false

  constructor(journal: string[]) {
    this.journal = journal
  }

  willSay(ready: Partial<Ready<string>>): void {
    this.script.push({ ...emptyReady, ...ready })
  }

  tick(): void {
    this.#note('tick')
  }

  receive(from: MemberId, message: string): void {
    if (message === 'explode') throw new Error('an invariant of the core')
    this.#note(`receive ${message} from ${from}`)
  }

  propose({ id, payload }: { readonly id: ProposalId; readonly payload: Uint8Array }): void {
    this.proposals.push(id)
    this.#note(`propose ${id} ${textOf(payload)}`)
  }

  abandon(id: number, kind: 'proposal' | 'barrier'): void {
    this.#note(`abandon ${kind} ${id}`)
  }

  readBarrier(id: number): void {
    this.#note(`readBarrier ${id}`)
  }

  administer(id: ActionId, { kind }: GroupAction): void {
    this.#note(`administer ${kind} as ${id}`)
  }

  stepAside(): void {
    this.#note('step aside')
  }

  mayStop(): boolean {
    return this.handedOver
  }

  takeReady(): Ready<string> | undefined {
    this.#taking = true
    const ready = this.script.shift()
    this.#taking = false
    if (ready !== undefined) this.journal.push('ready')
    return ready
  }

  advance(done: Completed): void {
    const index = done.kind === 'fetched' ? done.position.index : 'index' in done ? done.index : ''
    this.#note(`advance ${done.kind} ${index}`.trimEnd())
  }

  unavailableReason(): string | undefined {
    return this.unavailable
  }

  status(): ReturnType<ProtocolCore<string>['status']> {
    const heard = { lastHeardTicksAgo: 3, details: {} }
    return {
      members: [
        { id: memberId(0), ...heard },
        { id: memberId(1), ...heard },
      ],
      protocolDetails: { scripted: true },
    }
  }

  #note(input: string): void {
    if (this.#taking) throw new Error('takeReady was entered again')
    this.journal.push(input)
  }
}

export const textCodec: CommandCodec<string> & MessageCodec<string> = {
  encode: (text) => new TextEncoder().encode(text),
  decode(bytes) {
    const text = textOf(bytes)
    if (text === 'malformed') throw new Error('malformed message')
    return text
  },
}

export function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
