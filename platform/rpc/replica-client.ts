/**
 * Calls a group through any of its replicas: one that does not answer is replaced by another, with the same request, until
 * the deadline. It must not know what the calls mean, only whether they may be repeated.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Client, type MethodDefinition, type ServiceDefinition } from '@grpc/grpc-js'
import type { MethodDefinition as TypedMethodDefinition } from '@grpc/proto-loader'
import { service as healthService } from 'grpc-health-check'
import type { Logger } from 'pino'
import { assert, unreachable } from '../../common/assert.ts'
import { type Deadline, remainingMs } from '../../common/deadline.ts'
import { AppError, type ErrorCode } from '../../common/errors.ts'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import type { TlsFiles } from '../config.ts'
import { rpcKey } from './authentication.ts'
import { CallStream } from './call-stream.ts'
import { clientCredentials, clientOptions } from './channel.ts'
import { type Replica, Replicas } from './replicas.ts'

/** The methods a generated definition names (its index signature left out). */
type MethodName<Definition> = keyof {
  [Name in keyof Definition as string extends Name ? never : Name]: true
} &
  keyof Definition &
  string
type RequestOf<Method> =
  Method extends TypedMethodDefinition<infer Request, infer _Sent, infer _Received, infer _Reply>
    ? Request
    : never
type ReplyOf<Method> =
  Method extends TypedMethodDefinition<infer _Request, infer _Sent, infer _Received, infer Reply>
    ? Reply
    : never

export type CallOptions = {
  readonly deadline: Deadline
  /** True for reads, and for requests that carry a request id. Else only a definite failure is repeated. */
  readonly idempotent: boolean
}

export type ReplicaClient<Definition extends ServiceDefinition> = {
  /**
   * Rejects with the AppError of the service, or, when no replica could serve until the deadline, with the last
   * one's, indefinite unless every attempt was definite.
   */
  call<Name extends MethodName<Definition>>(
    method: Name,
    request: RequestOf<Definition[Name]>,
    options: CallOptions,
  ): Promise<ReplyOf<Definition[Name]>>
  /** Ends all connections; calls under way fail. */
  close(): void
}

export type ReplicaClientOptions<Definition extends ServiceDefinition> = {
  readonly members: readonly HostPort[]
  readonly serviceDefinition: Definition
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles | undefined
  readonly logger: Logger
  /** One replica that hangs must not eat the whole deadline. */
  readonly attemptTimeoutMs?: number
  readonly probeIntervalMs?: number
  readonly random?: Random
}

type Attempted =
  | { readonly kind: 'reply'; readonly reply: unknown }
  /** `isSaid`: by the replica, rather than for want of it. */
  | { readonly kind: 'failed'; readonly error: AppError; readonly isSaid: boolean }

/** Failures that another replica, or the same one later, may not have. */
const passing: ReadonlySet<ErrorCode> = new Set([
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'OVERLOADED',
  // This copy came too late to be applied, and nothing happened: a new copy may do better.
  'REQUEST_TOO_OLD',
])

const PROBE_TIMEOUT_MS = 1_000
const BACKOFF_FIRST_MS = 20
const BACKOFF_MAX_MS = 400
/** Not worth an attempt: the answer could not be back in time. */
const ATTEMPT_MIN_MS = 2

export function createReplicaClient<Definition extends ServiceDefinition>(
  options: ReplicaClientOptions<Definition>,
): ReplicaClient<Definition> {
  const { members, serviceDefinition, logger, attemptTimeoutMs = 3_000 } = options
  assert(members.length > 0, 'a group has members')
  const random = options.random ?? seededRandom(Math.floor(Math.random() * 2 ** 32))
  const key = rpcKey(options.secret)
  const credentials = clientCredentials(options.tls)
  const clients = members.map(
    (member) => new Client(formatHostPort(member), credentials, clientOptions),
  )
  const clientAt = (index: number): Client => {
    const client = clients[index]
    assert(client !== undefined, 'every replica has a client')
    return client
  }
  const streams = clients.map((client) => new CallStream(client, key))
  const streamTo = (index: number): CallStream => {
    const stream = streams[index]
    assert(stream !== undefined, 'every replica has a stream')
    return stream
  }
  const replicas = new Replicas({
    addresses: members,
    probe: (index) => isServing(clientAt(index)),
    probeIntervalMs: options.probeIntervalMs ?? 500,
    nowMs: () => performance.now(),
    random,
    logger,
  })

  let isClosed = false

  async function attempt(
    replica: Replica,
    method: MethodDefinition<unknown, unknown>,
    request: unknown,
    deadline: Deadline,
  ): Promise<Attempted> {
    const stream = streamTo(replica.index)
    const startedAtMs = performance.now()
    const { requestId } = deadline
    const atUnixMs = Math.min(deadline.atUnixMs, Date.now() + attemptTimeoutMs)
    const outcome = await stream.call(method, request, { ...deadline, atUnixMs })
    switch (outcome.kind) {
      case 'reply':
        replicas.succeeded(replica, requestId)
        return { kind: 'reply', reply: outcome.reply }
      case 'refused':
        // Too busy is not unwell.
        if (outcome.error.code === 'UNAVAILABLE')
          replicas.failed(replica, outcome.error.message, requestId)
        else replicas.succeeded(replica, requestId)
        return { kind: 'failed', error: outcome.error, isSaid: true }
      case 'failed':
        return { kind: 'failed', error: outcome.error, isSaid: false }
      case 'lost':
        replicas.failed(replica, outcome.error.message, requestId)
        return { kind: 'failed', error: outcome.error, isSaid: false }
      case 'late':
        // A caller in a hurry says nothing about a replica.
        if (atUnixMs < deadline.atUnixMs) {
          replicas.failed(replica, `no answer within ${attemptTimeoutMs} ms`, requestId)
          stream.giveUpIfSilent(startedAtMs)
        }
        return { kind: 'failed', error: tooLate(replica), isSaid: false }
      default:
        return unreachable(outcome)
    }
  }

  return {
    async call(name, request, { deadline, idempotent }) {
      const method = serviceDefinition[name] as MethodDefinition<unknown, unknown> | undefined
      assert(method !== undefined, `the service has a method ${name}`)
      const tried = new Set<number>()
      let backoffMs = BACKOFF_FIRST_MS
      let last: AppError | undefined
      let said: AppError | undefined
      let allDefinite = true
      while (!isClosed && remainingMs(deadline, Date.now()) >= ATTEMPT_MIN_MS) {
        const replica = replicas.choose(tried)
        if (replica === undefined) {
          // All have been asked: take a breath and begin again.
          tried.clear()
          await pause(random.integer(backoffMs / 2, backoffMs), deadline)
          backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)
          continue
        }
        tried.add(replica.index)
        const attempted = await attempt(replica, method, request, deadline)
        // biome-ignore lint/suspicious/noExplicitAny: the generated types relate name and reply.
        if (attempted.kind === 'reply') return attempted.reply as any
        const { error, isSaid } = attempted
        if (!passing.has(error.code)) throw error
        last = error
        if (isSaid) said = error
        allDefinite &&= error.definite
        if (!idempotent && !error.definite) break
        if (error.code === 'OVERLOADED') await pause(random.integer(5, 2 * backoffMs), deadline)
      }
      // A replica's reason tells more than that another one could not be reached.
      throw gaveUp(said ?? last, allDefinite)
    },
    close() {
      isClosed = true
      replicas.close()
      for (const stream of streams) stream.close()
      for (const client of clients) client.close()
    },
  }
}

function tooLate({ address }: Replica): AppError {
  const message = `${address} did not answer in time`
  return new AppError('DEADLINE_EXCEEDED', { message, definite: false })
}

function gaveUp(last: AppError | undefined, definite: boolean): AppError {
  if (last === undefined) return new AppError('DEADLINE_EXCEEDED', { definite: true })
  const { code, message, fields, details } = last
  const told = code === 'REQUEST_TOO_OLD' ? 'UNAVAILABLE' : code
  return new AppError(told, { message, definite, fields, details, cause: last })
}

/** grpc.health.v1; needs no authentication. */
function isServing(client: Client): Promise<boolean> {
  const check = healthService.Check as unknown as MethodDefinition<object, { status: string }>
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      check.path,
      check.requestSerialize,
      check.responseDeserialize,
      {},
      { deadline: Date.now() + PROBE_TIMEOUT_MS },
      (error, reply) => resolve(error === null && reply?.status === 'SERVING'),
    )
  })
}

/** At most until the deadline. */
async function pause(durationMs: number, deadline: Deadline): Promise<void> {
  await sleep(Math.min(durationMs, remainingMs(deadline, Date.now())))
}
