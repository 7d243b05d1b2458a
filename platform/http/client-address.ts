/**
 * Whom limits count a request for. Of an IPv6 address only the first half: whoever has one has the
 * 2^64 behind it. Proxies in between count as the client, for nobody can tell whether they are honest.
 */
import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'

export function clientAddressOf({ socket }: Pick<IncomingMessage, 'socket'>): string {
  return limitedAddress(socket.remoteAddress ?? '')
}

/** `192.0.2.7`, also of `::ffff:192.0.2.7`; `2001:db8:0:1::/64`. What is neither stays as it is. */
export function limitedAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!isIPv6(address)) return address
  const [withoutZone = ''] = address.split('%')
  const [before = '', after] = withoutZone.split('::')
  const first = before === '' ? [] : before.split(':')
  const last = after === undefined || after === '' ? [] : after.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  const network = [...first, ...zeros, ...last].slice(0, 4)
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}
