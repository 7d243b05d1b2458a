import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { type Random, seededRandom } from '../../common/random.ts'
import { UdpTransport } from '../../replication/transport/udp.ts'
import { until } from '../until.ts'
import { at, closeStations, cluster, group, patienceMs, secret } from './udp-stations.ts'

afterEach(closeStations)

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
    const before = { ...at(stations, 0).transport.counters }
    const messages = Array.from({ length: 30 }, (_, place) => Buffer.alloc(100, place))
    for (const message of messages) at(stations, 0).transport.broadcast(message)
    await until(() => at(stations, 1).inbox.length === 30, patienceMs)
    expect(at(stations, 1).inbox.map(({ bytes }) => bytes)).toEqual(messages)
    const { sent, sentBytes } = at(stations, 0).transport.counters
    expect(sent - before.sent).toBe(3) // 13 of 102 bytes fit beside a frame of 36
    expect(sentBytes - before.sentBytes).toBe(30 * 102 + 3 * 36)
  })

  it('that are larger than a datagram arrive whole, empty ones, too', async () => {
    const stations = await group(2)
    const sizes = [0, 1, 1_362, 1_363, 5_000, 65_536, 300_000]
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

describe('trouble on purpose', () => {
  it('drops about its share, of every destination separately', async () => {
    const random: Random = seededRandom(11)
    // Nothing is lost until all know each other.
    let share = 0
    const trouble = {
      random,
      get lossShare() {
        return share
      },
    }
    const stations = await group(3, { trouble })
    const before = at(stations, 0).transport.counters.sent
    share = 0.2
    for (let turn = 0; turn < 400; turn += 1) {
      at(stations, 0).transport.broadcast(Buffer.from([turn & 0xff]))
      await Promise.resolve()
      if (turn % 50 === 0) await sleep(1)
    }
    const { lostOnPurpose } = at(stations, 0).transport.counters
    const sent = at(stations, 0).transport.counters.sent - before
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

it('names the port that is taken', async () => {
  const [first] = await group(1)
  const members = [{ id: memberId(0), host: '127.0.0.1', port: first?.port ?? 0 }]
  const options = { self: memberId(0), members, cluster, secret, logger: { warn: () => undefined } }
  await expect(UdpTransport.open(options)).rejects.toThrow(`127.0.0.1:${first?.port}`)
})
