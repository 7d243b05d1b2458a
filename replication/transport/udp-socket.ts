/** Sockets as the UDP transport wants them: bound with an error that is told, and names kept. */
import type { Socket } from 'node:dgram'
import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import { performance } from 'node:perf_hooks'
import type { HostPort } from '../../common/host-port.ts'

/** Bursts wait here while the event loop is busy. The kernel may grant less (net.core.rmem_max). */
export const socketBufferBytes = 4 * 1_024 * 1_024
const lookupKeptMs = 30_000

/** Rejects, with the socket closed, when the address cannot be had. */
export function bind(socket: Socket, { host, port }: HostPort): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close()
      reject(error)
    }
    socket.once('error', fail)
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', fail)
      resolve()
    })
  })
}

export function growBuffers(socket: Socket): void {
  socket.setRecvBufferSize(socketBufferBytes)
  socket.setSendBufferSize(socketBufferBytes)
}

type LookupCallback = (err: NodeJS.ErrnoException | null, address: string, family: number) => void

/** Without it every datagram to a host name would ask the resolver. */
export function cachedLookup() {
  const known = new Map<string, { address: string; family: number; untilMs: number }>()
  return (hostname: string, options: object, callback: LookupCallback): void => {
    const family = isIP(hostname)
    if (family > 0) {
      callback(null, hostname, family)
      return
    }
    const cached = known.get(hostname)
    if (cached !== undefined && cached.untilMs > performance.now()) {
      callback(null, cached.address, cached.family)
      return
    }
    lookup(hostname, { ...options, all: false }, (err, address, found) => {
      const untilMs = performance.now() + lookupKeptMs
      if (err === null) known.set(hostname, { address, family: found, untilMs })
      callback(err, address, found)
    })
  }
}
