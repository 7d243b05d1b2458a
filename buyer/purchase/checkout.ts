/**
 * The purchases that requests to this server have brought in: each is driven to its end here, whether
 * or not its client still waits, and a server that stops waits for them. It must not know HTTP.
 */
import { type RequestDeadline, remainingMs } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import type { Patience } from './persistence.ts'
import type { Card, Purchase, PurchaseServices } from './ports.ts'
import { type Report, settle } from './settle.ts'
import { STAY_WITH_MS } from './timing.ts'

/** Purchases under way at once; more are refused before anything of them is recorded. */
const UNDER_WAY_MAX = 1_000
/** A client that has waited in vain is told the state as it is now, if that takes no longer. */
const LATEST_WITHIN_MS = 500

export type CheckoutRequest = {
  /** Opens it under the client's key, or finds it opened; `claimedBy` goes on record. */
  readonly open: (claimedBy: string) => Promise<{ purchase: Purchase; replayed: boolean }>
  readonly card: Card
  /** Names this very request as a holder of claims. */
  readonly claimedBy: string
  /** Answer by then, settled or not. */
  readonly answerBy: RequestDeadline
}

export type CheckoutAnswer = {
  /** Settled, or as it was when the time was up. */
  readonly purchase: Purchase
  /** True when an earlier request under the same key opened it. */
  readonly isRepeat: boolean
}

export type Checkout = {
  /** OVERLOADED, and what `open` throws. */
  run(request: CheckoutRequest): Promise<CheckoutAnswer>
  /** Resolves once no purchase is under way here, or after `graceMs`. */
  drain(graceMs: number): Promise<void>
}

export type CheckoutOptions = {
  readonly services: PurchaseServices
  readonly patience: Patience
  readonly report: Report
}

export function createCheckout({ services, patience, report }: CheckoutOptions): Checkout {
  const { clock } = patience
  const underWay = new Set<Promise<unknown>>()

  function keep<T>(work: Promise<T>): Promise<T> {
    const settled = work.catch(() => undefined).finally(() => underWay.delete(settled))
    underWay.add(settled)
    return work
  }

  return {
    async run({ open, card, claimedBy, answerBy }) {
      if (underWay.size >= UNDER_WAY_MAX) throw new AppError('OVERLOADED')
      const { purchase, replayed } = await keep(open(claimedBy))
      const deadline = { ...answerBy, atUnixMs: clock.nowMs() + STAY_WITH_MS }
      const options = { purchase, claimedBy, card, services, patience, report, deadline }
      const settling = keep(settle(options))
      // When the answer has gone out already, nobody else hears of a bug.
      settling.catch((error: unknown) => report(purchase.id, error, deadline.requestId))
      const settled = await within(settling, remainingMs(answerBy, clock.nowMs()))
      const isRepeat = replayed && purchase.claimedBy !== claimedBy
      return { purchase: settled ?? (await latest(purchase, answerBy)), isRepeat }
    },
    async drain(graceMs) {
      const untilMs = clock.nowMs() + graceMs
      // What was being opened when this began is driven as well.
      while (underWay.size > 0 && clock.nowMs() < untilMs) {
        await within(Promise.all(underWay), untilMs - clock.nowMs())
      }
    },
  }

  /** As recorded now; as opened when that cannot be found out in a moment. */
  async function latest(purchase: Purchase, answerBy: RequestDeadline): Promise<Purchase> {
    const deadline = { ...answerBy, atUnixMs: clock.nowMs() + LATEST_WITHIN_MS }
    try {
      return await services.records.get(purchase.id, deadline)
    } catch (error) {
      report(purchase.id, error, deadline.requestId)
      return purchase
    }
  }
}

/** Undefined when `work` takes longer. */
async function within<T>(work: Promise<T>, durationMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, durationMs), undefined)
  })
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
  }
}
