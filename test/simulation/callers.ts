/**
 * Who waits at one member: for a command's result, for a read's barrier, for an operator's action.
 * Each is answered once, unless it has gone away before.
 */
import type {
  ActionId,
  Administered,
  BarrierId,
  Delivered,
  PassedBarrier,
  ProposalId,
  Rejected,
} from '../../replication/protocol.ts'
import { require } from './failure.ts'

/** How a client hears of its attempt. One of them is called once, unless it was abandoned. */
export type Caller = {
  readonly served: (appliedIndex: number) => void
  readonly refused: (definite: boolean, reason: string) => void
}

/** How an operator hears of an action; undefined: it is done. */
export type ActionCaller = (error: Administered['error']) => void

type Proposed = Caller & { readonly payload: Uint8Array }
type WaitingBarrier = Caller & { index: number | undefined }

export class Callers {
  readonly #proposals = new Map<ProposalId, Proposed>()
  readonly #barriers = new Map<BarrierId, WaitingBarrier>()
  readonly #actions = new Map<ActionId, ActionCaller>()
  #lastId = 0

  /** Ids are unique within a process only: answers to an earlier life must not fit this one. */
  begin(): void {
    this.#lastId = 0
  }

  addProposal(payload: Uint8Array, caller: Caller): ProposalId {
    const id = this.#nextId() as ProposalId
    this.#proposals.set(id, { ...caller, payload })
    return id
  }

  addBarrier(caller: Caller): BarrierId {
    const id = this.#nextId() as BarrierId
    this.#barriers.set(id, { ...caller, index: undefined })
    return id
  }

  addAction(caller: ActionCaller): ActionId {
    const id = this.#nextId() as ActionId
    this.#actions.set(id, caller)
    return id
  }

  /** The client no longer waits. */
  forget(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void {
    if (kind === 'proposal') this.#proposals.delete(id as ProposalId)
    else this.#barriers.delete(id as BarrierId)
  }

  answer({ commands }: Delivered, appliedIndex: number): void {
    for (const { proposal, payload } of commands) {
      const proposed = proposal === undefined ? undefined : this.#proposals.get(proposal)
      if (proposal === undefined || proposed === undefined) continue
      const same = Buffer.compare(proposed.payload, payload) === 0
      require(same, 'right answer', () =>
        `proposal ${proposal} is answered with another command's result`)
      this.#proposals.delete(proposal)
      proposed.served(appliedIndex)
    }
  }

  pass(passed: readonly PassedBarrier[]): void {
    for (const { id, index } of passed) {
      const barrier = this.#barriers.get(id)
      if (barrier !== undefined) barrier.index = index
    }
  }

  release(appliedIndex: number): void {
    for (const [id, { index, served }] of this.#barriers) {
      if (index === undefined || index > appliedIndex) continue
      this.#barriers.delete(id)
      served(appliedIndex)
    }
  }

  reject({ kind, id, definite, message }: Rejected): void {
    const callers: Map<number, Caller> = kind === 'proposal' ? this.#proposals : this.#barriers
    const caller = callers.get(id)
    callers.delete(id)
    caller?.refused(definite, message)
  }

  end({ id, error }: Administered): void {
    const caller = this.#actions.get(id)
    this.#actions.delete(id)
    caller?.(error)
  }

  /** The process has ended: of none of them anything can be said. */
  loseAll(reason: string): void {
    const waiting = [...this.#proposals.values(), ...this.#barriers.values()]
    const actions = [...this.#actions.values()]
    this.#proposals.clear()
    this.#barriers.clear()
    this.#actions.clear()
    for (const caller of waiting) caller.refused(false, reason)
    for (const caller of actions) caller({ code: 'UNAVAILABLE', definite: false, message: reason })
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }
}
