/**
 * How often one address may call this server: a bucket of tokens each, refilled all the time. It
 * knows nothing of other servers; what the whole system limits is counted in the customers group.
 */
import type { Response } from 'express'

export type BucketState = {
  /** Milliseconds to wait for a token; 0: one was taken. */
  readonly waitMs: number
  /** Calls that may follow at once. */
  readonly remaining: number
  /** Until the bucket is full again. */
  readonly fullInMs: number
}

/** Addresses remembered; the one not heard of for longest is forgotten first. */
const ADDRESSES_MAX = 10_000
/** What may come at once is what else comes in so many seconds. */
export const BURST_SECONDS = 2

export class AddressLimiter {
  /** Tokens that a full bucket holds. */
  readonly capacity: number
  readonly #perSecond: number
  readonly #buckets = new Map<string, { tokens: number; filledAtMs: number }>()

  /** `perSecond` calls on average, BURST_SECONDS times as many at once. */
  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.capacity = BURST_SECONDS * perSecond
  }

  /** Takes a token, if there is one. */
  take(address: string, nowMs: number): BucketState {
    const { capacity } = this
    const bucket = this.#buckets.get(address) ?? { tokens: capacity, filledAtMs: nowMs }
    const refill = (Math.max(0, nowMs - bucket.filledAtMs) / 1_000) * this.#perSecond
    const tokens = Math.min(capacity, bucket.tokens + refill)
    const allowed = tokens >= 1
    const left = allowed ? tokens - 1 : tokens
    // Delete and set: a Map keeps the order of insertion, so the first one is the oldest.
    this.#buckets.delete(address)
    this.#buckets.set(address, { tokens: left, filledAtMs: nowMs })
    if (this.#buckets.size > ADDRESSES_MAX) {
      for (const oldest of this.#buckets.keys()) {
        this.#buckets.delete(oldest)
        break
      }
    }
    const untilMs = (wanted: number) => Math.ceil(((wanted - left) / this.#perSecond) * 1_000)
    return {
      waitMs: allowed ? 0 : untilMs(1),
      remaining: Math.floor(left),
      fullInMs: untilMs(capacity),
    }
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

/**
 * Tells the client where it stands under one more policy (IETF draft “RateLimit header fields for
 * HTTP”): lists, an item for each policy.
 */
export function addRateLimit(response: Response, state: RateLimitState): void {
  const { policy, limit, windowSeconds, remaining, resetSeconds } = state
  addToList(response, 'RateLimit-Policy', `"${policy}";q=${limit};w=${windowSeconds}`)
  const left = Math.max(0, Math.floor(remaining))
  const afterSeconds = Math.max(0, Math.ceil(resetSeconds))
  addToList(response, 'RateLimit', `"${policy}";r=${left};t=${afterSeconds}`)
}

function addToList(response: Response, name: string, item: string): void {
  const present = response.getHeader(name)
  response.setHeader(name, present === undefined ? item : `${present}, ${item}`)
}
