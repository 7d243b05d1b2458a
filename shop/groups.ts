/**
 * The two database groups as the servers call them: one method per rpc. Narrowed to what can be stood
 * in for by a test.
 */
import type { Deadline } from '../common/deadline.ts'
import type { CustomersClient } from '../db-customers/api.ts'
import type { ProductsClient } from '../db-products/api.ts'
import type { Idempotency } from '../platform/http/idempotency.ts'

export type Customers = Omit<CustomersClient, 'close'>
export type Products = Omit<ProductsClient, 'close'>
export type Groups = { readonly customers: Customers; readonly products: Products }

export type CallOptions = { readonly deadline: Deadline }

/** The context of a write: one request id per step of an operation, the same for every repeat. */
export function writeContext(idempotency: Idempotency, step: string) {
  return {
    requestId: idempotency.requestIdFor(step),
    fingerprint: idempotency.fingerprint,
    keepForADay: idempotency.clientKey,
  }
}
