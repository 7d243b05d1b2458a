/**
 * What all connections between the parts have in common: limits, keepalive, quick reconnection, TLS.
 */
import { readFileSync } from 'node:fs'
import { type ChannelOptions, ChannelCredentials, ServerCredentials } from '@grpc/grpc-js'
import type { TlsFiles } from '../config.ts'

export const MESSAGE_MAX_BYTES = 4 * 1024 * 1024

const limits: ChannelOptions = {
  'grpc.max_receive_message_length': MESSAGE_MAX_BYTES,
  'grpc.max_send_message_length': MESSAGE_MAX_BYTES,
  // A peer that is gone without a word (power, cable) is noticed within 15 s.
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
}

export const serverOptions: ChannelOptions = { ...limits }

export const clientOptions: ChannelOptions = {
  ...limits,
  // Replicas restart within a second or two, and machines of a cluster need no proxy between them.
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 500,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
  // Whoever calls decides about repeating; see replica-client.ts.
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
}

export function serverCredentials(tls: TlsFiles | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const { ca, cert, key } = read(tls)
  // Both sides show a certificate of the cluster's authority; the secret is asked for besides.
  return ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true)
}

export function clientCredentials(tls: TlsFiles | undefined): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure()
  const { ca, cert, key } = read(tls)
  return ChannelCredentials.createSsl(ca, key, cert)
}

function read({ caPath, certPath, keyPath }: TlsFiles) {
  return { ca: readFileSync(caPath), cert: readFileSync(certPath), key: readFileSync(keyPath) }
}
