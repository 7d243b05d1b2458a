import { createHmac, randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import { deriveKey } from '../../platform/cluster-key.ts'
import { UdpTransport, type UdpTransportOptions } from '../../replication/transport/udp.ts'
import { Framer } from '../../replication/transport/udp-frame.ts'
import { until } from '../until.ts'

const patienceMs = 5_000

const secret = 'a secret of the group'
const cluster = 0x1234_5678

type Station = {
  readonly id: MemberId
  readonly port: number
  readonly transport: UdpTransport
  readonly inbox: { from: number; bytes: Buffer }[]
  readonly warnings: string[]
}

const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()))
})

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => boundSocket()))
  const ports = sockets.map((socket) => socket.address().port)
  await Promise.all(sockets.map((socket) => closed(socket)))
  return ports
}

function boundSocket(): Promise<Socket> {
  const socket = createSocket('udp4')
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)))
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()))
}

async function group(
  size: number,
  options: Partial<UdpTransportOptions> & { secrets?: readonly string[] } = {},
): Promise<Station[]> {
  const ports = await freePorts(size)
  const members = ports.map((port, id) => ({ id: memberId(id), host: '127.0.0.1', port }))
  return Promise.all(
    members.map(async ({ id, port }) => {
      const warnings: string[] = []
      const warn = (_details: unknown, text: string): void => void warnings.push(text)
      const transport = await UdpTransport.open({
        self: id,
        members,
        cluster,
        secret: options.secrets?.[id] ?? secret,
        logger: { warn } as UdpTransportOptions['logger'],
        ...options,
      })
      open.push(transport)
      const inbox: Station['inbox'] = []
      transport.onMessage((from, bytes) => inbox.push({ from, bytes: Buffer.from(bytes) }))
      return { id, port, transport, inbox, warnings }
    }),
  )
}

function at(stations: readonly Station[], place: number): Station {
  return stations[place] as Station
}

describe('messages between members', () => {
  it('reach one, or all others, with their sender', async () => {
    const stations = await group(3)
    at(stations, 0).transport.broadcast(Buffer.from('to all'))
    at(stations, 1).transport.send(memberId(0), Buffer.from('to 0'))
    await until(() => stations.every(({ inbox }) => inbox.length === 1), patienceMs)
    expect(at(stations, 0).inbox).toEqual([{ from: 1, bytes: Buffer.from('to 0') }])
    expect(at(stations, 1).inbox).toEqual([{ from: 0, bytes: Buffer.from('to all') }])
    expect(at(stations, 2).inbox).toEqual([{ from: 0, bytes: Buffer.from('to all') }])
  })

  it('of one turn share a datagram as long as they fit', async () => {
    const stations = await group(2)
    const messages = Array.from({ length: 30 }, (_, place) => Buffer.alloc(100, place))
    for (const message of messages) at(stations, 0).transport.broadcast(message)
    await until(() => at(stations, 1).inbox.length === 30, patienceMs)
    expect(at(stations, 1).inbox.map(({ bytes }) => bytes)).toEqual(messages)
    const { sent, sentBytes } = at(stations, 0).transport.counters
    expect(sent).toBe(3) // 13 of 102 bytes fit beside a frame of 23
    expect(sentBytes).toBe(30 * 102 + 3 * 23)
  })

  it('that are larger than a datagram arrive whole, empty ones, too', async () => {
    const stations = await group(2)
    const sizes = [0, 1, 1_375, 1_376, 5_000, 65_536, 300_000]
    const messages = sizes.map((size) => randomBytes(size))
    for (const message of messages) {
      at(stations, 0).transport.send(memberId(1), message)
      await until(
        () => at(stations, 1).inbox.some(({ bytes }) => bytes.equals(message)),
        patienceMs,
      )
    }
    expect(at(stations, 1).inbox).toHaveLength(sizes.length)
    expect(at(stations, 0).transport.counters.sentBytes).toBeLessThan(400_000)
  })

  it('sent just before close still leave', async () => {
    const stations = await group(2)
    at(stations, 0).transport.broadcast(Buffer.from('last words'))
    await at(stations, 0).transport.close()
    await until(() => at(stations, 1).inbox.length === 1, patienceMs)
  })
})

describe('the loss switch', () => {
  it('drops about its share, of every destination separately', async () => {
    const random: Random = seededRandom(11)
    const stations = await group(3, { loss: { share: 0.2, random } })
    for (let turn = 0; turn < 400; turn += 1) {
      at(stations, 0).transport.broadcast(Buffer.from([turn & 0xff]))
      await Promise.resolve()
      if (turn % 50 === 0) await sleep(1)
    }
    const { sent, lostOnPurpose } = at(stations, 0).transport.counters
    expect(sent + lostOnPurpose).toBe(800)
    expect(lostOnPurpose).toBeGreaterThan(110)
    expect(lostOnPurpose).toBeLessThan(210)
    await until(
      () => at(stations, 1).inbox.length + at(stations, 2).inbox.length === sent,
      patienceMs,
    )
    expect(at(stations, 1).inbox.length).not.toBe(at(stations, 2).inbox.length)
  })
})

describe('what strangers send', () => {
  async function attack(target: Station, datagrams: readonly Uint8Array[]): Promise<void> {
    const socket = await boundSocket()
    const { counters } = target.transport
    const expected = counters.received + datagrams.length
    for (const [place, datagram] of datagrams.entries()) {
      socket.send(datagram, target.port, '127.0.0.1')
      if (place % 100 === 99) await sleep(1)
    }
    await until(() => counters.received === expected, patienceMs)
    await closed(socket)
  }

  it('random bytes have no effect', async () => {
    const stations = await group(2)
    const target = at(stations, 0)
    await attack(
      target,
      Array.from({ length: 1_000 }, (_, size) => randomBytes(size % 1_500)),
    )
    expect(target.inbox).toEqual([])
    const { foreign, forged, malformed } = target.transport.counters.refused
    expect(foreign + forged).toBe(1_000)
    expect(malformed).toBe(0)
  })

  it('genuine datagrams that were cut, extended or changed in any bit have no effect', async () => {
    const stations = await group(2)
    const target = at(stations, 0)
    const framer = new Framer(deriveKey(secret, 'datagram'), { cluster, sender: 1 }, () => true)
    const genuine = framer.sealPack([Buffer.from('pay me')])
    const datagrams: Uint8Array[] = [Buffer.concat([genuine, Buffer.from([0])])]
    for (let size = 0; size < genuine.length; size += 1) datagrams.push(genuine.subarray(0, size))
    for (let bit = 0; bit < genuine.length * 8; bit += 1) {
      const changed = Buffer.from(genuine)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      datagrams.push(changed)
    }
    await attack(target, datagrams)
    expect(target.inbox).toEqual([])
    await attack(target, [genuine])
    await until(() => target.inbox.length === 1, patienceMs)
  })

  it('lengths that lie behind a right signature are refused', async () => {
    const stations = await group(2)
    const target = at(stations, 0)
    await attack(target, [
      sealed(1, Buffer.from([0, 9, 1])),
      sealed(1, Buffer.from([0])),
      sealed(2, Buffer.from([0, 0, 0, 1, 0, 5, 0, 5, 1])), // fragment 5 of 5
      sealed(2, Buffer.from([0, 0, 0, 1, 0, 0, 255, 255, 1])), // of 65,535
      sealed(2, Buffer.from([0, 0, 0, 1])),
      sealed(3, Buffer.from('what is this')),
    ])
    expect(target.inbox).toEqual([])
    expect(target.transport.counters.refused.malformed).toBe(6)
    expect(target.warnings).toHaveLength(1)
  })

  it('a member with another secret is not heard, and mentioned once', async () => {
    const stations = await group(2, { secrets: [secret, 'another secret'] })
    for (let turn = 0; turn < 20; turn += 1) {
      at(stations, 1).transport.broadcast(Buffer.from('hello'))
      await Promise.resolve()
    }
    const { transport, inbox, warnings } = at(stations, 0)
    await until(() => transport.counters.refused.forged === 20, patienceMs)
    expect(inbox).toEqual([])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(/CLUSTER_SECRET/)
  })
})

it('names the port that is taken', async () => {
  const [first] = await group(1)
  const members = [{ id: memberId(0), host: '127.0.0.1', port: first?.port ?? 0 }]
  const options = { self: memberId(0), members, cluster, secret, logger: { warn: () => undefined } }
  await expect(UdpTransport.open(options)).rejects.toThrow(`127.0.0.1:${first?.port}`)
})

/** A datagram of any body, with the right signature. */
function sealed(kind: number, body: Uint8Array): Buffer {
  const head = Buffer.from([1, 0x12, 0x34, 0x56, 0x78, 1, kind])
  const signed = Buffer.concat([head, body])
  const tag = createHmac('sha256', deriveKey(secret, 'datagram')).update(signed).digest()
  return Buffer.concat([signed, tag.subarray(0, 16)])
}
