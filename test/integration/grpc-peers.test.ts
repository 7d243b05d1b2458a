import { createServer, type Socket } from 'node:net'
import { type Logger, pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Member } from '../../common/host-port.ts'
import { memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { type RpcServer, startGrpcServer } from '../../platform/rpc/server.ts'
import { GrpcPeers, type GrpcPeersOptions } from '../../replication/transport/grpc-peers.ts'

const silent = pino({ level: 'silent' })
const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

type Station = {
  readonly peers: GrpcPeers
  readonly received: { readonly from: number; readonly text: string }[]
  readonly server: RpcServer
}

/** Ports are known only once servers listen, so servers come first and learn their service late. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      startGrpcServer({ host: '127.0.0.1', port: 0, services: [], secret: 'x', logger: silent }),
    ),
  )
  const ports = servers.map(({ port }) => port)
  await Promise.all(servers.map((server) => server.close(0)))
  return ports
}

async function open(
  members: readonly Member[],
  id: number,
  changes: Partial<Omit<GrpcPeersOptions, 'logger'>> & { readonly logger?: Logger } = {},
): Promise<Station> {
  const self = members[id]
  if (self === undefined) throw new RangeError(`there is no member ${id}`)
  const { secret = 'a secret of the cluster', logger = silent } = changes
  const peers = new GrpcPeers({ self: self.id, members, group: 'test', secret, logger, ...changes })
  const received: Station['received'] = []
  peers.onMessage((from, message) =>
    received.push({ from, text: Buffer.from(message).toString('latin1') }),
  )
  closers.push(() => peers.close())
  const { host, port } = self
  const server = await startGrpcServer({ host, port, services: [peers.service], secret, logger })
  closers.push(() => server.close(0))
  return { peers, received, server }
}

async function membersOf(count: number): Promise<Member[]> {
  const ports = await freePorts(count)
  return ports.map((port, id) => ({ id: memberId(id), host: '127.0.0.1', port }))
}

/** Says hello until it is heard: what is said before a stream is open may be lost. */
async function connect(from: Station, to: { readonly station: Station; readonly id: number }) {
  const { received } = to.station
  await vi.waitFor(
    () => {
      from.peers.send(memberId(to.id), bytes('hello'))
      expect(received.length).toBeGreaterThan(0)
    },
    { timeout: 5_000, interval: 20 },
  )
  from.peers.send(memberId(to.id), bytes('ready'))
  await vi.waitFor(() => expect(received.at(-1)?.text).toBe('ready'))
  received.length = 0
}

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('gRPC peer transport', () => {
  it('carries messages both ways, in order, with their sender', async () => {
    const members = await membersOf(3)
    const [a, b, c] = await Promise.all([open(members, 0), open(members, 1), open(members, 2)])
    await connect(a, { station: b, id: 1 })
    await connect(b, { station: a, id: 0 })
    await connect(b, { station: c, id: 2 })
    for (let count = 0; count < 500; count += 1) a.peers.send(memberId(1), bytes(`m${count}`))
    b.peers.broadcast(bytes('to all'))
    await vi.waitFor(() => expect(b.received).toHaveLength(500))
    expect(b.received.map(({ text }) => text)).toEqual(
      Array.from({ length: 500 }, (_, count) => `m${count}`),
    )
    expect(b.received.every(({ from }) => from === 0)).toBe(true)
    await vi.waitFor(() => expect(a.received).toEqual([{ from: 1, text: 'to all' }]))
    await vi.waitFor(() => expect(c.received).toEqual([{ from: 1, text: 'to all' }]))
  })

  it('carries empty and large messages whole', async () => {
    const members = await membersOf(2)
    const [a, b] = await Promise.all([open(members, 0), open(members, 1)])
    await connect(a, { station: b, id: 1 })
    const lengths = [0, 1_500_000, 5]
    for (const length of lengths) a.peers.send(memberId(1), bytes('x'.repeat(length)))
    await vi.waitFor(() => expect(b.received.map(({ text }) => text.length)).toEqual(lengths))
  })

  it('finds a peer that starts later, and again after a restart', async () => {
    const members = await membersOf(2)
    const a = await open(members, 0)
    const speak = setInterval(() => a.peers.send(memberId(1), bytes('tick')), 10)
    closers.push(async () => clearInterval(speak))
    const first = await open(members, 1)
    await vi.waitFor(() => expect(first.received.length).toBeGreaterThan(3), 5_000)
    await first.peers.close()
    await first.server.close(0)
    const second = await open(members, 1)
    await vi.waitFor(() => expect(second.received.length).toBeGreaterThan(3), 5_000)
  })

  it('tries anew when a connection is never answered', async () => {
    const members = await membersOf(2)
    // Somebody who takes the connection and says nothing, as a machine behind a partition.
    const mute = createServer()
    const taken: Socket[] = []
    mute.on('connection', (socket) => taken.push(socket))
    await new Promise<void>((resolve) => mute.listen(members[1]?.port, '127.0.0.1', resolve))
    const a = await open(members, 0)
    const speak = setInterval(() => a.peers.send(memberId(1), bytes('tick')), 10)
    closers.push(async () => clearInterval(speak))
    await vi.waitFor(() => expect(taken.length).toBeGreaterThan(0), 5_000)
    mute.close()
    const b = await open(members, 1)
    await vi.waitFor(() => expect(b.received.length).toBeGreaterThan(0), 10_000)
    for (const socket of taken) socket.destroy()
  })

  it('drops what a bounded queue cannot hold while the peer is away', async () => {
    const members = await membersOf(2)
    const a = await open(members, 0, { queueMessagesMax: 10 })
    for (let count = 0; count < 50; count += 1) a.peers.send(memberId(1), bytes(`m${count}`))
    const b = await open(members, 1)
    const speak = setInterval(() => a.peers.send(memberId(1), bytes('now')), 10)
    closers.push(async () => clearInterval(speak))
    await vi.waitFor(() => expect(b.received.some(({ text }) => text === 'now')).toBe(true), 5_000)
    expect(b.received.filter(({ text }) => text !== 'now').length).toBeLessThanOrEqual(10)
  })

  it.each([
    { wrong: 'secret', changes: { secret: 'another secret' } },
    { wrong: 'group', changes: { group: 'another' } },
  ])('takes nothing from a peer with another $wrong', async ({ changes }) => {
    const members = await membersOf(2)
    const stranger = await open(members, 0, changes)
    const lines: string[] = []
    const b = await open(members, 1, {
      logger: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    })
    const speak = setInterval(() => stranger.peers.send(memberId(1), bytes('let me in')), 10)
    closers.push(async () => clearInterval(speak))
    await vi.waitFor(() => expect(lines.join()).toContain('refused'), 5_000)
    expect(b.received).toEqual([])
    expect(lines).toHaveLength(1)
  })

  it('takes nothing that is meant for another member', async () => {
    const members = await membersOf(3)
    const swapped = members.map((member, id) => ({
      ...member,
      port: members[[0, 2, 1][id] ?? 0]?.port ?? 0,
    }))
    const lines: string[] = []
    const misled = await open(swapped, 0)
    const b = await open(members, 1, {
      logger: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    })
    const speak = setInterval(() => misled.peers.send(memberId(2), bytes('for 2')), 10)
    closers.push(async () => clearInterval(speak))
    await vi.waitFor(() => expect(lines.join()).toContain('it is for member 2, this is 1'), 5_000)
    expect(b.received).toEqual([])
  })

  it('broadcasts to the peers of now, and still answers one that is none any more', async () => {
    const members = await membersOf(3)
    const [a, b, c] = await Promise.all([open(members, 0), open(members, 1), open(members, 2)])
    await connect(a, { station: b, id: 1 })
    await connect(a, { station: c, id: 2 })
    a.peers.setPeers(members.slice(1, 2))
    a.peers.broadcast(bytes('to peers'))
    a.peers.send(memberId(2), bytes('you are out'))
    await vi.waitFor(() => expect(b.received).toEqual([{ from: 0, text: 'to peers' }]))
    await vi.waitFor(() => expect(c.received).toEqual([{ from: 0, text: 'you are out' }]))
    a.peers.setPeers(members.slice(1))
    a.peers.broadcast(bytes('welcome back'))
    await vi.waitFor(() => expect(c.received.at(-1)?.text).toBe('welcome back'))
    await vi.waitFor(() => expect(b.received.at(-1)?.text).toBe('welcome back'))
  })

  it('answers a former peer also when its stream had been given up', async () => {
    const members = await membersOf(2)
    const [a, b] = await Promise.all([open(members, 0, { strangerIdleMs: 20 }), open(members, 1)])
    await connect(a, { station: b, id: 1 })
    a.peers.setPeers([])
    for (const text of ['once', 'again']) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await vi.waitFor(() => {
        a.peers.send(memberId(1), bytes(text))
        expect(b.received.at(-1)?.text).toBe(text)
      })
    }
  })

  it('hears a member that it was never told of, and reaches it once it is', async () => {
    const members = await membersOf(3)
    const [a, newcomer] = await Promise.all([open(members.slice(0, 2), 0), open(members, 2)])
    await connect(newcomer, { station: a, id: 0 })
    a.peers.send(memberId(2), bytes('nobody knows where'))
    a.peers.setPeers(members.slice(1))
    await connect(a, { station: newcomer, id: 2 })
  })

  it('follows a peer to another address', async () => {
    const members = await membersOf(3)
    const [self, , elsewhere] = members
    if (self === undefined || elsewhere === undefined) throw new Error('there are three')
    const [a, before] = await Promise.all([open(members.slice(0, 2), 0), open(members, 1)])
    await connect(a, { station: before, id: 1 })
    const moved = [self, { ...elsewhere, id: memberId(1) }]
    const after = await open(moved, 1)
    a.peers.setPeers(moved.slice(1))
    await connect(a, { station: after, id: 1 })
    expect(before.received).toEqual([])
  })

  it.each(['where the group says', 'where the list says'])(
    'finds a peer that is %s',
    async (where) => {
      const members = await membersOf(4)
      const [self, listed, , remembered] = members
      if (!self || !listed || !remembered) throw new Error('there are four')
      const lists = [self, listed]
      const known = [self, { ...remembered, id: memberId(1) }]
      const a = await open(lists, 0)
      a.peers.setPeers(known.slice(1))
      const b = await open(where === 'where the group says' ? known : lists, 1)
      await connect(a, { station: b, id: 1 })
    },
  )

  it('bears only so many that are no peers', async () => {
    const members = await membersOf(1)
    const lines: string[] = []
    const a = await open(members, 0, {
      logger: pino({ level: 'warn' }, { write: (line) => lines.push(line) }),
    })
    const crowd = Array.from({ length: 33 }, (_, place) => {
      const self = { id: memberId(10 + place), host: '127.0.0.1', port: 1 }
      const peers = new GrpcPeers({
        ...{ self: self.id, members: [...members, self], group: 'test' },
        ...{ secret: 'a secret of the cluster', logger: silent },
      })
      closers.push(() => peers.close())
      return peers
    })
    const speak = setInterval(() => {
      for (const peers of crowd) peers.broadcast(bytes('let me in'))
    }, 20)
    closers.push(async () => clearInterval(speak))
    await vi.waitFor(() => expect(lines.join()).toContain('too many outsiders'), 5_000)
    await vi.waitFor(() => expect(new Set(a.received.map(({ from }) => from)).size).toBe(32))
  })

  it('loses the share that a test asks for', async () => {
    const members = await membersOf(2)
    const loss = { share: 0, random: seededRandom(1) }
    const [a, b] = await Promise.all([open(members, 0, { loss }), open(members, 1)])
    await connect(a, { station: b, id: 1 })
    loss.share = 0.5
    for (let count = 0; count < 1_000; count += 1) a.peers.send(memberId(1), bytes('m'))
    await vi.waitFor(() => expect(b.received.length).toBeGreaterThan(400))
    expect(b.received.length).toBeLessThan(600)
  })
})
