/**
 * Whether a server can serve: both groups answer a linearizable read, so each has its majority. Those
 * who ask at the same time share one answer.
 */
import type { Deadline } from '../common/deadline.ts'
import type { ReadinessReport } from '../platform/http/app.ts'
import type { Groups } from './groups.ts'

const ANSWER_WITHIN_MS = 1_500

export function groupsReadiness({ customers, products }: Groups): () => Promise<ReadinessReport> {
  let asking: Promise<ReadinessReport> | undefined
  const ask = async (): Promise<ReadinessReport> => {
    const deadline = { atUnixMs: Date.now() + ANSWER_WITHIN_MS }
    const [customersCheck, productsCheck] = await Promise.all([
      check((options) => customers.listStandingPurchases(nothingStands, options), deadline),
      check((options) => products.getSellerRating({ context: {}, sellerId: 1 }, options), deadline),
    ])
    const ready = customersCheck.ready && productsCheck.ready
    return { ready, checks: { customers: customersCheck, products: productsCheck } }
  }
  return () => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
}

/** A question whose answer is short: what has been standing for a day. */
const nothingStands = { context: {}, idleMs: 86_400_000, limit: 1 }

async function check(
  call: (options: { readonly deadline: Deadline }) => Promise<unknown>,
  deadline: Deadline,
): Promise<ReadinessReport['checks'][string]> {
  try {
    await call({ deadline })
    return { ready: true }
  } catch (error) {
    return { ready: false, detail: error instanceof Error ? error.message : String(error) }
  }
}
