/** The service as customers.proto defines it: what the replicas serve and the client calls. */
import { loadService } from '../platform/rpc/proto.ts'
import type { CustomersDefinition } from './gen/index.ts'

export const customersProto = 'db-customers/customers.proto'

export function customersDefinition(): CustomersDefinition {
  return loadService<CustomersDefinition>(customersProto, 'agora.customers.v1.Customers')
}
