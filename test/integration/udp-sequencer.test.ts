/** A group over real sockets and the real driver, in one process, with logs in memory. */
import { createSocket } from 'node:dgram'
import { afterEach, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import type { Driver } from '../../replication/driver.ts'
import { openDriver } from '../../replication/open-driver.ts'
import type { StoredEntry } from '../../replication/protocol.ts'
import type { LogIndex, Position } from '../../replication/replicated-log.ts'
import { sequencerCodec } from '../../replication/sequencer/codec.ts'
import { SequencerCore } from '../../replication/sequencer/core.ts'
import type { SequencerMessage } from '../../replication/sequencer/message.ts'
import { clusterIdOf } from '../../replication/sequencer/view.ts'
import { systemClock } from '../../replication/system-clock.ts'
import { UdpTransport } from '../../replication/transport/udp.ts'
import { until } from '../until.ts'

const patienceMs = 20_000

type Replica = {
  readonly driver: Driver<string, number, SequencerMessage>
  readonly applied: readonly string[]
}
/** What survives a stop of the process. */
type Disk = {
  meta: Uint8Array | undefined
  entries: StoredEntry[]
  applied: string[]
  at: Position
}

const cluster = clusterIdOf('integration')
const open: Replica[] = []

afterEach(async () => {
  await Promise.all(open.splice(0).map(({ driver }) => driver.close()))
})

async function addresses(count: number) {
  const sockets = Array.from({ length: count }, () => createSocket('udp4'))
  await Promise.all(
    sockets.map((socket) => new Promise<void>((done) => socket.bind(0, '127.0.0.1', done))),
  )
  const members = sockets.map((socket, id) => {
    return { id: memberId(id), host: '127.0.0.1', port: socket.address().port }
  })
  await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.close(done))))
  return members
}

function emptyDisk(): Disk {
  const at = { index: 0 as LogIndex, context: undefined }
  return { meta: undefined, entries: [], applied: [], at }
}

async function start(
  self: MemberId,
  members: Awaited<ReturnType<typeof addresses>>,
  disk: Disk,
  lossShare: number,
): Promise<Replica> {
  const random = seededRandom(self + 1)
  const transport = await UdpTransport.open({
    self,
    members,
    cluster,
    secret: 'a secret of the group',
    logger: { warn: (...said: unknown[]) => expect.unreachable(String(said[1])) },
    trouble: { random, lossShare },
  })
  const driver = await openDriver<string, number, SequencerMessage>({
    protocol: 'sequencer',
    self,
    transport,
    codec: sequencerCodec,
    clock: systemClock,
    tickMs: 5,
    commands: {
      encode: (text) => Buffer.from(text),
      decode: (payload) => Buffer.from(payload).toString(),
    },
    createCore: (durable) => {
      const ids = members.map(({ id }) => id)
      return new SequencerCore({
        self,
        members: ids,
        cluster,
        durable,
        startedAtUnixMs: Date.now(),
        random,
      })
    },
    stateMachine: {
      position: async () => disk.at,
      reload: async () => disk.at,
      apply: async (batch, upTo) => {
        disk.at = upTo
        return batch.map(({ command }) => disk.applied.push(command))
      },
    },
    storage: {
      load: async () => ({ meta: disk.meta, entries: disk.entries.slice() }),
      write: async ({ entries, meta, truncateFrom }) => {
        disk.meta = meta ?? disk.meta
        const from = entries[0]?.index ?? truncateFrom ?? Number.POSITIVE_INFINITY
        disk.entries = disk.entries.filter(({ index }) => index < from)
        disk.entries.push(...entries)
      },
      trim: async (index) => {
        disk.entries = disk.entries.filter((entry) => entry.index > index)
      },
      close: async () => undefined,
    },
    onFatal: (error) => expect.unreachable(String(error)),
  })
  const replica = { driver, applied: disk.applied }
  open.push(replica)
  return replica
}

const deadline = () => ({ atUnixMs: Date.now() + 30_000 })

it('orders commands of all members alike, with a tenth of the datagrams lost, and over a restart', async () => {
  const members = await addresses(3)
  const disks = members.map(emptyDisk)
  const replicas = await Promise.all(
    members.map(({ id }, place) => start(id, members, disks[place] as Disk, 0.1)),
  )
  const [first, second, third] = replicas as [Replica, Replica, Replica]
  const isWritable = ({ driver }: Replica): boolean => driver.status().writable
  await until(() => replicas.every(isWritable), patienceMs)

  const submit = async ({ driver }: Replica, name: string): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await driver.submit(`${name}${turn}`, deadline())
  }
  await Promise.all([submit(first, 'a'), submit(second, 'b'), submit(third, 'c')])
  await Promise.all(replicas.map(({ driver }) => driver.barrier(deadline())))
  expect(first.applied).toHaveLength(60)
  expect(new Set(first.applied).size).toBe(60)
  expect(second.applied).toEqual(first.applied)
  expect(third.applied).toEqual(first.applied)
  for (const name of ['a', 'b', 'c']) {
    const own = first.applied.filter((text) => text.startsWith(name))
    expect(own).toEqual(Array.from({ length: 20 }, (_, turn) => `${name}${turn}`))
  }

  // One is gone: the others form a view without it. It comes back, and gets what it has missed.
  open.splice(open.indexOf(third), 1)
  await third.driver.close()
  await until(() => viewMembers(first) === '0,1' && isWritable(first), patienceMs)
  await submit(first, 'x')
  const { id } = members[2] as (typeof members)[number]
  const back = await start(id, members, disks[2] as Disk, 0.1)
  await until(() => [first, second, back].every(isWritable), patienceMs)
  await submit(back, 'd')
  await first.driver.barrier(deadline())
  const told = (name: string) => Array.from({ length: 20 }, (_, turn) => `${name}${turn}`)
  expect(first.applied.slice(60)).toEqual([...told('x'), ...told('d')])
  expect(back.applied).toEqual(first.applied)

  // Two are gone: there is no majority, and the reason says so.
  for (const one of [second, back]) open.splice(open.indexOf(one), 1)
  await Promise.all([second.driver.close(), back.driver.close()])
  await until(() => !isWritable(first), patienceMs)
  expect(first.driver.status().reason).toMatch(/^Only 1 of 3 members are there, 2 are needed/)
  const refused = { code: 'UNAVAILABLE', definite: true }
  await expect(first.driver.submit('y', deadline())).rejects.toMatchObject(refused)
})

function viewMembers({ driver }: Replica): string {
  return String(driver.status().protocolDetails.viewMembers)
}
