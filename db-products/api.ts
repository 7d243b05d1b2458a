/**
 * How other parts call the products group: one method per rpc, on whichever replica answers.
 * Messages are those of products.proto; failures are AppErrors.
 */
import {
  createGroupClient,
  type GroupClient,
  type GroupClientOptions,
} from '../replication/replica/group-client.ts'
import { productsDefinition } from './definition.ts'
import type { ProductsDefinition } from './gen/index.ts'

export type * from './gen/index.ts'

export type ProductsClient = GroupClient<ProductsDefinition>

export function createProductsClient(options: GroupClientOptions): ProductsClient {
  return createGroupClient(productsDefinition(), options)
}
