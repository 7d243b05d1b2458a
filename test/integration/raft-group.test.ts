/** Drivers, Raft cores and gRPC streams together, on disks and databases in memory. */
import { pino } from 'pino'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Member } from '../../common/host-port.ts'
import { type MemberId, memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import { type RpcServer, startGrpcServer } from '../../platform/rpc/server.ts'
import type { Driver } from '../../replication/driver.ts'
import { openDriver } from '../../replication/open-driver.ts'
import type { LogStorage } from '../../replication/ports.ts'
import type { LogWrite, StoredEntry } from '../../replication/protocol.ts'
import { raftCodec } from '../../replication/raft/codec.ts'
import { RaftCore } from '../../replication/raft/core.ts'
import { asDisk, asIncarnation, asIndex, type RaftMessage } from '../../replication/raft/types.ts'
import type { Ordered, Position, StateMachine } from '../../replication/replicated-log.ts'
import { systemClock } from '../../replication/system-clock.ts'
import { GrpcPeers } from '../../replication/transport/grpc-peers.ts'

const logger = pino({ level: 'silent' })
const secret = 'a secret of the cluster'

/** What survives a member's death. */
class Disk implements LogStorage {
  meta: Uint8Array | undefined
  entries: StoredEntry[] = []
  async load() {
    return { meta: this.meta, entries: [...this.entries] }
  }
  async write({ entries, meta }: LogWrite): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (meta !== undefined) this.meta = meta
    const first = entries[0]
    if (first === undefined) return
    while ((this.entries.at(-1)?.index ?? 0) >= first.index) this.entries.pop()
    this.entries.push(...entries)
  }
  async trim(): Promise<void> {}
  async close(): Promise<void> {}
}

/** Applies each request once and answers with its place among them. */
class Database implements StateMachine<string, number> {
  at: Position = { index: asIndex(0), context: undefined }
  readonly places = new Map<string, number>()
  reload(): Promise<Position> {
    return this.position()
  }

  async position(): Promise<Position> {
    return this.at
  }
  async apply(batch: readonly Ordered<string>[], upTo: Position): Promise<number[]> {
    this.at = upTo
    return batch.map(({ command }) => {
      const place = this.places.get(command) ?? this.places.size + 1
      this.places.set(command, place)
      return place
    })
  }
}

type Running = { readonly driver: Driver<string, number, RaftMessage>; readonly server: RpcServer }

class TestGroup {
  readonly members: readonly Member[]
  readonly disks: readonly Disk[]
  readonly databases: readonly Database[]
  readonly #running = new Map<MemberId, Running>()
  readonly #loss: number
  readonly fatal: unknown[] = []

  constructor(members: readonly Member[], loss: number) {
    this.members = members
    this.#loss = loss
    this.disks = members.map(() => new Disk())
    this.databases = members.map(() => new Database())
  }

  async start({ id, host, port }: Member): Promise<void> {
    const random = seededRandom(id + 1)
    const transport = new GrpcPeers({
      self: id,
      members: this.members,
      group: 'test',
      secret,
      logger,
      loss: { share: this.#loss, random },
    })
    const server = await startGrpcServer({
      host,
      port,
      services: [transport.service],
      secret,
      logger,
    })
    const driver = await openDriver<string, number, RaftMessage>({
      protocol: 'raft',
      self: id,
      codec: raftCodec,
      commands: {
        encode: (text) => Buffer.from(text),
        decode: (bytes) => String(Buffer.from(bytes)),
      },
      stateMachine: this.databases[id] as Database,
      storage: this.disks[id] as Disk,
      transport,
      clock: systemClock,
      tickMs: 10,
      onFatal: (error) => this.fatal.push(error),
      createCore: (durable) =>
        new RaftCore({
          self: id,
          members: this.members,
          newDisk: asDisk(Math.floor(Math.random() * 2 ** 48)),
          incarnation: asIncarnation(Math.floor(Math.random() * 2 ** 48)),
          random,
          durable,
        }),
    })
    this.#running.set(id, { driver, server })
  }

  async stop(id: MemberId): Promise<void> {
    const running = this.#running.get(id)
    this.#running.delete(id)
    await running?.driver.close()
    await running?.server.close(0)
  }

  driver(id: number): Driver<string, number, RaftMessage> {
    const running = this.#running.get(memberId(id))
    if (running === undefined) throw new RangeError(`member ${id} does not run`)
    return running.driver
  }

  leader(): MemberId | undefined {
    for (const [id, { driver }] of this.#running) {
      if (driver.status().protocolDetails.role === 'leader') return id
    }
    return undefined
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map(({ id }) => this.stop(id)))
  }
}

let group: TestGroup | undefined
afterEach(() => group?.close())

async function groupOf(count: number, loss = 0): Promise<TestGroup> {
  const holders = await Promise.all(
    Array.from({ length: count }, () =>
      startGrpcServer({ host: '127.0.0.1', port: 0, services: [], secret, logger }),
    ),
  )
  const members = holders.map(({ port }, id) => ({ id: memberId(id), host: '127.0.0.1', port }))
  await Promise.all(holders.map((holder) => holder.close(0)))
  group = new TestGroup(members, loss)
  await Promise.all(members.map((member) => (group as TestGroup).start(member)))
  return group
}

/** As a client does: the same request, anywhere, until somebody answers. */
async function submit(to: TestGroup, request: string, at: number): Promise<number> {
  for (let attempt = 0; ; attempt += 1) {
    const id = (at + attempt) % to.members.length
    try {
      return await to.driver(id).submit(request, { atUnixMs: Date.now() + 2_000 })
    } catch (error) {
      if (attempt > 40) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}

async function submitMany(to: TestGroup, count: number, name: string): Promise<void> {
  const places = await Promise.all(
    Array.from({ length: count }, (_, place) => submit(to, `${name}${place}`, place)),
  )
  expect(new Set(places).size).toBe(count)
}

async function requireSame(among: TestGroup): Promise<void> {
  for (const { id } of among.members) {
    await among.driver(id).barrier({ atUnixMs: Date.now() + 10_000 })
  }
  const [first, ...others] = among.databases.map(({ places }) => [...places])
  for (const other of others) expect(other).toEqual(first)
  expect(among.fatal).toEqual([])
}

describe('a Raft group over gRPC', () => {
  it('orders commands from all its members, and serves reads at all', async () => {
    const three = await groupOf(3)
    await submitMany(three, 1_000, 'c')
    await requireSame(three)
    expect(three.databases[0]?.places.size).toBe(1_000)
  })

  it('goes on when its leader stops, loses nothing, and takes it back', async () => {
    const three = await groupOf(3)
    await submitMany(three, 100, 'before')
    const leader = three.leader() as MemberId
    const during = submitMany(three, 300, 'during')
    await three.stop(leader)
    await during
    await submitMany(three, 100, 'after')
    await three.start(three.members[leader] as Member)
    await requireSame(three)
    expect(three.databases[leader]?.places.size).toBe(500)
  })

  it('works while a tenth of the messages is lost', async () => {
    const three = await groupOf(3, 0.1)
    await submitMany(three, 300, 'c')
    await requireSame(three)
    expect(three.databases[0]?.places.size).toBe(300)
  })

  it('comes back whole after all have stopped', async () => {
    const three = await groupOf(3)
    await submitMany(three, 100, 'before')
    for (const { id } of three.members) await three.stop(id)
    for (const member of three.members) await three.start(member)
    await submitMany(three, 100, 'after')
    await requireSame(three)
    expect(three.databases[1]?.places.size).toBe(200)
  })

  it('without a majority takes nothing, says so, and goes on when it is back', async () => {
    const three = await groupOf(3)
    await submitMany(three, 10, 'before')
    await three.stop(memberId(0))
    await three.stop(memberId(1))
    await vi.waitFor(() => expect(three.driver(2).status().reason).toContain('1 of 3'), 10_000)
    const refused = three.driver(2).submit('lonely', { atUnixMs: Date.now() + 1_000 })
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', definite: true })
    await three.start(three.members[0] as Member)
    await submitMany(three, 10, 'after')
    expect(three.databases[2]?.places.size).toBe(20)
  })
})
