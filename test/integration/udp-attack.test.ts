/** Whoever reaches the ports of a group, and whoever sits on the wire between two members. */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { until } from '../until.ts'
import {
  at,
  boundSocket,
  closed,
  closeStations,
  freePorts,
  group,
  knowsAll,
  patienceMs,
  type Station,
  station,
} from './udp-stations.ts'

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await closeStations()
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function attack(target: Station, datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = await boundSocket()
  const expected = target.transport.counters.received + datagrams.length
  for (const [place, datagram] of datagrams.entries()) {
    socket.send(datagram, target.port, '127.0.0.1')
    if (place % 50 === 49) await sleep(1)
  }
  await until(() => target.transport.counters.received >= expected, patienceMs)
  await closed(socket)
}

/** Member 1 takes this for member 0: all that it sends there is recorded, and passed on. */
async function wiretap(targetPort: number) {
  const socket = await boundSocket()
  const recorded: Buffer[] = []
  const tap = { port: socket.address().port, recorded, passing: true }
  socket.on('message', (datagram) => {
    recorded.push(Buffer.from(datagram))
    if (tap.passing) socket.send(datagram, targetPort, '127.0.0.1')
  })
  closing.push(() => closed(socket))
  return tap
}

async function tappedPair() {
  const ports = await freePorts(2)
  const [port0 = 0, port1 = 0] = ports
  const tap = await wiretap(port0)
  const start0 = () => station(0, ports)
  const start1 = () => station(1, [tap.port, port1])
  const pair = [await start0(), await start1()]
  await until(() => pair.every((one) => knowsAll(one, pair)), patienceMs)
  return { tap, start0, start1, pair }
}

const say = (from: Station, text: string): void =>
  from.transport.send(memberId(0), Buffer.from(text))
const textsOf = ({ inbox }: Station): string[] => inbox.map(({ bytes }) => bytes.toString())

describe('what strangers send', () => {
  it('random bytes of all sizes have no effect', async () => {
    const stations = await group(2)
    const target = at(stations, 0)
    const sizes = Array.from({ length: 1_000 }, (_, size) => size % 1_500)
    await attack(
      target,
      [...sizes, 9_000, 65_507].map((size) => randomBytes(size)),
    )
    expect(target.inbox).toEqual([])
    const { foreign, forged, malformed } = target.transport.counters.refused
    expect(foreign + forged).toBe(1_002)
    expect(malformed).toBe(0)
  })

  it('a member with another secret is not heard, and mentioned once', async () => {
    const ports = await freePorts(2)
    const target = await station(0, ports)
    const stranger = await station(1, ports, { secret: 'another secret' })
    for (let turn = 0; turn < 20; turn += 1) {
      stranger.transport.broadcast(Buffer.from('hello'))
      await Promise.resolve()
    }
    // With the greeting at its start.
    await until(() => target.transport.counters.refused.forged === 21, patienceMs)
    expect(target.inbox).toEqual([])
    expect(target.warnings).toHaveLength(1)
    expect(target.warnings[0]).toMatch(/CLUSTER_SECRET/)
  })
})

describe('what was recorded on the wire', () => {
  it('has no effect cut, extended or changed in any bit, and its effect once', async () => {
    const { tap, pair } = await tappedPair()
    const [target, sender] = [at(pair, 0), at(pair, 1)]
    tap.passing = false
    const before = tap.recorded.length
    say(sender, 'pay me')
    await until(() => tap.recorded.length > before, patienceMs)
    const genuine = tap.recorded.at(-1) as Buffer
    const datagrams: Uint8Array[] = [Buffer.concat([genuine, Buffer.from([0])])]
    for (let size = 0; size < genuine.length; size += 1) datagrams.push(genuine.subarray(0, size))
    for (let bit = 0; bit < genuine.length * 8; bit += 1) {
      const changed = Buffer.from(genuine)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      datagrams.push(changed)
    }
    await attack(target, datagrams)
    expect(target.inbox).toEqual([])
    await attack(target, [genuine, genuine, genuine])
    await until(() => target.inbox.length > 0, patienceMs)
    expect(textsOf(target)).toEqual(['pay me'])
    expect(target.transport.counters.refused.replayed).toBeGreaterThanOrEqual(2)
  })

  it('has none after its sender, or its receiver, was started anew', async () => {
    const { tap, start0, start1, pair } = await tappedPair()
    say(at(pair, 1), 'first')
    await until(() => textsOf(at(pair, 0)).includes('first'), patienceMs)

    await at(pair, 1).transport.close()
    const sender = await start1()
    const told = () => at(pair, 0).transport.counters.sessionsConfirmed === 2
    await until(told, patienceMs)
    say(sender, 'second')
    await until(() => textsOf(at(pair, 0)).includes('second'), patienceMs)
    await attack(at(pair, 0), tap.recorded.slice())
    expect(textsOf(at(pair, 0))).toEqual(['first', 'second'])

    await at(pair, 0).transport.close()
    const target = await start0()
    await until(() => target.transport.isConfirmed(sender.id), patienceMs)
    await attack(target, tap.recorded.slice())
    say(sender, 'third')
    await until(() => target.inbox.length > 0, patienceMs)
    expect(textsOf(target)).toEqual(['third'])
  })

  it('has none in any mixture of 6,000, while genuine messages go through', async () => {
    const { tap, start1, pair } = await tappedPair()
    const [target, former] = [at(pair, 0), at(pair, 1)]
    const wanted: string[] = []
    const tell = async (from: Station, text: string): Promise<void> => {
      wanted.push(text)
      say(from, text)
      await until(() => target.inbox.length === wanted.length, patienceMs)
    }
    for (let turn = 0; turn < 50; turn += 1) await tell(former, `former ${turn}`)
    await former.transport.close()
    const sender = await start1()
    await until(() => target.transport.counters.sessionsConfirmed === 2, patienceMs)
    for (let turn = 0; turn < 50; turn += 1) await tell(sender, `sender ${turn}`)
    const random = seededRandom(5)
    const pick = (): Buffer => tap.recorded[random.integer(0, tap.recorded.length - 1)] as Buffer
    const attacks = [
      () => pick(),
      () => randomBytes(random.integer(0, 2_000)),
      () => Buffer.concat([pick().subarray(0, 36), randomBytes(random.integer(0, 60_000))]),
      () => pick().subarray(0, random.integer(0, 60)),
      () => {
        const changed = Buffer.from(pick())
        const place = random.integer(0, changed.length - 1)
        changed[place] = (changed[place] ?? 0) ^ (1 << random.integer(0, 7))
        return changed
      },
    ]
    for (let round = 0; round < 20; round += 1) {
      const some = Array.from({ length: 300 }, (_, place) => attacks[place % attacks.length]?.())
      await attack(target, some as Buffer[])
      await tell(sender, `meanwhile ${round}`)
    }
    expect(textsOf(target)).toEqual(wanted)
    const { refused } = target.transport.counters
    const all = Object.values(refused).reduce((sum, count) => sum + count, 0)
    expect(all).toBeGreaterThan(5_900) // All but recorded hellos that are answered.
  })
})
