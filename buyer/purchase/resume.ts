/**
 * The loop in every buyer server that finishes what others left standing: it lists open purchases
 * whose driver fell silent, claims them one by one, and drives them to their end without a card.
 */
import { randomUUID } from 'node:crypto'
import { AppError, type ErrorCode } from '../../common/errors.ts'
import { drive } from './drive.ts'
import { isTransient, type Patience } from './persistence.ts'
import type { Purchase, PurchaseServices } from './ports.ts'
import type { Report } from './settle.ts'
import { RESUME_IDLE_MS, RESUME_ROUND_MS, RESUME_WORK_MS } from './timing.ts'

/** Looked at in one round; a longer backlog is shared with the other servers' rounds. */
const STANDING_MAX = 32
/** Driven at the same time by one resumer. */
const LANES = 4
const LIST_WITHIN_MS = 5_000

export type ResumeOptions = {
  readonly services: PurchaseServices
  readonly patience: Patience
  /** Names this process as the holder of its claims. */
  readonly claimedBy: string
  readonly report: Report
  /** Told of each purchase brought to its end here. */
  readonly settled?: (purchase: Purchase, requestId: string) => void
}

/** Another server was faster, or the driver is alive after all: nothing to do. */
const othersTurn: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['STALE_CLAIM', 'ILLEGAL_TRANSITION'])

/**
 * One round: resolves once every standing purchase it could claim is settled, lost, or out of reach.
 * Throws AppError when the purchases cannot be listed.
 */
export async function resumeOnce(options: ResumeOptions): Promise<void> {
  const { services, patience } = options
  const standing = await services.records.listStanding(
    { idleMs: RESUME_IDLE_MS, limit: STANDING_MAX },
    { atUnixMs: patience.clock.nowMs() + LIST_WITHIN_MS },
  )
  const waiting = shuffled(standing, options)
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      await resume(next, options)
    }
  }
  await Promise.all(Array.from({ length: Math.min(LANES, standing.length) }, lane))
}

/** Servers that list at the same time begin at different ends. */
function shuffled(purchases: readonly Purchase[], { patience }: ResumeOptions): Purchase[] {
  return purchases
    .map((purchase) => ({ purchase, order: patience.random.next() }))
    .sort((a, b) => a.order - b.order)
    .map(({ purchase }) => purchase)
}

async function resume({ id, claim }: Purchase, options: ResumeOptions): Promise<void> {
  const { services, patience, claimedBy, report, settled } = options
  // No request is at work: the calls and log lines of all processes are one under an id all the same.
  const requestId = randomUUID()
  const deadline = { atUnixMs: patience.clock.nowMs() + RESUME_WORK_MS, requestId }
  try {
    // What the claim returns is the present state; what was listed may have moved on.
    const purchase = await services.records.claim(
      { purchaseId: id, expected: claim, claimedBy },
      deadline,
    )
    const result = await drive(purchase, { services, patience, deadline })
    if (result.kind === 'settled') settled?.(result.purchase, requestId)
  } catch (error) {
    // Even a bug is only reported: one broken record must not keep the others from being finished.
    if (!(error instanceof AppError && othersTurn.has(error.code))) report(id, error, requestId)
  }
}

/**
 * Rounds until `stop` is called, which resolves once the round under way has ended. Purchases that
 * cannot be listed just now are listed in the next round.
 */
export function startResuming(
  options: ResumeOptions & { readonly failed: (error: unknown) => void },
): {
  stop(): Promise<void>
} {
  const { clock, random } = options.patience
  let stopping = false
  let wake = (): void => {}
  const woken = new Promise<void>((resolve) => {
    wake = resolve
  })
  const rounds = async (): Promise<void> => {
    while (!stopping) {
      try {
        await resumeOnce(options)
      } catch (error) {
        if (!(error instanceof AppError && isTransient(error))) options.failed(error)
      }
      const pauseMs = random.integer(RESUME_ROUND_MS / 2, RESUME_ROUND_MS * 1.5)
      await Promise.race([clock.sleep(pauseMs), woken])
    }
  }
  const running = rounds()
  return {
    stop: () => {
      stopping = true
      wake()
      return running
    },
  }
}
