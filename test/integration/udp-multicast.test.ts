/** IP multicast between members of this machine, over loopback. */
import { createSocket } from 'node:dgram'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
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

/** Two in one group at once would hear each other; the port keeps runs apart. */
const address = '239.255.77.1'

let refusal: string | undefined
beforeAll(async () => {
  refusal = await refusalOfMulticast()
  if (refusal !== undefined) {
    console.error(`NOT TESTED: this system carries no multicast on loopback (${refusal})`)
  }
})
afterEach(closeStations)

/** Asks the system itself, without any of our code. */
async function refusalOfMulticast(): Promise<string | undefined> {
  const [port = 0] = await freePorts(1)
  const receiver = createSocket({ type: 'udp4', reuseAddr: true })
  const sender = await boundSocket()
  try {
    await new Promise<void>((resolve, reject) => {
      receiver.once('error', reject)
      receiver.bind(port, address, resolve)
    })
    receiver.addMembership(address, '127.0.0.1')
    sender.setMulticastInterface('127.0.0.1')
    let arrived = false
    receiver.on('message', () => {
      arrived = true
    })
    await until(() => {
      sender.send('is it there?', port, address, () => undefined)
      return arrived
    }, 2_000)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await Promise.all([closed(receiver), closed(sender)])
  }
}

async function multicastGroup(size: number): Promise<Station[]> {
  const [port = 0] = await freePorts(1)
  return group(size, { multicast: { host: address, port } })
}

/** Broadcasts until multicast is known to arrive at all others. */
async function untilReached(from: Station, others: readonly Station[]): Promise<void> {
  await until(() => {
    from.transport.broadcast(Buffer.from('are you there?'))
    return others.every(({ id }) => from.transport.isMulticastTo(id))
  }, patienceMs)
}

const texts = ({ inbox }: Station): string[] => inbox.map(({ bytes }) => bytes.toString())

describe('a multicast group', () => {
  it('gets one datagram for all, and each takes it once', async (context) => {
    context.skip(refusal !== undefined, refusal)
    const stations = await multicastGroup(4)
    const [sender, ...others] = stations as [Station, ...Station[]]
    await untilReached(sender, others)
    const before = { ...sender.transport.counters }
    for (let turn = 0; turn < 10; turn += 1) {
      sender.transport.broadcast(Buffer.from(`to all ${turn}`))
      await Promise.resolve()
    }
    const { sent, sentMulticast } = sender.transport.counters
    // One may be the question whether multicast still arrives.
    expect(sent - before.sent).toBeLessThanOrEqual(11)
    expect(sentMulticast - before.sentMulticast).toBe(sent - before.sent)
    const wanted = Array.from({ length: 10 }, (_, turn) => `to all ${turn}`)
    const isToAll = (text: string): boolean => text.startsWith('to all')
    await until(() => others.every((one) => texts(one).includes('to all 9')), patienceMs)
    for (const one of others) expect(texts(one).filter(isToAll)).toEqual(wanted)
    expect(sender.inbox).toEqual([])
    expect(stations.flatMap(({ warnings }) => warnings)).toEqual([])
  })

  it('that a member has not joined is no reason why it hears nothing', async (context) => {
    context.skip(refusal !== undefined, refusal)
    const ports = await freePorts(3)
    const [port = 0] = await freePorts(1)
    const multicast = { host: address, port }
    const sender = await station(0, ports, { multicast })
    const joined = await station(1, ports, { multicast })
    const alone = await station(2, ports)
    const all = [sender, joined, alone]
    await until(() => all.every((one) => knowsAll(one, all)), patienceMs)
    await untilReached(sender, [joined])
    expect(sender.transport.isMulticastTo(alone.id)).toBe(false)
    sender.transport.broadcast(Buffer.from('by two ways'))
    await until(() => texts(joined).includes('by two ways'), patienceMs)
    await until(() => texts(alone).includes('by two ways'), patienceMs)
  })

  it('that a member has left is no reason why it hears nothing after it has come back', async (context) => {
    context.skip(refusal !== undefined, refusal)
    const ports = await freePorts(2)
    const [port = 0] = await freePorts(1)
    const multicast = { host: address, port }
    const sender = await station(0, ports, { multicast })
    const joined = await station(1, ports, { multicast })
    await until(() => knowsAll(sender, [sender, joined]), patienceMs)
    await untilReached(sender, [joined])
    await joined.transport.close()
    const again = await station(1, ports) // Without multicast.
    await until(() => sender.transport.counters.sessionsConfirmed === 2, patienceMs)
    expect(sender.transport.isMulticastTo(again.id)).toBe(false)
    sender.transport.broadcast(Buffer.from('welcome'))
    await until(() => texts(again).includes('welcome'), patienceMs)
  })
})

it('a group that cannot be joined is told, and done without', async () => {
  const ports = await freePorts(2)
  // No group address: the system refuses it. The configuration would have, too.
  const multicast = { host: '127.0.0.1', port: ports[1] as number }
  const stations = [await station(0, ports, { multicast }), await station(1, ports)]
  await until(() => stations.every((one) => knowsAll(one, stations)), patienceMs)
  expect(at(stations, 0).warnings).toEqual([expect.stringMatching(/does without multicast/)])
  at(stations, 0).transport.broadcast(Buffer.from('to all'))
  await until(() => texts(at(stations, 1)).length === 1, patienceMs)
})
