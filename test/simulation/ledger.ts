/**
 * What an outside observer knows: what clients asked and were told, and what each member delivered.
 * The checks here hold for every protocol. They never look into a core.
 */
import type { Delivered } from '../../replication/protocol.ts'
import { decodeCommand } from './commands.ts'
import { require } from './failure.ts'
import type { AppliedEntry, SimulatedCommand } from './types.ts'

type RequestRecord = {
  attempts: number
  /** Attempts of which the caller was told that they did not and will not happen. */
  readonly refused: Set<number>
  /** The index at which it first stands in the order: there it takes effect. */
  effectIndex: number | undefined
  acknowledged: boolean
}

export class Ledger {
  /** The one order: what anybody first delivered at each index. `order[i]` is index i + 1. */
  readonly order: AppliedEntry[] = []
  readonly #fingerprints: string[] = []
  readonly #requests: RequestRecord[] = []
  readonly #seenAttempts = new Set<string>()
  readonly #deliversOnce: boolean
  #floor = 0
  writesAcknowledged = 0
  readsServed = 0
  attempts = 0

  constructor(options: { readonly deliversEachProposalOnce: boolean }) {
    this.#deliversOnce = options.deliversEachProposalOnce
  }

  /** A client begins a new request. Returns its number. */
  begin(): number {
    this.#requests.push({
      attempts: 0,
      refused: new Set(),
      effectIndex: undefined,
      acknowledged: false,
    })
    return this.#requests.length - 1
  }

  attempt(request: number): SimulatedCommand {
    const record = this.#record(request)
    record.attempts += 1
    this.attempts += 1
    return { request, attempt: record.attempts - 1 }
  }

  /** The caller of this attempt was told that it did not and will not happen. */
  refused({ request, attempt }: SimulatedCommand): void {
    const seen = this.#seenAttempts.has(`${request}/${attempt}`)
    require(!seen, 'definite', () => `${request}/${attempt} was refused but is in the order`)
    this.#record(request).refused.add(attempt)
  }

  /** A core hands out one index. Returns it as its database will hold it. */
  delivered(member: number, delivered: Delivered): AppliedEntry {
    const commands = delivered.commands.map(({ payload }) => {
      const command = decodeCommand(payload)
      require(command !== undefined, 'no invention', () =>
        `member ${member} delivers a command that nobody submitted, at ${delivered.index}`)
      this.#requireSubmitted(command, delivered.index)
      return command
    })
    const entry = { index: delivered.index, context: delivered.context, commands }
    const fingerprint = fingerprintOf(commands)
    if (delivered.index <= this.order.length) {
      const agreed = this.#fingerprints[delivered.index - 1]
      require(agreed === fingerprint, 'agreement', () =>
        `member ${member} delivers [${fingerprint}] at ${delivered.index}, where [${agreed}] was`)
      return entry
    }
    require(delivered.index === this.order.length + 1, 'contract', () =>
      `member ${member} delivers ${delivered.index}, nobody has delivered ${this.order.length + 1}`)
    this.order.push(entry)
    this.#fingerprints.push(fingerprint)
    for (const command of commands) this.#ordered(command, entry.index)
    return entry
  }

  /** What a member's database holds, however it got there, is a prefix of the one order. */
  requirePrefix(member: number, applied: readonly AppliedEntry[]): void {
    applied.forEach((entry, place) => {
      const [held, agreed] = [fingerprintOf(entry.commands), this.#fingerprints[place]]
      require(entry.index === place + 1 && held === agreed, 'agreement', () =>
        `member ${member} holds [${held}] as ${entry.index}, where [${agreed}] was delivered`)
    })
  }

  #requireSubmitted({ request, attempt }: SimulatedCommand, index: number): void {
    const record = this.#requests[request]
    const submitted = record !== undefined && attempt < record.attempts
    require(submitted, 'no invention', () =>
      `${request}/${attempt} at ${index} was never submitted`)
  }

  #ordered({ request, attempt }: SimulatedCommand, index: number): void {
    const record = this.#record(request)
    const name = `${request}/${attempt}`
    require(!record.refused.has(attempt), 'definite', () =>
      `${name} was refused definitely and is delivered at ${index}`)
    const repeated = this.#deliversOnce && this.#seenAttempts.has(name)
    require(!repeated, 'no repetition', () => `${name} is delivered a second time, at ${index}`)
    this.#seenAttempts.add(name)
    if (record.effectIndex !== undefined) return
    record.effectIndex = index
  }

  /** A client got the result of its request from a member that has applied `appliedIndex`. */
  acknowledged(request: number, appliedIndex: number): void {
    const record = this.#record(request)
    const { effectIndex } = record
    require(effectIndex !== undefined && effectIndex <= appliedIndex, 'no loss', () =>
      `request ${request} is acknowledged at ${appliedIndex}, it is ordered at ${effectIndex}`)
    record.acknowledged = true
    this.writesAcknowledged += 1
    this.#floor = Math.max(this.#floor, effectIndex)
  }

  /** What a read that begins now must at least see. */
  readFloor(): number {
    return this.#floor
  }

  /** A barrier asked when readFloor() was `floor` has let a read see the state at `appliedIndex`. */
  readServed(member: number, floor: number, appliedIndex: number): void {
    require(appliedIndex >= floor, 'linearizable reads', () =>
      `member ${member} serves a read at ${appliedIndex}, ${floor} was known when it began`)
    this.readsServed += 1
    this.#floor = Math.max(this.#floor, appliedIndex)
  }

  /** The highest index that a client has seen. */
  get knownIndex(): number {
    return this.#floor
  }

  /** After healing: a member's database has every acknowledged request, each once in effect. */
  requireComplete(member: number, applied: readonly AppliedEntry[]): void {
    const held = new Set<number>()
    applied.forEach((entry, place) => {
      require(entry.index === place + 1, 'no repetition', () =>
        `member ${member} applied ${entry.index} at place ${place + 1}`)
      for (const { request } of entry.commands) held.add(request)
    })
    this.#requests.forEach((record, request) => {
      const present = !record.acknowledged || held.has(request)
      require(present, 'no loss', () =>
        `request ${request} was acknowledged, member ${member} does not have it`)
    })
  }

  #record(request: number): RequestRecord {
    const record = this.#requests[request]
    require(record !== undefined, 'contract', () => `request ${request} was never begun`)
    return record
  }
}

function fingerprintOf(commands: readonly SimulatedCommand[]): string {
  return commands.map(({ request, attempt }) => `${request}/${attempt}`).join(' ')
}
