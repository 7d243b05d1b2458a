/**
 * The two database groups as the servers call them: one method per rpc. Narrowed to what can be stood
 * in for by a test.
 */
import { AppError, errorTable } from '../common/errors.ts'
import type { CustomersClient } from '../db-customers/api.ts'
import type { ProductsClient } from '../db-products/api.ts'
import type { Idempotency } from '../platform/http/idempotency.ts'

export type Customers = Omit<CustomersClient, 'close'>
export type Products = Omit<ProductsClient, 'close'>
export type Groups = { readonly customers: Customers; readonly products: Products }

export type WriteContext = ReturnType<typeof writeContext>

/** The context of a write: one request id per step of an operation, the same for every repeat. */
export function writeContext(idempotency: Idempotency, step: string) {
  return {
    requestId: idempotency.requestIdFor(step),
    fingerprint: idempotency.fingerprint,
    keepForADay: idempotency.clientKey,
  }
}

/** Times that one key may be refused for a reason that is not kept. */
const GENERATIONS_MAX = 10

/**
 * A write whose refusals for want of a session, or for too many attempts, do not stick to its key. The
 * group keeps every outcome; so a repeat that finds such a refusal goes on under the next request id
 * of the same key, as every other repeat will.
 */
export async function writeUnlessKept<T>(
  idempotency: Idempotency,
  step: string,
  write: (context: WriteContext) => Promise<T>,
): Promise<T> {
  for (let generation = 1; ; generation += 1) {
    const name = generation === 1 ? step : `${step} ${generation}`
    try {
      return await write(writeContext(idempotency, name))
    } catch (error) {
      if (!isStoredButNotKept(error) || generation === GENERATIONS_MAX) throw error
    }
  }
}

function isStoredButNotKept(error: unknown): boolean {
  if (!(error instanceof AppError) || error.details.replayed !== true) return false
  const status = errorTable[error.code].http
  return status === 401 || status === 429
}
