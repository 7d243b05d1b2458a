/** Another member's state: fetched while it is wished for, installed in turn with everything else. */
import { describe, expect, it } from 'vitest'
import { type MemberId, memberId } from '../common/member.ts'
import { appError, delivered, logWrite, type Rig, started, stateOf } from './driver.fixture.ts'
import type { BarrierId, FetchState, Ready } from './protocol.ts'
import type { LogIndex, Position } from './replicated-log.ts'
import { textCodec } from './scripted-core.fixture.ts'

const one = memberId(1)
const wish = (atLeast: number, ...from: readonly number[]): FetchState => ({
  from: from as unknown as MemberId[],
  atLeast: atLeast as LogIndex,
})
const position = (index: number): Position => ({ index: index as LogIndex, context: undefined })
const install = (index: number) => ({
  index: index as LogIndex,
  meta: textCodec.encode('meta'),
})

/** The core says so when it is next asked. */
async function says(rig: Rig, ...readies: readonly Partial<Ready<string>>[]): Promise<void> {
  for (const ready of readies) rig.core.willSay(ready)
  rig.receive(one, textCodec.encode('x'))
  await rig.quiet()
  rig.journal.splice(0, rig.journal.length, ...rig.journal.filter((line) => !isInput(line)))
}

function isInput(line: string): boolean {
  return line === 'ready' || line.startsWith('receive')
}

/** A driver in which the state of this index lies ready to be installed. */
async function fetched(index: number, options?: Parameters<typeof started>[0]): Promise<Rig> {
  const rig = await started(options)
  await says(rig, { fetch: wish(index, 1) })
  rig.fetches[0]?.resolve(position(index))
  await rig.quiet()
  rig.installed = { logged: 0, position: index }
  rig.news()
  return rig
}

describe('peers', () => {
  it('are told to the transport, then to the hook, before anything of their Ready is sent', async () => {
    const rig = await started()
    const peers = [1, 4].map((id) => ({ id: memberId(id), host: 'db', port: 6_080 + id }))
    await says(rig, { peers, send: [{ to: 'others', message: 'append' }] })
    expect(rig.news()).toEqual(['peers 1 4', 'told of 2 peers', 'broadcast append'])
  })
})

describe('fetch', () => {
  it('reports where the fetched state stands', async () => {
    const rig = await started()
    await says(rig, { fetch: wish(7, 2, 1) })
    expect(rig.news()).toEqual(['fetch 7 from 2 1'])
    rig.fetches[0]?.resolve(position(9))
    await rig.quiet()
    expect(rig.news()).toEqual(['advance fetched 9'])
  })

  it('is tried again while the wish stands, ever later up to a bound', async () => {
    const failures: number[] = []
    const hooks = { fetchFailed: (it: { retryInMs: number }) => void failures.push(it.retryInMs) }
    const rig = await started({ hooks })
    await says(rig, { fetch: wish(7, 1) })
    for (let attempt = 0; attempt < 8; attempt += 1) {
      rig.fetches.at(-1)?.reject(new Error('no source has it'))
      await rig.quiet()
      rig.clock.pass((failures.at(-1) ?? 0) - 1)
      await rig.quiet()
      expect(rig.fetches).toHaveLength(attempt + 1)
      rig.clock.pass(1)
      await rig.quiet()
      expect(rig.fetches).toHaveLength(attempt + 2)
    }
    expect(failures).toEqual([200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000])
  })

  it('gives way to a later wish', async () => {
    const rig = await started()
    await says(rig, { fetch: wish(7, 1) })
    await says(rig, { fetch: wish(8, 2) })
    await rig.quiet()
    expect(rig.news()).toEqual(['fetch 7 from 1', 'fetch aborted', 'fetch 8 from 2'])
    rig.fetches[1]?.resolve(position(8))
    await rig.quiet()
    expect(rig.news()).toEqual(['advance fetched 8'])
  })

  it('is not reported when it succeeds although the wish was withdrawn', async () => {
    const rig = await started()
    rig.fetchesEndAllTheSame = true
    await says(rig, { fetch: wish(7, 1) })
    await says(rig, { fetch: wish(8, 2) })
    expect(rig.news()).toEqual(['fetch 7 from 1', 'fetch aborted'])
    rig.fetches[0]?.resolve(position(7))
    await rig.quiet()
    expect(rig.news()).toEqual(['fetch 8 from 2'])
  })

  it('ends with the driver, in the middle of an attempt or of a pause', async () => {
    for (const pausing of [false, true]) {
      const rig = await started()
      await says(rig, { fetch: wish(7, 1) })
      if (pausing) rig.fetches[0]?.reject(new Error('no source has it'))
      await rig.quiet()
      const closed = rig.driver.close()
      await rig.quiet()
      expect(await stateOf(closed)).toBeUndefined()
      expect(rig.clock.timers).toBe(0)
      expect(rig.fetches[0]?.signal.aborted).toBe(true)
    }
  })
})

describe('install', () => {
  it('begins when all that was delivered is applied, and reads everything anew', async () => {
    const rig = await fetched(7)
    await says(
      rig,
      { deliver: [delivered(1, { text: 'a' })] },
      { deliver: [delivered(2, { text: 'b' })], install: install(7) },
    )
    expect(rig.news()).toEqual(['apply [a] up to 1'])
    await rig.applied()
    expect(rig.news()).toEqual(['advance applied 1', 'apply [b] up to 2'])
    await rig.applied()
    expect(rig.news()).toEqual(['advance applied 2', 'install meta'])
    rig.installs[0]?.resolve()
    await rig.quiet()
    expect(rig.news()).toEqual(['reload', 'advance persisted'])
    expect(rig.driver.status().appliedIndex).toBe(7)
  })

  it('waits for the write that secures what was applied, and for a trim', async () => {
    const rig = await fetched(7, { limits: { secureAppliedEveryMs: 1_000 } })
    await says(rig, { deliver: [delivered(1, { text: 'a' })] })
    await rig.applied()
    rig.clock.pass(1_000)
    await says(rig, { trimTo: 1 as LogIndex }, { install: install(7) })
    expect(rig.news().filter((line) => /write|trim|install/.test(line))).toEqual([
      'write []',
      'trim 1',
    ])
    await rig.persisted()
    expect(rig.installs).toEqual([])
    rig.trims[0]?.resolve()
    await rig.quiet()
    expect(rig.installs).toHaveLength(1)
  })

  it('lets what it promises leave only when it is durable, and then goes on behind it', async () => {
    const rig = await fetched(7)
    const sendAfterPersist = [{ to: one, message: 'have it' }]
    await says(rig, { install: install(7), sendAfterPersist })
    rig.clock.pass(10)
    await rig.quiet()
    expect(rig.news()).toEqual(['install meta', 'tick'])
    rig.installs[0]?.resolve()
    await rig.quiet()
    expect(rig.news()).toEqual(['reload', 'send have it to 1', 'advance persisted'])
    await says(rig, { persist: logWrite(8), deliver: [delivered(8, { text: 'h' })] })
    expect(rig.news()).toEqual(['write [8]', 'apply [h] up to 8'])
    await rig.persisted()
    // What was installed is durable: nothing is left to be secured.
    expect(rig.news()).toEqual(['advance persisted'])
    expect(rig.fatal).toEqual([])
  })

  it('secures nothing of its own meanwhile', async () => {
    const rig = await fetched(7, { limits: { secureAppliedEveryMs: 1_000 } })
    await says(rig, { deliver: [delivered(1, { text: 'a' })], install: install(7) })
    await rig.applied()
    rig.clock.pass(1_000)
    rig.installs[0]?.resolve()
    await rig.quiet()
    rig.clock.pass(1_000)
    expect(rig.writes).toEqual([])
  })

  it('lets reads pass that wait for what it brings', async () => {
    const rig = await fetched(7)
    const read = rig.driver.barrier(rig.clock.deadlineIn(1_000))
    await rig.quiet()
    const passed = { id: 1 as BarrierId, index: 6 as LogIndex }
    await says(rig, { barriers: [passed], install: install(7) })
    expect(await stateOf(read)).toBe('waiting')
    rig.installs[0]?.resolve()
    await rig.quiet()
    expect(await stateOf(read)).toBeUndefined()
  })

  it('keeps the next wish until it has ended', async () => {
    const rig = await fetched(7)
    await says(rig, { install: install(7) }, { fetch: wish(9, 2) })
    expect(rig.news()).toEqual(['install meta'])
    rig.installs[0]?.resolve()
    await rig.quiet()
    expect(rig.news()).toEqual(['reload', 'advance persisted', 'fetch 9 from 2'])
  })

  it('is durable when close() comes in its middle; the core hears of it no more', async () => {
    const rig = await fetched(7)
    await says(rig, { install: install(7) })
    const closed = rig.driver.close()
    await rig.quiet()
    expect(await stateOf(closed)).toBe('waiting')
    rig.news()
    rig.installs[0]?.resolve()
    await rig.quiet()
    expect(await stateOf(closed)).toBeUndefined()
    expect(rig.news()).toEqual(['reload', 'transfer closed', 'transport closed', 'storage closed'])
  })

  it('does not begin when close() comes before all is applied', async () => {
    const rig = await fetched(7)
    await says(rig, { deliver: [delivered(1, { text: 'a' })], install: install(7) })
    const closed = rig.driver.close()
    await rig.quiet()
    await rig.applied()
    expect(await stateOf(closed)).toBeUndefined()
    expect(rig.installs).toEqual([])
  })

  const wrong: Record<string, (rig: Rig) => Promise<void>> = {
    'it fails': async (rig) => {
      await says(rig, { install: install(7) })
      rig.installs[0]?.reject(new Error('disk full'))
    },
    'the database stands elsewhere afterwards': async (rig) => {
      rig.installed = { logged: 0, position: 6 }
      await says(rig, { install: install(7) })
      rig.installs[0]?.resolve()
    },
    'the log is not empty afterwards': async (rig) => {
      rig.installed = { logged: 2, position: 7 }
      await says(rig, { install: install(7) })
      rig.installs[0]?.resolve()
    },
    'it is not the state that was fetched last': (rig) => says(rig, { install: install(8) }),
    'a persist stands beside it': (rig) => says(rig, { install: install(7), persist: logWrite(1) }),
    'a persist follows before it has ended': (rig) =>
      says(rig, { install: install(7) }, { persist: logWrite(8) }, { persist: logWrite(9) }),
    'something is delivered meanwhile': (rig) =>
      says(rig, { install: install(7) }, { deliver: [delivered(1, { text: 'a' })] }),
  }
  for (const [way, happen] of Object.entries(wrong)) {
    it(`stops the replica when ${way}`, async () => {
      const rig = await fetched(7)
      const read = rig.driver.barrier(rig.clock.deadlineIn(1_000))
      await rig.quiet()
      await happen(rig)
      await rig.quiet()
      expect(rig.fatal).toHaveLength(1)
      expect(rig.news()).not.toContain('advance persisted')
      expect(await stateOf(read)).toEqual(appError('UNAVAILABLE', false))
      rig.installs[0]?.resolve()
      expect(await stateOf(rig.driver.close())).toBeUndefined()
    })
  }
})
