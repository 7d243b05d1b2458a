/**
 * Clients that write without end, each at a member of its choice, and go to another one with the
 * same command when that one fails: what a careful client does. They keep the history of it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '../../../common/assert.ts'
import { AppError } from '../../../common/errors.ts'
import { keyOf } from '../command.ts'
import { commandMaker } from '../commands.ts'
import type { GroupMember } from '../member.ts'
import type { MemberClient } from '../member-client.ts'
import { History } from './history.ts'

/** What is needed of a member. */
export type WriteMember = Pick<GroupMember, 'address'> & {
  readonly client: Pick<MemberClient, 'submit'>
}

export type WritersOptions = {
  readonly members: readonly WriteMember[]
  /** Spread evenly over the members. */
  readonly clients: number
  readonly sizeBytes: number
  readonly signal: AbortSignal
}

/** A member that hangs is left alone after this; a leader is elected sooner. */
const attemptTimeoutMs = 2_000
/** A member that failed is not preferred for so long. */
const avoidMs = 500
/** Between attempts, once every member has been asked. */
const everybodyFailedMs = 20
/** After that, nobody waits for the answer any more. */
const patienceMs = 60_000
/** A paced client that is later than this does not make up for it. */
const makeUpMaxMs = 1_000

export class Writers {
  readonly history = new History()
  readonly #options: WritersOptions
  readonly #running: Promise<void>
  readonly #avoidedUntilMs = new Map<WriteMember, number>()
  #perSecond: number | undefined
  #pacedSinceMs = 0
  #isStopping = false

  constructor(options: WritersOptions) {
    assert(options.members.length > 0, 'clients need a member to write at')
    this.#options = options
    const all = Array.from({ length: options.clients }, (_, client) => this.#write(client))
    this.#running = Promise.all(all).then(() => undefined)
    // Whoever stops them hears of it; until then it is not unhandled.
    this.#running.catch(() => undefined)
  }

  /**
   * From now on all clients together begin so many writes per second, as long as the group keeps up.
   * Before, each begins the next when the last one is acknowledged.
   */
  pace(perSecond: number): void {
    this.#perSecond = perSecond
    this.#pacedSinceMs = performance.now()
  }

  /** From now on nobody writes at it. */
  avoid(member: WriteMember): void {
    this.#avoidedUntilMs.set(member, Number.POSITIVE_INFINITY)
  }

  /** Resolves when all calls have ended; rejects when a client has come upon a bug. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#running
  }

  /** Resolves when a write that began after `sinceMs` is acknowledged. Rejects after `timeoutMs`. */
  async acknowledgesAgain(sinceMs: number, timeoutMs: number): Promise<void> {
    const giveUpAtMs = performance.now() + timeoutMs
    let seen = this.history.acknowledged.length
    while (performance.now() < giveUpAtMs) {
      for (; seen < this.history.acknowledged.length; seen += 1) {
        if ((this.history.acknowledged[seen]?.invokedMs ?? 0) > sinceMs) return
      }
      await sleep(5, undefined, { signal: this.#options.signal })
    }
    throw new Error(`no write is acknowledged within ${timeoutMs} ms`)
  }

  async #write(client: number): Promise<void> {
    const { members, clients, sizeBytes, signal } = this.#options
    const make = commandMaker(sizeBytes)
    let nextAtMs = performance.now()
    const home = members[client % members.length]
    assert(home !== undefined, 'every client has a home')
    while (!this.#isStopping && !signal.aborted) {
      await this.#writeOne(client, home, make())
      if (this.#perSecond === undefined) continue
      const periodMs = (clients * 1_000) / this.#perSecond
      const firstMs = this.#pacedSinceMs + (periodMs * client) / clients
      nextAtMs = Math.max(nextAtMs + periodMs, firstMs, performance.now() - makeUpMaxMs)
      const waitMs = nextAtMs - performance.now()
      if (waitMs > 0) await sleep(waitMs)
    }
  }

  async #writeOne(client: number, home: WriteMember, command: Buffer): Promise<void> {
    const { members, signal } = this.#options
    const invokedMs = performance.now()
    const homePlace = members.indexOf(home)
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const member = this.#choose(homePlace + attempt)
      try {
        await member.client.submit(command, attemptTimeoutMs)
        this.history.acknowledge({
          client,
          home: home.address.id,
          key: keyOf(command),
          invokedMs,
          acknowledgedMs: performance.now(),
        })
        return
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        const nowMs = performance.now()
        this.#avoidedUntilMs.set(member, Math.max(nowMs + avoidMs, this.#avoidedUntil(member)))
        this.history.fail({ client, member: member.address.id, code: error.code, endedMs: nowMs })
        if (nowMs - invokedMs > patienceMs) break
      }
      if ((attempt + 1) % members.length === 0) await sleep(everybodyFailedMs)
    }
    if (!signal.aborted) this.history.giveUp()
  }

  /** The member at `place`, or the next one that has not just failed; or whose failure is oldest. */
  #choose(place: number): WriteMember {
    const { members } = this.#options
    const nowMs = performance.now()
    const inTurn = members.flatMap((_, step) => members[(place + step) % members.length] ?? [])
    const good = inTurn.find((member) => this.#avoidedUntil(member) < nowMs)
    const [oldest] = inTurn.sort((a, b) => this.#avoidedUntil(a) - this.#avoidedUntil(b))
    const chosen = good ?? oldest
    assert(chosen !== undefined, 'there are members')
    return chosen
  }

  #avoidedUntil(member: WriteMember): number {
    return this.#avoidedUntilMs.get(member) ?? Number.NEGATIVE_INFINITY
  }
}
