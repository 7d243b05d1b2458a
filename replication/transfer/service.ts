/** The source's side of a transfer as a gRPC service. It must not know where exports come from. */
import { crc32 } from 'node:zlib'
import { AppError } from '../../common/errors.ts'
import type { RequestLog } from '../../platform/request-log.ts'
import type { RpcService } from '../../platform/rpc/server.ts'
import { unary } from '../../platform/rpc/unary.ts'
import type { LogIndex } from '../replicated-log.ts'
import { transferDefinition } from './definition.ts'
import type { Exports } from './exports.ts'
import type { StateTransferHandlers } from './gen/index.ts'

export type TransferServiceOptions = {
  readonly group: string
  readonly exports: Pick<Exports, 'offer' | 'chunk'>
  readonly requestLog: RequestLog
}

export function transferService({
  group,
  exports,
  requestLog,
}: TransferServiceOptions): RpcService {
  const implementation: StateTransferHandlers = {
    Describe: unary(
      async (request) => {
        if (request.group !== group) {
          const message = `this is a replica of the group ${group}, not of ${request.group}`
          throw new AppError('INVALID_ARGUMENT', { message: `${message}: compare the addresses` })
        }
        const { atLeast, resume } = request
        const offer = await exports.offer({ atLeast: atLeast as LogIndex, resume })
        if (offer.kind === 'preparing') return { preparing: { sizeBytes: offer.sizeBytes } }
        return { manifest: Buffer.from(offer.manifest) }
      },
      { requestLog },
    ),
    FetchChunk: unary(
      async ({ exportId, number }) => {
        const content = await exports.chunk(exportId, number)
        if (content === undefined) return { forgotten: {} }
        return { chunk: { content, crc32: crc32(content) } }
      },
      { requestLog },
    ),
  }
  return { definition: transferDefinition(), implementation }
}
