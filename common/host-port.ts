/**
 * Addresses as configuration writes them: `127.0.0.1:6080`, `[::1]:6080`, `db-3.example:6080`.
 */
import { type MemberId, memberId } from './member.ts'

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

/** `5-127.0.0.1:6205`, as the lists of members have it; undefined when it is not that. */
export function parseMember(text: string): Member | undefined {
  const match = /^(\d{1,2})-(.+)$/.exec(text)
  const address = parseHostPort(match?.[2] ?? '')
  if (match === null || address === undefined) return undefined
  return { id: memberId(Number(match[1])), ...address }
}

export function formatMember(member: Member): string {
  return `${member.id}-${formatHostPort(member)}`
}

export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** True when only this machine can reach `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
