/** Calls one member of a measured group, and no other one instead: it is that member that is measured. */
import { Client, Metadata, type MethodDefinition, type ServiceError } from '@grpc/grpc-js'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import { authMetadata, rpcKey } from '../../platform/rpc/authentication.ts'
import { clientCredentials, clientOptions } from '../../platform/rpc/channel.ts'
import { errorFromStatus } from '../../platform/rpc/errors.ts'
import type { GroupAction, GroupStatus } from '../../replication/replicated-log.ts'
import type { Recording } from '../measure.ts'
import { type MemoryUse, memberDefinition, type OwnLoad, type Traffic } from './definition.ts'

/** Every call rejects with an AppError. */
export type MemberClient = {
  /** The index of the command, once it is applied at that member. */
  submit(command: Uint8Array, timeoutMs?: number): Promise<number>
  /** What the member has applied, after a linearizable barrier. */
  read(): Promise<number>
  /** Those of `keys` (of commands, see keyOf) that have no row, after a barrier. */
  missing(keys: readonly string[], timeoutMs?: number): Promise<readonly string[]>
  loadYourself(load: OwnLoad): Promise<Recording>
  administer(action: GroupAction): Promise<void>
  status(): Promise<GroupStatus>
  memory(): Promise<MemoryUse>
  traffic(): Promise<Traffic>
  close(): void
}

const callTimeoutMs = 10_000
const statusTimeoutMs = 1_000

export function createMemberClient(
  member: HostPort,
  options: { readonly secret: string; readonly timeoutMs?: number; readonly isPatient?: boolean },
): MemberClient {
  const { secret, timeoutMs = callTimeoutMs, isPatient = false } = options
  const client = new Client(
    formatHostPort(member),
    clientCredentials(undefined),
    isPatient ? { ...clientOptions, 'grpc.keepalive_time_ms': 2 ** 31 - 1 } : clientOptions,
  )
  const key = rpcKey(secret)
  const call = <Request, Reply>(
    method: MethodDefinition<Request, Reply>,
    request: Request,
    limitMs = timeoutMs,
  ): Promise<Reply> => unaryCall(client, method, request, authMetadata(key, method.path), limitMs)
  return {
    submit: (command, limitMs) => call(memberDefinition.Submit, command, limitMs),
    read: () => call(memberDefinition.Read, {}),
    missing: (keys, limitMs) => call(memberDefinition.Missing, keys, limitMs),
    loadYourself: (load) => {
      const limitMs = load.warmUpMs + load.measuredMs + timeoutMs
      return call(memberDefinition.LoadYourself, load, limitMs)
    },
    administer: async (action) => {
      await call(memberDefinition.Administer, action, 6 * timeoutMs)
    },
    status: () => call(memberDefinition.GetStatus, {}, statusTimeoutMs),
    memory: () => call(memberDefinition.GetMemory, {}, statusTimeoutMs),
    traffic: () => call(memberDefinition.GetTraffic, {}, statusTimeoutMs),
    close: () => client.close(),
  }
}

/** Rejects with an AppError. */
export function unaryCall<Request, Reply>(
  client: Client,
  method: MethodDefinition<Request, Reply>,
  request: Request,
  metadata: Metadata = new Metadata(),
  timeoutMs: number = callTimeoutMs,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: Date.now() + timeoutMs },
      (error: ServiceError | null, reply?: Reply) => {
        if (error === null) resolve(reply as Reply)
        else reject(errorFromStatus(error))
      },
    )
  })
}
