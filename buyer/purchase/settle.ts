/**
 * Brings one purchase to its end on behalf of a request: drives it while the request holds the claim,
 * waits for the outcome while somebody else does, and takes over, with the card that the request
 * brought, from a driver that fell silent. It must not know HTTP.
 */
import { type RequestDeadline, remainingMs } from '../../common/deadline.ts'
import { AppError } from '../../common/errors.ts'
import { isOpen } from '../../common/purchase-states.ts'
import { drive } from './drive.ts'
import { isTransient, type Patience } from './persistence.ts'
import type { Card, Purchase, PurchaseServices } from './ports.ts'
import { CLAIM_SECONDS } from './timing.ts'

const FIRST_POLL_MS = 50
const SLOWEST_POLL_MS = 400
/** One look at the record; a replica that hangs longer is not waited for. */
const LOOK_MS = 4_000

/**
 * Told of what kept a purchase from going on; it is settled by somebody, later. `requestId` is that of
 * the HTTP request at work, or of the resumer's work on this purchase.
 */
export type Report = (purchaseId: string, error: unknown, requestId: string) => void

export type SettleOptions = {
  /** As opened. */
  readonly purchase: Purchase
  /** Names this request as the holder of a claim. */
  readonly claimedBy: string
  readonly card: Card
  readonly services: PurchaseServices
  readonly patience: Patience
  readonly report: Report
  readonly deadline: RequestDeadline
}

/**
 * The purchase once it is `completed` or `failed`; undefined when `deadline` passes first (a resumer
 * settles it then). Throws only for what is a bug.
 */
export async function settle(options: SettleOptions): Promise<Purchase | undefined> {
  const { purchase, claimedBy, deadline } = options
  const { clock } = options.patience
  // The outcome of a repeated opening is that of the first: only the opener finds itself named there.
  let claimed = purchase.claimedBy === claimedBy ? purchase : undefined
  let pauseMs = FIRST_POLL_MS
  const hasFallenSilent = silenceWatch(options)
  for (;;) {
    if (claimed !== undefined) {
      const settled = await driveToEnd(claimed, options)
      if (settled !== undefined) return settled
    }
    const current = await look(options)
    if (current !== undefined && !isOpen(current.state)) return current
    claimed =
      current !== undefined && hasFallenSilent(current)
        ? await takeOver(current, options)
        : undefined
    if (claimed !== undefined) continue
    if (remainingMs(deadline, clock.nowMs()) <= pauseMs) return undefined
    await clock.sleep(pauseMs)
    pauseMs = Math.min(pauseMs * 1.5, SLOWEST_POLL_MS)
  }
}

/** Undefined when the claim was lost, or when nothing helped for as long as there was time. */
async function driveToEnd(purchase: Purchase, options: SettleOptions) {
  try {
    const result = await drive(purchase, options)
    return result.kind === 'settled' ? result.purchase : undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    options.report(purchase.id, error, options.deadline.requestId)
    return undefined
  }
}

async function look({
  purchase,
  services,
  patience,
  deadline,
}: SettleOptions): Promise<Purchase | undefined> {
  const atUnixMs = Math.min(patience.clock.nowMs() + LOOK_MS, deadline.atUnixMs)
  try {
    return await services.records.get(purchase.id, { ...deadline, atUnixMs })
  } catch (error) {
    if (error instanceof AppError && isTransient(error)) return undefined
    throw error
  }
}

/**
 * True of a purchase on which nothing has moved for as long as a claim lasts. Measured as time passed
 * here, so that no two machines' clocks are compared; the group still decides on its own time.
 */
function silenceWatch({ card, patience }: SettleOptions): (purchase: Purchase) => boolean {
  let lastMove = ''
  let sinceMs = 0
  return (purchase) => {
    // Another card than the first one's under the same key may not pay.
    if (!card.number.endsWith(purchase.cardLast4)) return false
    const nowMs = patience.clock.nowMs()
    const move = `${purchase.state} ${purchase.claim} ${purchase.claimExpiresAtMs}`
    if (move !== lastMove) {
      lastMove = move
      sinceMs = nowMs
    }
    return nowMs - sinceMs >= CLAIM_SECONDS * 1_000
  }
}

async function takeOver(
  { id, claim }: Purchase,
  { services, claimedBy, deadline }: SettleOptions,
): Promise<Purchase | undefined> {
  try {
    return await services.records.claim({ purchaseId: id, expected: claim, claimedBy }, deadline)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // Not expired yet, taken by another, settled meanwhile, or out of reach: look again.
    if (error.code === 'STALE_CLAIM' || error.code === 'ILLEGAL_TRANSITION') return undefined
    if (isTransient(error)) return undefined
    throw error
  }
}
