/**
 * Keys made from CLUSTER_SECRET, one per purpose, so that the secret itself never travels and what
 * one purpose signs means nothing to another.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What a key is for. A new use gets a new name. */
export type KeyPurpose = 'rpc' | 'peer' | 'datagram' | 'fingerprint' | 'request-id' | 'cursor'

/** Of the secret used last: a process has one, and asks for its keys all the time. */
const derived: { secret: string; keys: Map<KeyPurpose, Buffer> } = { secret: '', keys: new Map() }

/** 32 bytes: HKDF-SHA-256 (RFC 5869) of the secret, with the purpose as its context. Do not change them. */
export function deriveKey(clusterSecret: string, purpose: KeyPurpose): Buffer {
  if (derived.secret !== clusterSecret) {
    derived.secret = clusterSecret
    derived.keys.clear()
  }
  const known = derived.keys.get(purpose)
  if (known !== undefined) return known
  const key = Buffer.from(hkdfSync('sha256', clusterSecret, 'agora', purpose, 32))
  derived.keys.set(purpose, key)
  return key
}

/** HMAC-SHA-256 over `text` as UTF-8, as base64url. */
export function signText(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** Compares without telling by its duration how much was right. */
export function equalSecrets(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
