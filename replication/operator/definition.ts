/** The service as group.proto defines it: what every replica serves and operators' clients call. */
import { loadService } from '../../platform/rpc/proto.ts'
import type { GroupDefinition } from './gen/index.ts'

export const groupProto = 'replication/operator/group.proto'

export function groupDefinition(): GroupDefinition {
  return loadService<GroupDefinition>(groupProto, 'agora.group.v1.Group')
}
