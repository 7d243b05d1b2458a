/**
 * How other parts call the customers group: one method per rpc, on whichever replica answers.
 * Messages are those of customers.proto; failures are AppErrors.
 */
import {
  createGroupClient,
  type GroupClient,
  type GroupClientOptions,
} from '../replication/replica/group-client.ts'
import { customersDefinition } from './definition.ts'
import type { CustomersDefinition } from './gen/index.ts'

export type * from './gen/index.ts'

export type CustomersClient = GroupClient<CustomersDefinition>

export function createCustomersClient(options: GroupClientOptions): CustomersClient {
  return createGroupClient(customersDefinition(), options)
}
