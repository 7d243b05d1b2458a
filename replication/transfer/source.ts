/** One other member as a source of state, over gRPC. It must not know what becomes of the chunks. */
import { Client, type MethodDefinition, type ServiceError } from '@grpc/grpc-js'
import { formatHostPort, type HostPort } from '../../common/host-port.ts'
import type { TlsFiles } from '../../platform/config.ts'
import { authMetadata, rpcKey } from '../../platform/rpc/authentication.ts'
import { clientCredentials, clientOptions } from '../../platform/rpc/channel.ts'
import { errorFromStatus } from '../../platform/rpc/errors.ts'
import { send } from '../../platform/rpc/send.ts'
import { ChunkDamaged, sumOf } from './chunk-files.ts'
import { transferDefinition } from './definition.ts'
import type { Offer, Wanted } from './exports.ts'
import type { DescribeReply__Output, FetchChunkReply__Output } from './gen/index.ts'

/** Rejections are AppErrors of the source or of the way to it. */
export interface StateSource {
  describe(wanted: Wanted, signal: AbortSignal): Promise<Offer>
  /** Undefined: the source has no such export (any more). Throws ChunkDamaged, too. */
  fetchChunk(exportId: string, number: number, signal: AbortSignal): Promise<Buffer | undefined>
  /** Ends the connection. */
  close(): void
}

export type GrpcSourceOptions = {
  readonly address: HostPort
  readonly group: string
  /** CLUSTER_SECRET. */
  readonly secret: string
  readonly tls?: TlsFiles | undefined
}

/** A chunk over a line of 200 kB/s still arrives; a source that hangs is noticed. */
const callTimeoutMs = 5_000

export function grpcSource({ address, group, secret, tls }: GrpcSourceOptions): StateSource {
  const { Describe, FetchChunk } = transferDefinition()
  const client = new Client(formatHostPort(address), clientCredentials(tls), clientOptions)
  const key = rpcKey(secret)

  async function call<Reply>(method: unknown, request: object, signal: AbortSignal) {
    // The reply is of the type that the generated definition says.
    const rpc = method as MethodDefinition<unknown, unknown>
    const metadata = authMetadata(key, rpc.path)
    const deadlineUnixMs = Date.now() + callTimeoutMs
    try {
      return (await send(client, rpc, request, metadata, deadlineUnixMs, signal)) as Reply
    } catch (error) {
      throw errorFromStatus(error as ServiceError)
    }
  }

  return {
    async describe({ atLeast, resume }, signal) {
      const request = { group, atLeast, resume }
      const reply = await call<DescribeReply__Output>(Describe, request, signal)
      if (reply.manifest !== undefined) return { kind: 'ready', manifest: reply.manifest }
      return { kind: 'preparing', sizeBytes: reply.preparing?.sizeBytes ?? 0 }
    },
    async fetchChunk(exportId, number, signal) {
      const request = { exportId, number }
      const { chunk } = await call<FetchChunkReply__Output>(FetchChunk, request, signal)
      if (chunk === undefined || chunk === null) return undefined
      if (sumOf(chunk.content).crc32 !== chunk.crc32) {
        throw new ChunkDamaged(`chunk ${number} was damaged on its way`)
      }
      return chunk.content
    },
    close: () => client.close(),
  }
}
