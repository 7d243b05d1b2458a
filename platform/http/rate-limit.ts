/**
 * How often one address may call this server: a bucket of tokens each, refilled all the time. It
 * knows nothing of other servers; what the whole system limits is counted in the customers group.
 */
import type { Response } from 'express'

/** Addresses remembered; the one not heard of for longest is forgotten first. */
const ADDRESSES_MAX = 10_000

export class AddressLimiter {
  readonly #perSecond: number
  readonly #buckets = new Map<string, { tokens: number; filledAtMs: number }>()

  /** `perSecond` calls on average, twice as many at once. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
  }

  /** Takes a token; returns 0, or how many milliseconds to wait for one. */
  take(address: string, nowMs: number): number {
    const capacity = 2 * this.#perSecond
    const bucket = this.#buckets.get(address) ?? { tokens: capacity, filledAtMs: nowMs }
    const refill = (Math.max(0, nowMs - bucket.filledAtMs) / 1_000) * this.#perSecond
    const tokens = Math.min(capacity, bucket.tokens + refill)
    const allowed = tokens >= 1
    // Delete and set: a Map keeps the order of insertion, so the first one is the oldest.
    this.#buckets.delete(address)
    this.#buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, filledAtMs: nowMs })
    if (this.#buckets.size > ADDRESSES_MAX) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest)
        break
      }
    }
    return allowed ? 0 : Math.ceil(((1 - tokens) / this.#perSecond) * 1_000)
  }
}

export type RateLimitState = {
  /** What is limited, as `logins`. */
  readonly policy: string
  readonly limit: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Until more attempts are allowed. */
  readonly resetSeconds: number
}

/** Tells the client where it stands (IETF draft “RateLimit header fields for HTTP”). */
export function setRateLimitHeaders(response: Response, state: RateLimitState): void {
  const { policy, limit, windowSeconds, remaining, resetSeconds } = state
  response.setHeader('RateLimit-Policy', `"${policy}";q=${limit};w=${windowSeconds}`)
  const left = Math.max(0, Math.floor(remaining))
  response.setHeader('RateLimit', `"${policy}";r=${left};t=${Math.max(0, Math.ceil(resetSeconds))}`)
}
