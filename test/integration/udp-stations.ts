/** Members with real UDP sockets on this machine, and what arrives at them. */
import { createSocket, type Socket } from 'node:dgram'
import { type MemberId, memberId } from '../../common/member.ts'
import { UdpTransport, type UdpTransportOptions } from '../../replication/transport/udp.ts'
import { until } from '../until.ts'

export const patienceMs = 10_000
export const secret = 'a secret of the group'
export const cluster = 0x1234_5678

export type Station = {
  readonly id: MemberId
  readonly port: number
  readonly transport: UdpTransport
  readonly inbox: { from: number; bytes: Buffer }[]
  readonly warnings: string[]
}

const open: { close(): Promise<void> }[] = []

export async function closeStations(): Promise<void> {
  await Promise.all(open.splice(0).map((one) => one.close()))
}

/** Ports that were free a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => boundSocket()))
  const ports = sockets.map((socket) => socket.address().port)
  await Promise.all(sockets.map((socket) => closed(socket)))
  return ports
}

export function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)))
}

export function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}

export async function station(
  self: number,
  ports: readonly number[],
  options: Partial<UdpTransportOptions> = {},
): Promise<Station> {
  const members = ports.map((port, id) => ({ id: memberId(id), host: '127.0.0.1', port }))
  const warnings: string[] = []
  const warn = (_details: unknown, text: string): void => void warnings.push(text)
  const transport = await UdpTransport.open({
    self: memberId(self),
    members,
    cluster,
    secret,
    logger: { warn } as UdpTransportOptions['logger'],
    ...options,
  })
  open.push(transport)
  const inbox: Station['inbox'] = []
  transport.onMessage((from, bytes) => inbox.push({ from, bytes: Buffer.from(bytes) }))
  return { id: memberId(self), port: ports[self] ?? 0, transport, inbox, warnings }
}

/** All of a group, each knowing that the others run. */
export async function group(
  size: number,
  options: Partial<UdpTransportOptions> = {},
): Promise<Station[]> {
  const ports = await freePorts(size)
  const stations: Station[] = []
  for (let self = 0; self < size; self += 1) stations.push(await station(self, ports, options))
  await until(() => stations.every((one) => knowsAll(one, stations)), patienceMs)
  return stations
}

export function knowsAll(one: Station, stations: readonly Station[]): boolean {
  return stations.every(({ id }) => id === one.id || one.transport.isConfirmed(id))
}

export function at(stations: readonly Station[], place: number): Station {
  return stations[place] as Station
}
