/**
 * Somebody who changes the group while it works: adds, removes, promotes and replaces members and
 * moves the lead, at random, nonsense included; and replaces members that have lost their disks,
 * sooner or later. Only what could leave the group without a quorum for ever is not tried: no
 * protocol comes back from that.
 */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { GroupAction } from '../../replication/replicated-log.ts'
import type { ActionCaller } from './callers.ts'
import type { EventQueue } from './event-queue.ts'
import type { SimulationOptions } from './options.ts'
import { addressOf } from './peers.ts'
import { describe } from './trace.ts'
import type { SimulatedGroup } from './types.ts'

/** A member as an operator sees it. */
interface Administrable {
  readonly id: MemberId
  readonly state: 'running' | 'paused' | 'crashed'
  administer(action: GroupAction, stillWanted: () => boolean, caller: ActionCaller): void
}

type OperatorParts = {
  readonly random: Random
  readonly queue: EventQueue
  readonly options: SimulationOptions
  readonly members: readonly Administrable[]
  /** Undefined: there is none, or its members never change. */
  readonly group: () => SimulatedGroup | undefined
  readonly trace: ((line: string) => void) | undefined
}

type Attempt = {
  readonly action: GroupAction
  readonly untilMs: number
  open: boolean
}

/** How long an action is tried at one member after the other. */
const patienceMs = 2_000
const attemptsMax = 2
/** Actions that can take a vote away. */
const shrinking: readonly GroupAction['kind'][] = ['remove', 'replace']
/** Between looks at who must be replaced, when nothing else is done any more. */
const lookEveryMs = 100

export class Operator {
  readonly #parts: OperatorParts
  /** Sometimes two at once: operators do not know of each other. */
  readonly #attempts = new Set<Attempt>()
  #winding = false
  actionsDone = 0
  actionsRefused = 0

  constructor(parts: OperatorParts) {
    this.#parts = parts
  }

  start(): void {
    if (this.#parts.options.administerEveryMs > 0) this.#actLater()
  }

  /** From now on only replaces who must be replaced, until nobody must. */
  windUp(): void {
    this.#winding = true
    // Who is to be back is decided by what stands in the logs: nothing may be on its way there.
    for (const attempt of this.#attempts) this.#end(attempt, 'gives up')
    if (this.#parts.options.administerEveryMs > 0) this.#lookLater()
  }

  /** What is under way could take a disk's vote away: no moment for another disk to be lost. */
  get mayShrinkGroup(): boolean {
    return [...this.#attempts].some(({ action: { kind } }) => shrinking.includes(kind))
  }

  #actLater(): void {
    const { random, queue, options } = this.#parts
    queue.after(-Math.log(1 - random.next()) * options.administerEveryMs, () => {
      if (this.#winding) return
      this.#begin(this.#anyAction())
      if (random.next() < 0.3) this.#begin(this.#anyAction())
      this.#actLater()
    })
  }

  #lookLater(): void {
    this.#parts.queue.after(lookEveryMs, () => {
      this.#begin(this.#replacement())
      this.#lookLater()
    })
  }

  #begin(action: GroupAction | undefined): void {
    if (action === undefined || this.#attempts.size >= attemptsMax) return
    const { queue, trace } = this.#parts
    trace?.(`operator: ${describe(action)}`)
    const attempt = { action, untilMs: queue.nowMs + patienceMs, open: true }
    this.#attempts.add(attempt)
    queue.after(patienceMs, () => this.#end(attempt, 'gives up'))
    this.#try(attempt)
  }

  #try(attempt: Attempt): void {
    if (!attempt.open) return
    const { queue, random } = this.#parts
    const again = (): void => queue.after(20 + random.next() * 80, () => this.#try(attempt))
    const member = this.#anyMember()
    if (member.state === 'crashed') {
      again()
      return
    }
    let answered = false
    const stillWanted = (): boolean => attempt.open && !answered
    member.administer(attempt.action, stillWanted, (error) => {
      if (answered || !attempt.open) return
      answered = true
      if (error?.code === 'UNAVAILABLE') again()
      else if (error === undefined) {
        this.actionsDone += 1
        this.#end(attempt, 'is done')
      } else {
        this.actionsRefused += 1
        this.#end(attempt, `is refused: ${error.message}`)
      }
    })
  }

  #end(attempt: Attempt, how: string): void {
    if (!attempt.open) return
    attempt.open = false
    this.#attempts.delete(attempt)
    this.#parts.trace?.(`operator: ${attempt.action.kind} ${how}`)
  }

  /** Mostly the one that leads: others only say so. */
  #anyMember(): Administrable {
    const { random, members, group } = this.#parts
    const leader = group()?.leader
    const asked = random.next() < 0.7 ? members.find(({ id }) => id === leader) : undefined
    return asked ?? this.#pick(members) ?? (members[0] as Administrable)
  }

  #replacement(): GroupAction | undefined {
    const id = this.#pick(this.#parts.group()?.lost ?? [])
    return id === undefined ? undefined : { kind: 'replace', id, address: undefined }
  }

  #anyAction(): GroupAction | undefined {
    const { random, members, group } = this.#parts
    const now = group()
    if (now === undefined) return undefined
    if (now.lost.length > 0 && random.next() < 0.7) return this.#replacement()
    const ids = members.map(({ id }) => id)
    const outside = ids.filter((id) => !now.seated.includes(id))
    // Now and then somebody of whom it makes no sense.
    const from = (fit: readonly MemberId[]): MemberId | undefined =>
      this.#pick(random.next() < 0.1 ? ids : fit)
    const share = random.next()
    if (share < 0.3) return transferTo(random.next() < 0.5 ? undefined : from(now.seated))
    if (share < 0.55) return add(from(outside), random.next() < 0.5)
    if (share < 0.7) return promote(from(now.learners))
    // While a disk is lost the others are needed.
    if (now.lost.length > 0) return this.#replacement()
    return remove(from(now.seated))
  }

  #pick<T>(choices: readonly T[]): T | undefined {
    if (choices.length === 0) return undefined
    return choices[this.#parts.random.integer(0, choices.length - 1)]
  }
}

function transferTo(to: MemberId | undefined): GroupAction {
  return { kind: 'transfer', to }
}

function add(id: MemberId | undefined, learner: boolean): GroupAction | undefined {
  return id === undefined ? undefined : { kind: 'add', member: addressOf(id), learner }
}

function promote(id: MemberId | undefined): GroupAction | undefined {
  return id === undefined ? undefined : { kind: 'promote', id }
}

function remove(id: MemberId | undefined): GroupAction | undefined {
  return id === undefined ? undefined : { kind: 'remove', id }
}
