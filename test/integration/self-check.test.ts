/** Replicas compare their rows: whole groups of three, and one of them tampered with. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import { type OpenedState, StateHasher } from '../../replication/self-check/state-hasher.ts'
import { type CheckObserver, hashCommand } from '../../replication/state-machine/check-commands.ts'
import { SqlStateMachine } from '../../replication/state-machine/sql-state-machine.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'
import { withDatabase } from '../e2e/databases.ts'
import { until } from '../until.ts'
import { connectTo, freshDatabase, Places } from './postgres-fixture.ts'
import { application, type Body, clock, command, ordered } from './state-machine-fixture.ts'
import { startThree, type ThreeReplicas } from './three-replicas.ts'

let group: ThreeReplicas | undefined
afterEach(async () => {
  await group?.remove()
  group = undefined
})

const tampering = {
  products: 'UPDATE state.items SET quantity = quantity + 1 WHERE serial = 1',
  customers: `UPDATE state.accounts SET name = 'Nobody' WHERE id = 1`,
} as const
const tampered = { products: 'state.items', customers: 'state.accounts' } as const

describe.each(['products', 'customers'] as const)('replicas of %s', (name) => {
  it('compare themselves again and again while they work, and are equal', async () => {
    const three = await startThree(name)
    group = three
    let positions = new Set<number>()
    let writing = true
    const load = (async () => {
      while (writing) await three.write(1)
    })()
    await until(async () => {
      const { lastCheck } = await three.status(1)
      if (lastCheck?.outcome === 'settled' && lastCheck.equal.length === 3) {
        positions = positions.add(lastCheck.position)
      }
      return positions.size >= 3
    }, 30_000)
    writing = false
    await load
    expect([...three.fatal]).toEqual([])
  })

  it('find the one that was tampered with; it alone stops, and stays down', async () => {
    const three = await startThree(name)
    group = three
    await three.write(3)
    await until(async () => (await three.status(0)).lastCheck?.equal.length === 3, 20_000)
    await withDatabase(three.dataDir, `${name}-2`, async (connection) => {
      // What nobody waits for there may be applied a little later.
      const tamper = async () => (await connection.query(tampering[name])).rowCount === 1
      await until(tamper, 5_000, 'the row is there')
    })
    await until(() => three.fatal.size > 0, 20_000)
    const reason = String(three.fatal.get(2))
    expect(reason).toContain(`majority (${name}-0, ${name}-1)`)
    expect(reason).toContain(tampered[name])
    expect(reason).toContain(name === 'products' ? './agora wipe products-2' : 'operations.md')
    expect([...three.fatal.keys()]).toEqual([2])
    // The others hear of it when they apply it, which nobody there waits for.
    const found = { outcome: 'settled', equal: [0, 1], differing: [{ member: 2 }] }
    await vi.waitFor(
      async () => expect((await three.status(0)).lastCheck).toMatchObject(found),
      5_000,
    )

    await three.stop(2)
    await expect(three.start(2)).rejects.toThrow('does not start with this data')
    if (name === 'products') await three.write(1)
  })
})

describe('the hash of a position', () => {
  const places = new Places()
  let postgres: Postgres
  beforeAll(async () => {
    postgres = await places.start(await places.dataDir())
  })
  afterAll(() => places.clean())

  /** Opens the state as a replica does, and keeps it open until it is asked for. */
  class Watcher implements CheckObserver {
    readonly #hasher: StateHasher
    opened: OpenedState | undefined
    constructor(client: Client) {
      // A pool of this one connection.
      const pool = { connect: async () => Object.assign(client, { release: () => undefined }) }
      this.#hasher = new StateHasher(pool as never)
    }
    async hashOrdered(): Promise<void> {
      // As on a machine with much to do: what is not waited for comes too late.
      await sleep(100)
      this.opened = await this.#hasher.open()
    }
    hashesTold(): void {}
  }

  it('is of exactly that position, whatever is applied before it is computed', async () => {
    const [client, reader] = await twoConnections()
    const watcher = new Watcher(reader)
    const machine = await SqlStateMachine.open(client, application, watcher)
    const adds = (from: number) =>
      Array.from({ length: 50 }, (_, at) =>
        command({ type: 'add', owner: `owner ${(from + at) % 20}`, amount: from + at }),
      )
    const first = [clock(0, 1_800_000_000_000), ...adds(1), hashCommand(0)]
    await machine.apply(ordered(1, first), { index: 52 as LogIndex, context: undefined })
    for (let batch = 0; batch < 10; batch += 1) {
      const last = 52 + 50 * (batch + 1)
      const upTo = { index: last as LogIndex, context: undefined }
      await machine.apply(ordered(last - 49, adds(100 * batch)), upTo)
    }
    // Another replica, which stands at that position, and never saw the command itself.
    const [other] = await twoConnections()
    const without = await SqlStateMachine.open(other, application)
    const upTo = { index: 51 as LogIndex, context: undefined }
    await without.apply(ordered(1, first.slice(0, 51)), upTo)
    const expected = await stateHash(other)
    expect((await watcher.opened?.hash())?.hashes).toEqual(expected)
    expect(await stateHash(client)).not.toEqual(expected)
    await Promise.all([client.end(), reader.end(), other.end()])
  })

  it('is refused where something is applied behind it in the same transaction', async () => {
    const [client, reader] = await twoConnections()
    const machine = await SqlStateMachine.open<Body>(client, application, new Watcher(reader))
    const commands = [hashCommand(0), command({ type: 'add', owner: 'late', amount: 1 })]
    const upTo = { index: 2 as LogIndex, context: undefined }
    await expect(machine.apply(ordered(1, commands), upTo)).rejects.toThrow('behind a hash')
    await Promise.all([client.end(), reader.end()])
  })

  async function twoConnections(): Promise<[Client, Client]> {
    const client = await freshDatabase(postgres)
    const { rows } = await client.query('SELECT current_database() AS name')
    return [client, await connectTo(postgres, rows[0].name)]
  }
})
