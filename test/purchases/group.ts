/**
 * A database group of one, in memory: the real gRPC service and the real apply code over plain tables,
 * with each request id's outcome kept. Ordering and PostgreSQL are proven elsewhere; here commands take
 * effect one after the other, in the order in which they arrive.
 */
import { type handleUnaryCall, Metadata, type ServiceDefinition } from '@grpc/grpc-js'
import type { Outcome } from '../../common/errors.ts'
import { assert } from '../../common/assert.ts'
import type { Deadline } from '../../common/deadline.ts'
import { errorFromStatus } from '../../platform/rpc/errors.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import type { TableSession } from '../../platform/postgres/tables.ts'
import type { ReplicaParts } from '../../replication/replica/plan.ts'
import type { AppliedResult, Command } from '../../replication/state-machine/application.ts'
import { MemoryTables } from '../../replication/state-machine/memory-tables.ts'

export type Apply<Body> = (
  body: Body,
  tables: TableSession,
  groupTimeMs: number,
) => Promise<Outcome<unknown>>

/** What a query of this name finds: reads are SQL, which plain tables do not know. */
export type Answers = Readonly<
  Record<string, (tables: MemoryTables, values: readonly unknown[]) => object[]>
>

export type GroupOptions<Body extends { readonly type: string }> = {
  readonly apply: Apply<Body>
  readonly answers: Answers
  readonly groupTimeMs: () => number
  /**
   * Of servers' own requests, the outcomes of those that succeeded are not kept: every step must be
   * idempotent without that, for they are kept for minutes only. Refusals are kept: one of a reservation
   * leaves no tombstone, so a copy of it must not be later than they are kept, or units would stay held.
   */
  readonly forgets: boolean
  readonly service: (parts: ReplicaParts<Body>) => RpcService
  /** After each command that was applied. */
  readonly applied: (body: Body, outcome: Outcome<unknown>) => void
  readonly complain: (problem: string) => void
}

/** Carries one call, or loses it: see buyer/purchase/model/network.ts. */
export type Carry = <T>(deadline: Deadline, effect: () => Promise<T>) => Promise<T>

export class Group<Body extends { readonly type: string }> {
  readonly tables = new MemoryTables()
  readonly #outcomes = new Map<string, Outcome<unknown>>()
  readonly #options: GroupOptions<Body>
  readonly #service: RpcService

  constructor(options: GroupOptions<Body>) {
    this.#options = options
    const { groupTimeMs, complain, answers } = options
    const parts = {
      log: {
        submit: (command: Command<Body>) => this.#once(command),
        barrier: async () => undefined,
      },
      groupTimeMs,
      config: { currency: 'USD' },
      requestLog: {
        writes: () => false,
        of: () => ({
          error: ({ err }: { err: unknown }) => complain(`a bug in a service: ${String(err)}`),
        }),
      },
      reads: {
        waitingCount: 0,
        query: async ({ name, values }: { name: string; values: readonly unknown[] }) => {
          const answer = answers[name]
          assert(answer !== undefined, `the test knows what ${name} finds`)
          return { rows: answer(this.tables, values) }
        },
      },
    }
    // What a service is given besides belongs to replication and is not asked for here.
    this.#service = options.service(parts as unknown as ReplicaParts<Body>)
  }

  /** One method per rpc; messages are encoded and decoded as on the wire, errors too. */
  clientOver<Client>(carry: Carry): Client {
    const { definition, implementation } = this.#service
    const methods = Object.entries(definition as ServiceDefinition).map(([name, method]) => {
      const handler = implementation[name] as handleUnaryCall<unknown, unknown>
      const invoke = (request: unknown): Promise<unknown> =>
        new Promise((resolve, reject) => {
          const arrived = {
            request: method.requestDeserialize(method.requestSerialize(request)),
            metadata: new Metadata(),
            getDeadline: () => Number.POSITIVE_INFINITY,
            getPath: () => method.path,
          }
          handler(arrived as unknown as Parameters<typeof handler>[0], (error, reply) => {
            if (error) reject(errorFromStatus(error as Parameters<typeof errorFromStatus>[0]))
            else resolve(method.responseDeserialize(method.responseSerialize(reply)))
          })
        })
      const call = (request: unknown, { deadline }: { deadline: Deadline }) =>
        carry(deadline, () => invoke(request))
      return [name.charAt(0).toLowerCase() + name.slice(1), call]
    })
    return Object.fromEntries(methods) as Client
  }

  /** As a caller that is always heard. */
  async apply(body: Body): Promise<Outcome<unknown>> {
    const outcome = await this.#options.apply(body, this.tables, this.#options.groupTimeMs())
    this.#options.applied(body, outcome)
    return outcome
  }

  async #once({ request, body }: Command<Body>): Promise<AppliedResult> {
    const stored = this.#outcomes.get(request.requestId)
    if (stored !== undefined) return { outcome: stored, replayed: true }
    const outcome = await this.apply(body)
    const isForgotten = this.#options.forgets && request.retention === 'brief' && outcome.ok
    if (!isForgotten) this.#outcomes.set(request.requestId, outcome)
    return { outcome, replayed: false }
  }
}
