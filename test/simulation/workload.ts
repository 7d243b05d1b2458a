/**
 * Clients: each has one operation at a time, a write (a new request) or a linearizable read, and
 * tries it at random members until it has its answer. It reports all it learns to the ledger.
 */
import type { MemberId } from '../../common/member.ts'
import type { Random } from '../../common/random.ts'
import type { BarrierId, ProposalId } from '../../replication/protocol.ts'
import type { Caller } from './callers.ts'
import { encodeCommand } from './commands.ts'
import type { EventQueue } from './event-queue.ts'
import type { Ledger } from './ledger.ts'
import type { SimulationOptions } from './options.ts'

/** A member as its clients see it. */
export interface Service {
  readonly id: MemberId
  unavailableReason(): string | undefined
  propose(payload: Uint8Array, stillWanted: () => boolean, caller: Caller): ProposalId
  barrier(stillWanted: () => boolean, caller: Caller): BarrierId
  abandon(id: ProposalId | BarrierId, kind: 'proposal' | 'barrier'): void
}

type WorkloadParts = {
  readonly random: Random
  readonly queue: EventQueue
  readonly options: SimulationOptions
  readonly ledger: Ledger
  readonly services: readonly Service[]
  readonly trace: ((line: string) => void) | undefined
}

/** Operations that each client must still finish after the faults have stopped. */
const lastOperations: readonly Kind[] = ['write', 'read']

/** Longer than any operation of a group that works. */
const timeoutMaxMs = 3_000

type Kind = 'write' | 'read'
type Operation = { readonly client: number; readonly timeouts: number; readonly done: () => void }

export class Workload {
  readonly #parts: WorkloadParts
  #left: number
  #unfinished: number
  #winding = false
  /** Those that clients try. */
  #services: readonly Service[]

  constructor(parts: WorkloadParts) {
    this.#parts = parts
    this.#services = parts.services
    this.#left = parts.options.operations
    this.#unfinished = parts.options.clients
  }

  start(): void {
    for (let client = 0; client < this.#parts.options.clients; client += 1) {
      this.#think(() => this.#next(client))
    }
  }

  /** No more operations than the last ones of each client, at members that can be reached. */
  windUp(reachable: readonly MemberId[]): void {
    this.#winding = true
    this.#services = this.#services.filter(({ id }) => reachable.includes(id))
  }

  /** All clients have had their last answers. */
  get finished(): boolean {
    return this.#unfinished === 0
  }

  #next(client: number): void {
    if (this.#winding) {
      this.#last(client, 0)
      return
    }
    const { random, options } = this.#parts
    if (this.#left === 0) {
      this.#think(() => this.#next(client))
      return
    }
    this.#left -= 1
    const kind = random.next() < options.readShare ? 'read' : 'write'
    this.#perform(client, kind, () => this.#think(() => this.#next(client)))
  }

  #last(client: number, place: number): void {
    const kind = lastOperations[place]
    if (kind === undefined) this.#unfinished -= 1
    else this.#perform(client, kind, () => this.#last(client, place + 1))
  }

  #think(then: () => void): void {
    const { random, queue, options } = this.#parts
    queue.after(0.1 + random.next() * options.thinkMaxMs, then)
  }

  #perform(client: number, kind: Kind, done: () => void): void {
    const { ledger } = this.#parts
    if (kind === 'write') {
      const request = ledger.begin()
      this.#try(() => this.#write({ client, timeouts: 0, done }, request))
    } else {
      this.#try(() => this.#read({ client, timeouts: 0, done }))
    }
  }

  #try(attempt: () => void): void {
    this.#parts.queue.after(this.#parts.random.next(), attempt)
  }

  #tryAgain(attempt: () => void): void {
    this.#parts.queue.after(5 + this.#parts.random.next() * 50, attempt)
  }

  #write(operation: Operation, request: number): void {
    const { ledger, trace } = this.#parts
    const { client, timeouts, done } = operation
    const service = this.#anyService()
    const again = (): void => this.#tryAgain(() => this.#write(operation, request))
    if (service.unavailableReason() !== undefined) {
      again()
      return
    }
    const command = ledger.attempt(request)
    const name = `${request}/${command.attempt}`
    trace?.(`client ${client} writes ${name} at ${service.id}`)
    const attempt = this.#untilTimeout(timeouts, () => {
      trace?.(`client ${client} gives ${name} up at ${service.id}`)
      service.abandon(id, 'proposal')
      this.#tryAgain(() => this.#write({ ...operation, timeouts: timeouts + 1 }, request))
    })
    const id = service.propose(encodeCommand(command), attempt.open, {
      served: (appliedIndex) => {
        attempt.end()
        trace?.(`client ${client} has ${name} acknowledged by ${service.id} at ${appliedIndex}`)
        ledger.acknowledged(request, appliedIndex)
        done()
      },
      refused: (definite, reason) => {
        attempt.end()
        trace?.(`client ${client} has ${name} refused (${definite}) by ${service.id}: ${reason}`)
        if (definite) ledger.refused(command)
        again()
      },
    })
  }

  #read(operation: Operation): void {
    const { ledger, trace } = this.#parts
    const { client, timeouts, done } = operation
    const service = this.#anyService()
    const again = (): void => this.#tryAgain(() => this.#read(operation))
    const reason = service.unavailableReason()
    if (reason === 'connection refused') {
      again()
      return
    }
    // What is known when this attempt begins, not the operation: it is the barrier that is checked.
    const floor = ledger.readFloor()
    const attempt = this.#untilTimeout(timeouts, () => {
      service.abandon(id, 'barrier')
      this.#tryAgain(() => this.#read({ ...operation, timeouts: timeouts + 1 }))
    })
    const id = service.barrier(attempt.open, {
      served: (appliedIndex) => {
        attempt.end()
        trace?.(`client ${client} reads ${appliedIndex} at ${service.id}, known was ${floor}`)
        ledger.readServed(service.id, floor, appliedIndex)
        done()
      },
      refused: () => {
        attempt.end()
        again()
      },
    })
  }

  /** More patient with each timeout, up to a point: a slow group would never be waited for. */
  #untilTimeout(
    timeouts: number,
    give: () => void,
  ): { readonly open: () => boolean; readonly end: () => void } {
    let open = true
    const { attemptTimeoutMs } = this.#parts.options
    const timeoutMs = Math.min(attemptTimeoutMs * (1 + timeouts), timeoutMaxMs)
    this.#parts.queue.after(timeoutMs, () => {
      if (!open) return
      open = false
      give()
    })
    return {
      open: () => open,
      end: () => {
        open = false
      },
    }
  }

  #anyService(): Service {
    const services = this.#services
    return services[this.#parts.random.integer(0, services.length - 1)] as Service
  }
}
