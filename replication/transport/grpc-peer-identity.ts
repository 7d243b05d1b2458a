/**
 * Who opens a stream, and for whom it is meant, in metadata: `agora-peer` holds group, sender,
 * receiver and an HMAC over them and the call's own `agora-auth`, which the server has checked
 * already. So the identity cannot be changed, nor moved to another call.
 */
import type { Metadata } from '@grpc/grpc-js'
import { type MemberId, memberId } from '../../common/member.ts'
import { equalSecrets, signText } from '../../platform/cluster-key.ts'
import { AUTH_HEADER, authMetadata } from '../../platform/rpc/authentication.ts'

const peerHeader = 'agora-peer'

export type PeerKeys = {
  /** Of calls in general: see rpcKey. */
  readonly rpc: Buffer
  /** Of peers: deriveKey(secret, 'peer'). */
  readonly peer: Buffer
}

export type StreamEnds = {
  /** Keeps groups apart that share a secret. Letters, digits, hyphens. */
  readonly group: string
  readonly from: MemberId
  readonly to: MemberId
}

/** New metadata for one stream. */
export function streamMetadata(keys: PeerKeys, method: string, ends: StreamEnds): Metadata {
  const metadata = authMetadata(keys.rpc, method)
  const mac = sign(keys.peer, auth(metadata), ends)
  metadata.set(peerHeader, `${ends.group}.${ends.from}.${ends.to}.${mac}`)
  return metadata
}

/**
 * Undefined when the header is missing or forged. Whether the ends are right is for the caller to
 * judge.
 */
export function readStreamEnds(
  keys: Pick<PeerKeys, 'peer'>,
  metadata: Metadata,
): StreamEnds | undefined {
  const value = metadata.get(peerHeader)[0]
  const match =
    typeof value === 'string'
      ? /^([\w-]{1,64})\.(\d{1,5})\.(\d{1,5})\.([\w-]{43})$/.exec(value)
      : null
  const [, group, from, to, mac] = match ?? []
  if (group === undefined || mac === undefined) return undefined
  const ends = { group, from: memberId(Number(from)), to: memberId(Number(to)) }
  return equalSecrets(mac, sign(keys.peer, auth(metadata), ends)) ? ends : undefined
}

function sign(key: Buffer, callAuth: string, { group, from, to }: StreamEnds): string {
  return signText(key, `${callAuth}\n${group}\n${from}\n${to}`)
}

function auth(metadata: Metadata): string {
  return String(metadata.get(AUTH_HEADER)[0] ?? '')
}
