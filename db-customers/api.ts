/**
 * How other parts call the customers group: one method per rpc, on whichever replica answers.
 * Messages are those of customers.proto; failures are AppErrors.
 */
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Logger } from 'pino'
import type { Deadline } from '../common/deadline.ts'
import type { HostPort } from '../common/host-port.ts'
import type { TlsFiles } from '../platform/config.ts'
import { createReplicaClient } from '../platform/rpc/replica-client.ts'
import { customersDefinition } from './definition.ts'
import type { CustomersDefinition } from './gen/index.ts'

export type * from './gen/index.ts'

export type CallOptions = { readonly deadline: Deadline }

type Rpc<Method> =
  Method extends MethodDefinition<infer Request, infer _Sent, infer _Received, infer Reply>
    ? (request: Request, options: CallOptions) => Promise<Reply>
    : never

/** The definition's methods, without its index signature. */
type RpcName = keyof {
  [Name in keyof CustomersDefinition as string extends Name ? never : Name]: true
} &
  string

/** createAccount, getCart, … */
type Rpcs = { readonly [Name in RpcName as Uncapitalize<Name>]: Rpc<CustomersDefinition[Name]> }

/**
 * Every call goes on at another replica until the deadline: reads may be repeated, and writes carry
 * request ids. What it rejects with is indefinite unless no attempt can have had an effect.
 */
export type CustomersClient = Rpcs & {
  /** Ends all connections; calls under way fail. */
  close(): void
}

export type CustomersClientOptions = {
  readonly members: readonly HostPort[]
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles | undefined
  readonly logger: Logger
}

export function createCustomersClient(options: CustomersClientOptions): CustomersClient {
  const serviceDefinition = customersDefinition()
  const client = createReplicaClient({ ...options, serviceDefinition })
  const names = Object.keys(serviceDefinition) as RpcName[]
  const rpcs = names.map((name) => [
    name.charAt(0).toLowerCase() + name.slice(1),
    // `Rpcs` says which request belongs to which name.
    (request: never, { deadline }: CallOptions) =>
      client.call(name, request, { deadline, idempotent: true }),
  ])
  return { ...(Object.fromEntries(rpcs) as Rpcs), close: () => client.close() }
}
