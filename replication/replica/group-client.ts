/**
 * How other parts call a group: one method per rpc of its service, on whichever replica answers. It
 * must not know which service that is.
 */
import type { ServiceDefinition } from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Deadline } from '../../common/deadline.ts'
import {
  createReplicaClient,
  type ReplicaClientOptions,
} from '../../platform/rpc/replica-client.ts'

type CallOptions = { readonly deadline: Deadline }

type Rpc<Method> =
  Method extends MethodDefinition<infer Request, infer _Sent, infer _Received, infer Reply>
    ? (request: Request, options: CallOptions) => Promise<Reply>
    : never

/** The definition's methods, without its index signature. */
type RpcName<Definition> = keyof {
  [Name in keyof Definition as string extends Name ? never : Name]: true
} &
  keyof Definition &
  string

/**
 * createAccount, getCart, … Every call goes on at another replica until the deadline: reads may be
 * repeated, and writes carry request ids. What it rejects with is an AppError, indefinite unless no
 * attempt can have had an effect.
 */
export type GroupClient<Definition> = {
  readonly [Name in RpcName<Definition> as Uncapitalize<Name>]: Rpc<Definition[Name]>
} & {
  /** Ends all connections; calls under way fail. */
  close(): void
}

/** Members, CLUSTER_SECRET, TLS and the log. */
export type GroupClientOptions = Pick<
  ReplicaClientOptions<ServiceDefinition>,
  'members' | 'secret' | 'tls' | 'logger'
>

export function createGroupClient<Definition extends ServiceDefinition>(
  serviceDefinition: Definition,
  options: GroupClientOptions,
): GroupClient<Definition> {
  const client = createReplicaClient<ServiceDefinition>({ ...options, serviceDefinition })
  const rpcs = Object.keys(serviceDefinition).map((name) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    // The type of the result says which request belongs to which name.
    (request: never, { deadline }: CallOptions) =>
      client.call(name as never, request, { deadline, idempotent: true }),
  ])
  return { ...Object.fromEntries(rpcs), close: () => client.close() }
}
