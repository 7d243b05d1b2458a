/** The service as products.proto defines it: what the replicas serve and the client calls. */
import { loadService } from '../platform/rpc/proto.ts'
import type { ProductsDefinition } from './gen/index.ts'

export const productsProto = 'db-products/products.proto'

export function productsDefinition(): ProductsDefinition {
  return loadService<ProductsDefinition>(productsProto, 'agora.products.v1.Products')
}
