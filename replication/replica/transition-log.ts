/**
 * Writes into a replica's log through which states its protocol goes, and why, where the protocol
 * tells that; and says in its status when that was. Looks from outside, now and then: it must not
 * know which states there are.
 *
 * A core counts ticks, and a process that gets no processor misses some: after a minute on a busy
 * machine that is seconds. So the time is taken from the clock when a transition is first seen.
 */
import { z } from 'zod'
import type { Logger } from '../../platform/log.ts'
import type { Clock } from '../ports.ts'
import type { GroupStatus } from '../replicated-log.ts'

const lookEveryMs = 500

/** Numbered from 1; a protocol keeps the last ones only. */
const transition = z.object({
  number: z.number(),
  msAgo: z.number(),
  from: z.string(),
  to: z.string(),
  reason: z.string(),
})
const transitions = z.array(transition).default([])

type Transition = z.infer<typeof transition>

export class TransitionLog {
  readonly #status: () => GroupStatus
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #timer: { cancel(): void }
  readonly #atUnixMs = new Map<number, number>()
  #seen = 0

  constructor(log: { status(): GroupStatus }, clock: Clock, logger: Logger) {
    this.#status = () => log.status()
    this.#clock = clock
    this.#logger = logger
    this.#timer = clock.every(lookEveryMs, () => void this.status())
  }

  /** The log's status, its transitions with their true times. */
  status(): GroupStatus {
    const status = this.#status()
    const told = transitions.parse(status.protocolDetails.transitions)
    for (const one of told) if (one.number > this.#seen) this.#note(one)
    const first = told[0]?.number ?? 0
    for (const number of this.#atUnixMs.keys()) if (number < first) this.#atUnixMs.delete(number)
    if (told.length === 0) return status
    const nowUnixMs = this.#clock.nowUnixMs()
    const dated = told.map((one) => {
      const atUnixMs = this.#atUnixMs.get(one.number) ?? nowUnixMs - one.msAgo
      return { ...one, msAgo: Math.max(0, nowUnixMs - atUnixMs) }
    })
    return { ...status, protocolDetails: { ...status.protocolDetails, transitions: dated } }
  }

  /** What has happened until now is still logged. */
  stop(): void {
    this.#timer.cancel()
    this.status()
  }

  #note({ number, msAgo, from, to, reason }: Transition): void {
    const missed = number - this.#seen - 1
    if (missed > 0) this.#logger.info({ missed }, 'more transitions than are remembered')
    this.#logger.info({ from, to, reason }, `${from} → ${to}`)
    this.#seen = number
    this.#atUnixMs.set(number, this.#clock.nowUnixMs() - msAgo)
  }
}
