/** Real drivers and timers around the toy core: driver and simulator keep the same contract. */
import { afterEach, describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../../common/member.ts'
import { seededRandom } from '../../common/random.ts'
import type { Driver } from '../../replication/driver.ts'
import { openDriver } from '../../replication/open-driver.ts'
import type { LogStorage, Transport } from '../../replication/ports.ts'
import type { LogWrite, StoredEntry } from '../../replication/protocol.ts'
import type {
  CommandCodec,
  LogIndex,
  Ordered,
  Position,
  StateMachine,
} from '../../replication/replicated-log.ts'
import { systemClock } from '../../replication/system-clock.ts'
import { ToyCore, type ToyMessage, toyCodec } from './toy-core.ts'

type Result = { readonly index: number; readonly member: number }
type ToyDriver = Driver<string, Result, ToyMessage>

const memberCount = 3
const text: CommandCodec<string> = {
  encode: (command) => new TextEncoder().encode(command),
  decode: (payload) => new TextDecoder().decode(payload),
}

/** What survives a driver: its log and its database. */
class MemoryReplica implements LogStorage, StateMachine<string, Result> {
  readonly applied: string[] = []
  readonly batches: number[] = []
  #entries: StoredEntry[] = []
  readonly #member: number

  constructor(member: number) {
    this.#member = member
  }

  async load() {
    return { meta: undefined, entries: this.#entries.slice() }
  }

  async write({ entries }: LogWrite) {
    await new Promise((durable) => setTimeout(durable, 1))
    this.#entries.push(...entries)
  }

  async trim(index: LogIndex) {
    this.#entries = this.#entries.filter((entry) => entry.index > index)
  }

  async close() {}

  reload() {
    return this.position()
  }

  async position() {
    return { index: this.applied.length as LogIndex, context: undefined }
  }

  async apply(batch: readonly Ordered<string>[], upTo: Position) {
    await new Promise((committed) => setTimeout(committed, 1))
    for (const { command } of batch) this.applied.push(command)
    this.batches.push(batch.length)
    expect(this.applied).toHaveLength(upTo.index)
    return batch.map(({ index }) => ({ index, member: this.#member }))
  }
}

class Hub {
  readonly #receivers = new Map<MemberId, (from: MemberId, message: Uint8Array) => void>()

  join(self: MemberId): Transport {
    const carry = (to: MemberId, message: Uint8Array): void =>
      void setImmediate(() => this.#receivers.get(to)?.(self, message))
    return {
      send: carry,
      setPeers: () => undefined,
      broadcast: (message) => {
        for (const to of this.#receivers.keys()) if (to !== self) carry(to, message)
      },
      onMessage: (receive) => void this.#receivers.set(self, receive),
      close: async () => void this.#receivers.delete(self),
    }
  }
}

describe('a group of drivers', () => {
  const hub = new Hub()
  const running = new Set<ToyDriver>()
  afterEach(() => Promise.all([...running].map((driver) => driver.close())))

  async function open(self: MemberId, replica: MemoryReplica): Promise<ToyDriver> {
    const driver = await openDriver<string, Result, ToyMessage>({
      protocol: 'raft',
      self,
      createCore: (durable) =>
        new ToyCore({
          self,
          members: Array.from({ length: memberCount }, (_, id) => memberId(id)),
          addresses: [],
          random: seededRandom(self),
          durable,
          startedAtUnixMs: Date.now() * 10 + running.size,
          tickMs: 5,
          plantedBug: undefined,
        }),
      codec: toyCodec,
      commands: text,
      stateMachine: replica,
      storage: replica,
      transport: hub.join(self),
      clock: systemClock,
      tickMs: 5,
      limits: { applyLingerMs: 10, applyLingerCommands: 200 },
      onFatal: (error) => {
        throw error
      },
    })
    running.add(driver)
    return driver
  }

  const soon = () => ({ atUnixMs: Date.now() + 20_000 })

  it('applies what any of them takes in one order, in batches, over restarts', async () => {
    const replicas = Array.from({ length: memberCount }, (_, id) => new MemoryReplica(id))
    let drivers = await Promise.all(replicas.map((replica, id) => open(memberId(id), replica)))
    const submitAll = async (count: number): Promise<void> => {
      const results = await Promise.all(
        Array.from({ length: count }, (_, number) => {
          const member = number % memberCount
          return drivers[member]?.submit(`${count}-${number}`, soon())
        }),
      )
      expect(results.map((result) => result?.member)).toEqual(
        results.map((_, number) => number % memberCount),
      )
      expect(new Set(results.map((result) => result?.index)).size).toBe(count)
    }
    await submitAll(900)
    await Promise.all(drivers.map((driver) => driver.barrier(soon())))
    const counts = replicas.map(({ applied }) => applied.length)
    expect(counts).toEqual([900, 900, 900])

    await Promise.all(drivers.map((driver) => driver.close()))
    running.clear()
    drivers = await Promise.all(replicas.map((replica, id) => open(memberId(id), replica)))
    await submitAll(300)
    await Promise.all(drivers.map((driver) => driver.barrier(soon())))
    const [first, ...others] = replicas.map(({ applied }) => applied)
    expect(new Set(first).size).toBe(1_200)
    for (const other of others) expect(other).toEqual(first)
    // 900 at once are not 900 transactions.
    for (const { batches } of replicas) expect(Math.max(...batches)).toBeGreaterThan(50)
  })
})
