/**
 * Addresses as configuration writes them: `127.0.0.1:6080`, `[::1]:6080`, `db-3.example:6080`.
 */
import type { MemberId } from './member.ts'

export type HostPort = { readonly host: string; readonly port: number }

/** A configured member of a group and where its gRPC service listens. */
export type Member = HostPort & { readonly id: MemberId }

/** Undefined unless `text` is a host (IPv6 in brackets) and a port of 1 … 65535. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text)
  if (match === null) return undefined
  const port = Number(match[3])
  const host = match[1] ?? match[2]
  if (host === undefined || port < 1 || port > 65_535) return undefined
  return { host, port }
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** True when only this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
