/**
 * Who opens a stream, where it can be answered, and for whom it is meant, in metadata: `agora-peer`
 * holds group, sender, receiver, the sender's address (base64url) and an HMAC over them and the call's own `agora-auth`, which the server has checked
 * already. So the identity cannot be changed, nor moved to another call.
 */
import type { Metadata } from '@grpc/grpc-js'
import { formatHostPort, type HostPort, parseHostPort } from '../../common/host-port.ts'
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
  /** Of the sender's own server: the receiver may not know it in any other way. */
  readonly address: HostPort
}

/** New metadata for one stream. */
export function streamMetadata(keys: PeerKeys, method: string, ends: StreamEnds): Metadata {
  const metadata = authMetadata(keys.rpc, method)
  const mac = sign(keys.peer, auth(metadata), ends)
  metadata.set(peerHeader, `${described(ends)}.${mac}`)
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
      ? /^([\w-]{1,64})\.(\d{1,5})\.(\d{1,5})\.([\w-]{1,400})\.([\w-]{43})$/.exec(value)
      : null
  const [, group, from, to, where, mac] = match ?? []
  if (group === undefined || where === undefined || mac === undefined) return undefined
  const address = parseHostPort(Buffer.from(where, 'base64url').toString())
  if (address === undefined) return undefined
  const ends = { group, from: memberId(Number(from)), to: memberId(Number(to)), address }
  return equalSecrets(mac, sign(keys.peer, auth(metadata), ends)) ? ends : undefined
}

function sign(key: Buffer, callAuth: string, ends: StreamEnds): string {
  return signText(key, `${callAuth}\n${described(ends)}`)
}

function described({ group, from, to, address }: StreamEnds): string {
  const where = Buffer.from(formatHostPort(address)).toString('base64url')
  return `${group}.${from}.${to}.${where}`
}

function auth(metadata: Metadata): string {
  return String(metadata.get(AUTH_HEADER)[0] ?? '')
}
