/**
 * One client request, one effect: the ids under which each of its steps is ordered, the same for
 * every repeat at every server, and what tells a repeat from another request under the same key.
 */
import { randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { AppError } from '../../common/errors.ts'
import { deriveKey, signText } from '../cluster-key.ts'

export const IDEMPOTENCY_HEADER = 'Idempotency-Key'

export type Idempotency = {
  /** 43 characters; another one for each step of the operation, as `reserve`. */
  requestIdFor(step: string): string
  /** HMAC of body and query without secrets and cards; empty when the server made the key. */
  readonly fingerprint: string
  /** True: the client sent the key, and outcomes are kept for a day. */
  readonly clientKey: boolean
}

export type IdempotencyScope = {
  readonly role: string
  /** The account's id, or the username key at account creation. */
  readonly accountScope: string | number
  /** CLUSTER_SECRET. */
  readonly secret: string
}

/** Fields left out of the fingerprint, at any depth: what must not be stored, even hashed. */
const secretFields: ReadonlySet<string> = new Set(['password', 'card', 'securityCode', 'token'])

/** INVALID_ARGUMENT when the header is not 1–128 visible ASCII characters. */
export function idempotencyOf(request: Request, scope: IdempotencyScope): Idempotency {
  const given = request.get(IDEMPOTENCY_HEADER)
  if (given !== undefined && !/^[\x21-\x7e]{1,128}$/.test(given)) {
    const message = 'must be 1 to 128 visible ASCII characters'
    throw new AppError('INVALID_ARGUMENT', { fields: [{ path: IDEMPOTENCY_HEADER, message }] })
  }
  const clientKey = given !== undefined
  const name = [
    scope.role,
    String(scope.accountScope),
    request.method,
    request.baseUrl + request.path,
    clientKey ? 'client' : 'server',
    given ?? randomUUID(),
  ]
  const requestIdKey = deriveKey(scope.secret, 'request-id')
  return {
    // JSON, so that no two lists of names run together into the same text.
    requestIdFor: (step) => signText(requestIdKey, JSON.stringify([...name, step])),
    fingerprint: clientKey ? fingerprintOf(request, scope.secret) : '',
    clientKey,
  }
}

function fingerprintOf(request: Request, secret: string): string {
  // No body is an empty one, to the route as well.
  const seen = canonical([request.body ?? {}, request.query])
  return signText(deriveKey(secret, 'fingerprint'), JSON.stringify(seen))
}

/** The same JSON for the same meaning: keys sorted, secrets gone. Bodies are at most 64 KiB, so is the depth. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .filter(([key]) => !secretFields.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, canonical(inner)])
}
