/**
 * Who may call: processes that know the cluster's secret. A call carries `agora-auth`, a Unix time
 * in milliseconds and an HMAC over the method and that time; the secret itself never travels.
 * It must not know users or sessions: those are the services' business.
 */
import { Metadata } from '@grpc/grpc-js'
import { deriveKey, equalSecrets, signText } from '../cluster-key.ts'

export const AUTH_HEADER = 'agora-auth'

/** How far a caller's clock may be from ours, either way. */
export const CLOCK_SKEW_MAX_MS = 60_000

/** The key for calls, from CLUSTER_SECRET. Derive it once. */
export function rpcKey(clusterSecret: string): Buffer {
  return deriveKey(clusterSecret, 'rpc')
}

/** New metadata for one call of `method` (its full path, as `/agora.raft.v1.Peer/Stream`). */
export function authMetadata(key: Buffer, method: string, nowUnixMs = Date.now()): Metadata {
  const metadata = new Metadata()
  metadata.set(AUTH_HEADER, `${nowUnixMs}.${signature(key, method, nowUnixMs)}`)
  return metadata
}

export type AuthVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'missing' | 'stale' | 'forged' }

/** Judges what a call of `method` carried. */
export function verifyAuth(
  key: Buffer,
  method: string,
  metadata: Metadata,
  nowUnixMs = Date.now(),
): AuthVerdict {
  const value = metadata.get(AUTH_HEADER)[0]
  const match = typeof value === 'string' ? /^(\d{1,15})\.([\w-]{43})$/.exec(value) : null
  const [, sentAt, mac] = match ?? []
  if (sentAt === undefined || mac === undefined) return { ok: false, reason: 'missing' }
  if (!equalSecrets(mac, signature(key, method, Number(sentAt)))) {
    return { ok: false, reason: 'forged' }
  }
  const skewMs = Math.abs(nowUnixMs - Number(sentAt))
  return skewMs > CLOCK_SKEW_MAX_MS ? { ok: false, reason: 'stale' } : { ok: true }
}

function signature(key: Buffer, method: string, unixMs: number): string {
  return signText(key, `${method}\n${unixMs}`)
}
