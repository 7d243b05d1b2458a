/** The service as transfer.proto defines it: what every replica serves and other members call. */
import { loadService } from '../../platform/rpc/proto.ts'
import type { StateTransferDefinition } from './gen/index.ts'

export const transferProto = 'replication/transfer/transfer.proto'

export function transferDefinition(): StateTransferDefinition {
  return loadService<StateTransferDefinition>(transferProto, 'agora.transfer.v1.StateTransfer')
}
