/** The service as calls.proto defines it: what every replica serves and its callers open. */
import type { CallsDefinition } from './gen/index.ts'
import { loadService } from './proto.ts'

export const callsProto = 'platform/rpc/calls.proto'

export function callsDefinition(): CallsDefinition {
  return loadService<CallsDefinition>(callsProto, 'agora.rpc.v1.Calls')
}
