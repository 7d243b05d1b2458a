/**
 * Writes into a replica's log through which states its protocol goes, and why, where the protocol
 * tells that. Looks from outside, now and then: it must not know which states there are.
 */
import { z } from 'zod'
import type { Logger } from '../../platform/log.ts'
import type { Clock } from '../ports.ts'
import type { ReplicatedLog } from '../replicated-log.ts'

const lookEveryMs = 500

/** Numbered from 1; a protocol keeps the last ones only. */
const transitions = z
  .array(z.object({ number: z.number(), from: z.string(), to: z.string(), reason: z.string() }))
  .default([])

export function logTransitions(
  log: Pick<ReplicatedLog<never, never>, 'status'>,
  clock: Clock,
  logger: Logger,
): { stop(): void } {
  let logged = 0
  const look = (): void => {
    const told = transitions.parse(log.status().protocolDetails.transitions)
    for (const { number, from, to, reason } of told.filter((one) => one.number > logged)) {
      if (number > logged + 1) {
        logger.info({ transitions: number - logged - 1 }, 'more happened than is remembered')
      }
      logger.info({ from, to, reason }, `${from} → ${to}`)
      logged = number
    }
  }
  const timer = clock.every(lookEveryMs, look)
  return {
    stop: () => {
      timer.cancel()
      look()
    },
  }
}
