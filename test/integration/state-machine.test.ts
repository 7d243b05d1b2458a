import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client } from 'pg'
import type { Postgres } from '../../platform/postgres/postgres.ts'
import type { LogIndex } from '../../replication/replicated-log.ts'
import type { AppliedResult, Command } from '../../replication/state-machine/application.ts'
import type { ClockBody } from '../../replication/state-machine/clock-command.ts'
import { SqlStateMachine } from '../../replication/state-machine/sql-state-machine.ts'
import { stateHash } from '../../replication/state-machine/state-hash.ts'
import { connectTo, freshDatabase, Places } from './postgres-fixture.ts'
import { application, clock, command, ordered } from './state-machine-fixture.ts'
import type { Body } from './state-machine-fixture.ts'

const places = new Places()
let postgres: Postgres
beforeAll(async () => {
  postgres = await places.start(await places.dataDir())
})
afterAll(() => places.clean())

const minute = 60_000
const start = 1_800_000_000_000

type AnyCommand = Command<Body | ClockBody>

/** A state machine with an empty database, that counts indexes by itself. */
class Machine {
  readonly client: Client
  machine: SqlStateMachine<Body>
  #index: number

  private constructor(client: Client, machine: SqlStateMachine<Body>, index: number) {
    this.client = client
    this.machine = machine
    this.#index = index
  }

  static async create(): Promise<Machine> {
    return Machine.over(await freshDatabase(postgres))
  }

  static async over(client: Client): Promise<Machine> {
    const machine = await SqlStateMachine.open(client, application)
    return new Machine(client, machine, (await machine.position()).index)
  }

  async apply(...commands: AnyCommand[]): Promise<AppliedResult[]> {
    const batch = ordered(this.#index + 1, commands)
    this.#index += commands.length
    return this.machine.apply(batch, { index: this.#index as LogIndex, context: undefined })
  }

  /** Group time goes to `unixMs` in steps short enough not to look like an outage. */
  async passTo(unixMs: number): Promise<void> {
    const from = this.machine.groupTimeMs() || unixMs
    const steps: AnyCommand[] = []
    for (let ms = from; ms < unixMs; ms += 55_000) steps.push(clock(0, ms))
    await this.apply(...steps, clock(0, unixMs))
  }

  async rows(sql: string): Promise<unknown[]> {
    return (await this.client.query(sql)).rows
  }

  async balances(): Promise<Record<string, number>> {
    const { rows } = await this.client.query(
      'SELECT owner, kind, balance FROM state.accounts ORDER BY owner, kind',
    )
    return Object.fromEntries(rows.map((row) => [`${row.owner}${row.kind || ''}`, row.balance]))
  }

  async hash(): Promise<Record<string, string>> {
    return stateHash(this.client)
  }

  async end(): Promise<void> {
    await this.client.end()
  }
}

describe('apply', () => {
  it('writes effects, results and position together', async () => {
    const one = await Machine.create()
    expect(await one.machine.position()).toEqual({ index: 0, context: undefined })
    const context = new Uint8Array([1, 2])
    const results = await one.machine.apply(
      ordered(1, [
        command({ type: 'add', owner: 'a', amount: 5 }),
        command({ type: 'add', owner: 'a', amount: 6 }),
        command({ type: 'remove', owner: 'b' }),
      ]),
      { index: 7 as LogIndex, context },
    )
    expect(results).toEqual([
      { outcome: { ok: true, value: { balance: 5 } }, replayed: false },
      { outcome: { ok: true, value: { balance: 11 } }, replayed: false },
      { outcome: { ok: true, value: {} }, replayed: false },
    ])
    expect(await one.balances()).toEqual({ a: 11 })
    const again = await SqlStateMachine.open(one.client, application)
    expect(await again.position()).toEqual({ index: 7, context })
    await again.apply([], { index: 9 as LogIndex, context: undefined })
    expect(await again.position()).toEqual({ index: 9, context: undefined })
    await one.end()
  })

  it('answers a repeated request from what is stored, in the same batch and later', async () => {
    const one = await Machine.create()
    const add = command({ type: 'add', owner: 'a', amount: 5 })
    const refused = command({ type: 'addAndRefuse', owner: 'a', amount: 1 })
    const first = await one.apply(add, add, refused, refused)
    expect(first.map(({ replayed }) => replayed)).toEqual([false, true, false, true])
    expect(first[1]?.outcome).toEqual(first[0]?.outcome)
    const later = await one.apply(add, refused)
    expect(later).toEqual([
      { outcome: { ok: true, value: { balance: 5 } }, replayed: true },
      { outcome: { ok: false, code: 'OUT_OF_STOCK' }, replayed: true },
    ])
    expect(await one.balances()).toEqual({ a: 5 })
    await one.end()
  })

  it('refuses a request id with another fingerprint, unless one of the two has none', async () => {
    const one = await Machine.create()
    const body = { type: 'add', owner: 'a', amount: 5 } as const
    const [, other, none] = await one.apply(
      command(body, { requestId: 'r', fingerprint: 'f' }),
      command(body, { requestId: 'r', fingerprint: 'g' }),
      command(body, { requestId: 'r', fingerprint: '' }),
    )
    expect(other).toEqual({
      outcome: { ok: false, code: 'IDEMPOTENCY_MISMATCH' },
      replayed: false,
    })
    expect(none).toEqual({ outcome: { ok: true, value: { balance: 5 } }, replayed: true })
    expect(await one.balances()).toEqual({ a: 5 })
    await one.end()
  })

  it('lets a refusal change nothing, whatever was done on the way to it', async () => {
    const one = await Machine.create()
    const add = (amount: number) => command({ type: 'add', owner: 'a', amount })
    await one.apply(add(1))
    const results = await one.apply(
      add(10),
      command({ type: 'addAndRefuse', owner: 'a', amount: 100 }),
      command({ type: 'addAndRefuse', owner: 'new', amount: 100 }),
      command({ type: 'removeAndRefuse', owner: 'a' }),
      add(1000),
      command({ type: 'addToAll', amount: 10_000, refuse: true }),
      add(100_000),
    )
    expect(results.map(({ outcome }) => outcome.ok)).toEqual([
      ...[true, false, false, false, true, false, true],
    ])
    expect(await one.balances()).toEqual({ a: 101_011 })
    await one.end()
  })

  it('lets SQL of a command see and change what came before in its batch', async () => {
    const one = await Machine.create()
    const add = (owner: string) => command({ type: 'add', owner, amount: 1 })
    const results = await one.apply(
      add('a'),
      add('b'),
      command({ type: 'addToAll', amount: 10, refuse: false }),
      add('a'),
      command({ type: 'addToAll', amount: 100, refuse: true }),
      command({ type: 'addToAll', amount: 200, refuse: false }),
    )
    expect(results[2]?.outcome).toEqual({ ok: true, value: { changed: 3 } })
    expect(await one.balances()).toEqual({ a: 212, all1: 400, all2: 4, b: 211 })
    await one.end()
  })

  it('writes nothing of a batch that breaks, and takes no other', async () => {
    const one = await Machine.create()
    const add = command({ type: 'add', owner: 'a', amount: 5 })
    await expect(one.apply(add, command({ type: 'break' }))).rejects.toThrow('a bug')
    await expect(one.apply(add)).rejects.toThrow('a bug')
    expect(await one.balances()).toEqual({})
    expect(await one.rows('SELECT applied FROM replica.position')).toEqual([{ applied: 0 }])
    await one.end()
  })

  it('passes over what was applied before a restart', async () => {
    const one = await Machine.create()
    const add = command({ type: 'add', owner: 'a', amount: 5 })
    await one.apply(clock(0, start), add)
    const old = ordered(1, [clock(0, start + 9), add, command({ type: 'remove', owner: 'a' })])
    const results = await one.machine.apply(old, { index: 3 as LogIndex, context: undefined })
    expect(results[1]).toEqual({ outcome: { ok: true, value: { balance: 5 } }, replayed: true })
    expect(one.machine.groupTimeMs()).toBe(start)
    expect(await one.balances()).toEqual({})
    await one.end()
  })
})

describe('reload', () => {
  it('goes on from what the database holds now, whatever was there before', async () => {
    const one = await Machine.create()
    const add = command({ type: 'add', owner: 'a', amount: 5 })
    await one.apply(clock(0, start), add, command({ type: 'add', owner: 'b', amount: 1 }))
    // As after an install: another state, of another position.
    const other = await connectTo(postgres, one.client.database ?? '')
    await other.query(
      `BEGIN; TRUNCATE state.accounts, state.results;
       UPDATE state.group_time SET unix_ms = ${start + minute};
       UPDATE replica.position SET applied = 2, context = 'c'; COMMIT`,
    )
    await other.end()
    const position = { index: 2, context: new Uint8Array(Buffer.from('c')) }
    expect(await one.machine.reload()).toEqual(position)
    expect(await one.machine.position()).toEqual(position)
    expect(one.machine.groupTimeMs()).toBe(start + minute)
    const results = await one.machine.apply(ordered(3, [add]), {
      index: 3 as LogIndex,
      context: undefined,
    })
    expect(results[0]).toMatchObject({
      outcome: { ok: true, value: { balance: 5 } },
      replayed: false,
    })
    expect(await one.balances()).toEqual({ a: 5 })
    await one.end()
  })

  it('is not for what could not be applied, nor beside what is being applied', async () => {
    const one = await Machine.create()
    const applied = one.apply(command({ type: 'add', owner: 'a', amount: 5 }))
    await expect(one.machine.reload()).rejects.toThrow('nothing is applied')
    await applied
    const reloaded = one.machine.reload()
    await expect(one.apply()).rejects.toThrow('one batch at a time')
    await reloaded
    await expect(one.apply(command({ type: 'break' }))).rejects.toThrow('a bug')
    await expect(one.machine.reload()).rejects.toThrow('a bug')
    await one.end()
  })
})

describe('group time', () => {
  it('is what the members have ordered, survives a restart, and reaches the application', async () => {
    const one = await Machine.create()
    expect(one.machine.groupTimeMs()).toBe(0)
    const add = () => command({ type: 'add', owner: 'a', amount: 1 })
    const results = await one.apply(clock(0, start), add(), clock(1, start + 2_000), add())
    expect(results[2]?.outcome).toEqual({ ok: true, value: { groupTimeMs: start } })
    await one.apply(clock(0, start + 1_000), clock(2, start + 1_500), add())
    expect(one.machine.groupTimeMs()).toBe(start + 1_500)
    const [row] = (await one.rows('SELECT notes FROM state.accounts')) as { notes: string[] }[]
    expect(row?.notes).toEqual([
      `moved to ${start + 1_000}`,
      `moved to ${start + 1_500}`,
      `added at ${start + 1_500}`,
    ])
    const again = await SqlStateMachine.open(one.client, application)
    expect(again.groupTimeMs()).toBe(start + 1_500)
    await one.end()
  })

  it('refuses copies that are too old, and a newer copy may do better', async () => {
    const one = await Machine.create()
    await one.passTo(start)
    await one.passTo(start + 20 * minute)
    const body = { type: 'add', owner: 'a', amount: 1 } as const
    const at = (submittedAtMs: number) => command(body, { requestId: 'r', submittedAtMs })
    const [old, fresh] = await one.apply(at(start + 15 * minute - 1), at(start + 15 * minute))
    expect(old?.outcome).toEqual({ ok: false, code: 'REQUEST_TOO_OLD' })
    expect(fresh?.outcome.ok).toBe(true)
    await one.end()
  })

  it('keeps results for their time and not for ever', async () => {
    const one = await Machine.create()
    await one.passTo(start)
    const body = { type: 'add', owner: 'a', amount: 1 } as const
    const brief = command(body, { retention: 'brief' })
    const day = command(body, { retention: 'day' })
    await one.apply(brief, day)
    await one.passTo(start + 15 * minute)
    expect(await one.rows('SELECT count(*) AS n FROM state.results')).toEqual([{ n: 2 }])
    await one.passTo(start + 17 * minute)
    const left = await one.rows('SELECT request_id FROM state.results')
    expect(left).toEqual([{ request_id: day.request.requestId }])
    // A copy from back then is refused; only somebody who asks anew is served.
    const copy = { ...brief, request: { ...brief.request, submittedAtMs: start + 1 } }
    expect((await one.apply(copy))[0]?.outcome).toMatchObject({ code: 'REQUEST_TOO_OLD' })
    expect((await one.apply(day))[0]).toMatchObject({ replayed: true })
    await one.passTo(start + 24 * 60 * minute + 10 * minute)
    await one.passTo(start + 24 * 60 * minute + 20 * minute)
    expect(await one.rows('SELECT count(*) AS n FROM state.results')).toEqual([{ n: 0 }])
    await one.end()
  })

  it('forgets nothing right after all members were down', async () => {
    const one = await Machine.create()
    await one.passTo(start)
    const add = command({ type: 'add', owner: 'a', amount: 1 }, { submittedAtMs: start })
    await one.apply(add)
    const wake = start + 300 * minute
    await one.apply(clock(0, wake), clock(0, wake + 15_000))
    const other = command({ type: 'add', owner: 'a', amount: 1 }, { submittedAtMs: start })
    const results = await one.apply(add, other)
    expect(results.map(({ outcome, replayed }) => [outcome.ok, replayed])).toEqual([
      [true, true],
      [true, false],
    ])
    await one.passTo(wake + 7 * minute)
    expect((await one.apply(add))[0]?.outcome).toMatchObject({ code: 'REQUEST_TOO_OLD' })
    await one.end()
  })
})

const owners = fc.constantFrom('a', 'b', 'c')
const amounts = fc.integer({ min: 1, max: 9 })
const bodies: fc.Arbitrary<Body> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('add' as const), owner: owners, amount: amounts }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('addAndRefuse' as const),
      owner: owners,
      amount: amounts,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('remove' as const), owner: owners }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('removeAndRefuse' as const), owner: owners }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('addToAll' as const),
      amount: amounts,
      refuse: fc.boolean(),
    }),
  },
)
const commands: fc.Arbitrary<AnyCommand> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(bodies, fc.integer({ min: 1, max: 15 }), fc.constantFrom('f', 'f', 'f', 'g', ''))
      .map(([body, id, fingerprint]) => command(body, { requestId: `r${id}`, fingerprint })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 2 }), fc.nat(40 * minute))
      .map(([member, ms]) => clock(member, start + ms)),
  },
)

describe('replicas', () => {
  it('end up the same however the same commands are cut into batches', async () => {
    const history = fc.array(fc.tuple(commands, fc.boolean(), fc.boolean()), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const [singly, cut] = [await Machine.create(), await Machine.create()]
        const oneByOne: AppliedResult[] = []
        for (const [one] of steps) oneByOne.push(...(await singly.apply(one)))
        const inBatches: AppliedResult[] = []
        let batch: AnyCommand[] = []
        let machine = cut
        for (const [one, ends, restarts] of steps) {
          batch.push(one)
          if (!ends) continue
          inBatches.push(...(await machine.apply(...batch)))
          batch = []
          if (restarts) machine = await Machine.over(machine.client)
        }
        inBatches.push(...(await machine.apply(...batch)))
        expect(inBatches).toEqual(oneByOne)
        expect(await machine.hash()).toEqual(await singly.hash())
        await Promise.all([singly.end(), cut.end()])
      }),
      { numRuns: 15 },
    )
  })

  it('show in their hashes when they differ', async () => {
    const [one, other] = [await Machine.create(), await Machine.create()]
    const add = command({ type: 'add', owner: 'a', amount: 1 })
    await Promise.all([one.apply(add), other.apply(add)])
    const before = await one.hash()
    expect(await other.hash()).toEqual(before)
    expect(Object.keys(before)).toEqual(['accounts', 'clock', 'group_time', 'results'])
    await other.client.query(`UPDATE state.accounts SET notes = '["x"]'`)
    const after = await other.hash()
    expect(after.accounts).not.toBe(before.accounts)
    expect(after.results).toBe(before.results)
    await Promise.all([one.end(), other.end()])
  })

  it('come back from a crash at an earlier position, and the rest applied again is the same', async () => {
    const dataDir = await places.dataDir()
    const server = await places.start(dataDir)
    const crashing = await SqlStateMachine.open(
      await server.connect('apply', { pipeline: true }),
      application,
    )
    const all = ordered(
      1,
      Array.from({ length: 400 }, (_, at) =>
        at % 50 === 0
          ? clock(0, start + at * 1000)
          : command({ type: 'add', owner: `o${at % 7}`, amount: at }),
      ),
    )
    const to = (index: number) => ({ index: index as LogIndex, context: undefined })
    // The last transactions are on their way when the server is killed.
    const applying = (async () => {
      for (const one of all) await crashing.apply([one], to(one.index))
    })()
    const ended = applying.then(
      () => 'all' as const,
      () => 'broken' as const,
    )
    while ((await crashing.position()).index < 100) await new Promise(setImmediate)
    process.kill(server.serverPid ?? 0, 'SIGKILL')
    expect(await ended).toBe('broken')
    const known = (await crashing.position()).index
    await server.stop()

    const next = await places.start(dataDir)
    const recovered = await SqlStateMachine.open(
      await next.connect('apply', { pipeline: true }),
      application,
    )
    const { index } = await recovered.position()
    expect(index).toBeLessThanOrEqual(known + 1)
    await recovered.apply(all.slice(index), to(all.length))
    const reference = await Machine.create()
    await reference.machine.apply(all, to(all.length))
    const hashed = await connectTo(next, 'postgres')
    expect(await stateHash(hashed)).toEqual(await reference.hash())
    await Promise.all([hashed.end(), reference.end()])
  })
})
