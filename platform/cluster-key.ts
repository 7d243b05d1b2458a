/**
 * Keys made from CLUSTER_SECRET, one per purpose, so that the secret itself never travels and what
 * one purpose signs means nothing to another.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** What a key is for. A new use gets a new name. */
export type KeyPurpose = 'rpc' | 'datagram' | 'fingerprint' | 'request-id' | 'cursor'

/** 32 bytes: HKDF-SHA-256 (RFC 5869) of the secret, with the purpose as its context. */
export function deriveKey(clusterSecret: string, purpose: KeyPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', clusterSecret, 'agora', purpose, 32))
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
