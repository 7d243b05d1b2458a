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
}

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
  const { host, port, tls } = options
  const server = tls === undefined ? createServer(app) : createTlsServer(certificate(tls), app)
  // Longer than clients keep idle connections, so that they are the ones to close them.
  server.keepAliveTimeout = 75_000
  server.requestTimeout = 30_000
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
