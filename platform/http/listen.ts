/**
 * Opens and closes the socket of an HTTP server.
 */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { formatHostPort } from '../../common/host-port.ts'
import type { TlsFiles } from '../config.ts'

export type ListenOptions = {
  readonly host: string
  /** 0 = any free one. */
  readonly port: number
  readonly tls?: TlsFiles | undefined
  /** A request that has not come whole by then is cut off (408). */
  readonly requestTimeoutMs?: number
}

/** Bodies are small; who sends one slowly holds a place among the requests under way meanwhile. */
const REQUEST_TIMEOUT_MS = 10_000
/** Longer than clients keep idle connections, so that they are the ones to close them. */
const KEEP_ALIVE_MS = 75_000
/** Slow requests are looked for so often. */
const CHECK_INTERVAL_MS = 1_000

export type HttpServer = {
  readonly port: number
  /** `http://127.0.0.1:5000` */
  readonly url: string
  /** Takes no new requests, waits up to `graceMs` (2 s) for those under way, then cuts them off. */
  close(graceMs?: number): Promise<void>
}

/** Rejects when the address is taken or not this machine's; the message names it. */
export async function listenHttp(
  app: RequestListener,
  options: ListenOptions,
): Promise<HttpServer> {
  const { host, port, tls, requestTimeoutMs = REQUEST_TIMEOUT_MS } = options
  const patience = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, requestTimeoutMs),
  }
  const server =
    tls === undefined
      ? createServer(patience, app)
      : createTlsServer({ ...certificate(tls), ...patience }, app)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const address = formatHostPort({ host, port })
      reject(new Error(`cannot listen on ${address}: ${cause.message}`, { cause }))
    })
    server.listen(port, host, () => resolve())
  })
  const bound = (server.address() as AddressInfo).port
  const scheme = tls === undefined ? 'http' : 'https'
  return {
    port: bound,
    url: `${scheme}://${formatHostPort({ host, port: bound })}`,
    close: (graceMs = 2_000) => close(server, graceMs),
  }
}

function certificate(tls: TlsFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(tls.certPath), key: readFileSync(tls.keyPath) }
}

async function close(server: Server, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const cutOff = setTimeout(() => server.closeAllConnections(), graceMs)
    server.close(() => {
      clearTimeout(cutOff)
      resolve()
    })
    server.closeIdleConnections()
  })
}
