/**
 * The way between a buyer server and the services: messages and answers are lost, late or doubled,
 * services are out of reach for a while, and a server dies at a chosen point, before a message leaves
 * or before its answer is used. A dead server's promises never settle.
 */
import type { Deadline } from '../../../common/deadline.ts'
import type { Random } from '../../../common/random.ts'
import type { Clock, PurchaseServices } from '../ports.ts'
import {
  type CustomersModel,
  type PaymentsModel,
  type ProductsModel,
  unavailable,
} from './services.ts'
import type { VirtualTime } from './virtual-time.ts'

export type Service = 'customers' | 'products' | 'payments'

export type Faults = {
  /** Chance, per call, of each mishap. */
  readonly mishapRate: number
  /** After this moment calls go well (late messages may still arrive). */
  readonly untilMs: number
  readonly outages: readonly {
    readonly service: Service
    readonly fromMs: number
    readonly toMs: number
  }[]
}

/** A call whose answer stays away is given up after so long. */
const TIMEOUT_MS = 3_000
/** Messages that nobody waits for any more arrive up to then. */
export const LATEST_MS = 30_000

/** A buyer server. `diesAfter`: the number of points it passes before it dies. */
export class ModelServer implements Clock {
  readonly name: string
  readonly #time: VirtualTime
  #pointsLeft: number

  constructor(name: string, time: VirtualTime, diesAfter = Number.POSITIVE_INFINITY) {
    this.name = name
    this.#time = time
    this.#pointsLeft = diesAfter
  }

  get isAlive(): boolean {
    return this.#pointsLeft > 0
  }

  /** One more point at which it could die; false when it has. */
  pass(): boolean {
    this.#pointsLeft -= 1
    return this.isAlive
  }

  nowMs(): number {
    return this.#time.nowMs()
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#time.after(durationMs, () => {
        if (this.isAlive) resolve()
      })
    })
  }
}

/** What happens to messages, and when. */
export type Lines = {
  readonly time: VirtualTime
  readonly random: Random
  readonly faults: Faults
}

export type Network = Lines & {
  readonly customers: CustomersModel
  readonly products: ProductsModel
  readonly payments: PaymentsModel
}

export type Call<T> = {
  readonly from: ModelServer
  readonly to: Service
  readonly deadline: Deadline
  /** At the service, when a message arrives there. Throws, and rejects with, AppErrors alone. */
  readonly effect: () => T | Promise<T>
}

/** One call over the network: with an effect and an answer, with either, or with none. */
export function call<T>(
  { time, random, faults }: Lines,
  { from: server, to: service, deadline, effect }: Call<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (!server.pass()) return
    const answer = (settle: () => void): void => {
      if (server.pass()) settle()
    }
    const nowMs = time.nowMs()
    const giveUpMs = Math.max(1, Math.min(TIMEOUT_MS, deadline.atUnixMs - nowMs))
    time.after(giveUpMs, () => answer(() => reject(unavailable())))
    const isOut = faults.outages.some(
      (outage) => outage.service === service && nowMs >= outage.fromMs && nowMs < outage.toMs,
    )
    if (isOut) return
    const run = async (): Promise<void> => {
      const result = await settled(effect)
      time.after(random.integer(1, 30), () => {
        answer(() => (result.ok ? resolve(result.value) : reject(result.error)))
      })
    }
    const quietly = async (): Promise<void> => {
      await settled(effect)
    }
    const hasMishap = nowMs < faults.untilMs && random.next() < faults.mishapRate
    if (!hasMishap) return time.after(random.integer(1, 30), run)
    switch (random.integer(0, 5)) {
      case 0: // The message is lost.
        return
      case 1: // The answer is lost.
        return time.after(random.integer(1, 30), quietly)
      case 2:
      case 3: // The message arrives when nobody waits for it any more.
        return time.after(random.integer(TIMEOUT_MS, LATEST_MS), quietly)
      case 4: // It arrives, and once more, late.
        time.after(random.integer(1, 30), run)
        return time.after(random.integer(30, LATEST_MS), quietly)
      default: // A refusal that did not reach the service at all.
        return time.after(1, () => answer(() => reject(unavailable('OVERLOADED'))))
    }
  })
}

type Settled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown }

/** What is no AppError is a bug, which whoever called is to see. */
async function settled<T>(effect: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return { ok: true, value: await effect() }
  } catch (error) {
    return { ok: false, error }
  }
}

/** The three services as `server` reaches them over the network. */
export function servicesFor(network: Network, server: ModelServer): PurchaseServices {
  const { customers, products, payments, random } = network
  const at = <T>(to: Service, deadline: Deadline, effect: () => T): Promise<T> =>
    call(network, { from: server, to, deadline, effect })
  return {
    records: {
      advance: ({ id, claim }, step, deadline) =>
        at('customers', deadline, () => customers.advance(id, claim, step)),
      claim: ({ purchaseId, expected, claimedBy }, deadline) => {
        const requestId = `claim ${random.next()}`
        return at('customers', deadline, () =>
          customers.claim(purchaseId, expected, claimedBy, requestId),
        )
      },
      get: (id, deadline) => at('customers', deadline, () => customers.get(id)),
      listStanding: ({ idleMs, limit }, deadline) =>
        at('customers', deadline, () => customers.listStanding(idleMs, limit)),
    },
    reservations: {
      reserve: (request, deadline) => at('products', deadline, () => products.reserve(request)),
      confirm: (id, deadline) => at('products', deadline, () => products.confirm(id)),
      release: (id, deadline) => at('products', deadline, () => products.release(id)),
    },
    payments: {
      charge: ({ reference, amount }, deadline) =>
        at('payments', deadline, () => payments.charge(reference, amount)),
      find: (reference, deadline) => at('payments', deadline, () => payments.find(reference)),
      void: (reference, deadline) => at('payments', deadline, () => payments.void(reference)),
    },
  }
}
