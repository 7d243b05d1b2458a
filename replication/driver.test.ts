import { describe, expect, it, vi } from 'vitest'
import { AppError } from '../common/errors.ts'
import { memberId } from '../common/member.ts'
import { appError, delivered, logWrite, type Rig, started, stateOf } from './driver.fixture.ts'
import type { BarrierId, ProposalId } from './protocol.ts'
import type { LogIndex } from './replicated-log.ts'
import { textCodec } from './scripted-core.fixture.ts'

const one = memberId(1)
const index = (value: number): LogIndex => value as LogIndex
const barrier = (value: number): BarrierId => value as BarrierId

describe('the contract of protocol.ts', () => {
  it('gives the core all that arrives in one turn before it takes a Ready', async () => {
    const rig = await started()
    rig.core.willSay({ send: [{ to: 'others', message: 'answer' }] })
    rig.receive(one, textCodec.encode('a'))
    rig.receive(one, textCodec.encode('b'))
    void rig.driver.submit('sell', rig.clock.deadlineIn(1_000))
    await rig.turn()
    expect(rig.news()).toEqual([
      'receive a from 1',
      'receive b from 1',
      'propose 1 sell',
      'ready',
      'broadcast answer',
    ])
  })

  it('encodes once what goes to several', async () => {
    const rig = await started()
    const encode = vi.spyOn(textCodec, 'encode')
    const send = [1, 2].map((to) => ({ to: memberId(to), message: 'append' }))
    rig.core.willSay({ send })
    rig.receive(one, Buffer.from('a'))
    await rig.turn()
    expect(rig.news().slice(-2)).toEqual(['send append to 1', 'send append to 2'])
    expect(encode).toHaveBeenCalledTimes(1)
    encode.mockRestore()
  })

  it('takes Readys until there is none, two of them in one turn', async () => {
    const rig = await started()
    for (const message of ['first', 'second', 'third']) {
      rig.core.willSay({ send: [{ to: one, message }] })
    }
    rig.receive(one, textCodec.encode('a'))
    await rig.turn()
    const first = ['ready', 'send first to 1', 'ready', 'send second to 1']
    expect(rig.news()).toEqual(['receive a from 1', ...first])
    await rig.turn()
    expect(rig.news()).toEqual(['ready', 'send third to 1'])
  })

  it('sends before it writes, and what promises something only when it is durable', async () => {
    const rig = await started()
    rig.core.willSay({
      send: [{ to: 'others', message: 'append' }],
      persist: logWrite(1),
      sendAfterPersist: [{ to: one, message: 'acknowledge' }],
    })
    rig.receive(one, textCodec.encode('a'))
    await rig.quiet()
    rig.clock.pass(30)
    await rig.quiet()
    expect(rig.news()).toEqual([
      'receive a from 1',
      'ready',
      'broadcast append',
      'write [1]',
      ...Array(3).fill('tick'),
    ])
    await rig.persisted()
    expect(rig.news()).toEqual(['send acknowledge to 1', 'advance persisted'])
  })

  it('stops when a core asks for a second persist while one is in flight', async () => {
    const rig = await started()
    rig.core.willSay({ persist: logWrite(1) })
    rig.core.willSay({ persist: logWrite(2) })
    rig.core.willSay({ persist: logWrite(3) })
    rig.receive(one, textCodec.encode('a'))
    await rig.quiet()
    expect(rig.fatal).toHaveLength(1)
    expect(rig.writes).toHaveLength(1)
  })

  it('stops when something is to be sent after a persist that is not there', async () => {
    const rig = await started()
    rig.core.willSay({ sendAfterPersist: [{ to: one, message: 'promise' }] })
    rig.receive(one, textCodec.encode('a'))
    await rig.quiet()
    expect(rig.fatal).toHaveLength(1)
    expect(rig.news()).not.toContain('send promise to 1')
  })

  it('ignores bytes that the codec does not take, and says so', async () => {
    const malformed: unknown[] = []
    const rig = await started({ hooks: { messageMalformed: (from) => malformed.push(from) } })
    rig.receive(one, textCodec.encode('malformed'))
    await rig.quiet()
    expect(malformed).toEqual([one])
    expect(rig.news()).toEqual([])
    expect(rig.fatal).toEqual([])
  })

  it('forgets a trimmed prefix once per wish, the latest wish winning', async () => {
    const rig = await started()
    for (const upTo of [3, 5, 9]) rig.core.willSay({ trimTo: index(upTo) })
    rig.receive(one, textCodec.encode('a'))
    await rig.quiet()
    rig.trims.shift()?.resolve()
    await rig.quiet()
    expect(rig.news().filter((line) => line.startsWith('trim'))).toEqual(['trim 3', 'trim 9'])
  })
})

describe('apply', () => {
  it('has one batch in flight; what is delivered meanwhile forms the next', async () => {
    const rig = await started()
    rig.core.willSay({ deliver: [delivered(1, { text: 'a' })] })
    rig.core.willSay({ deliver: [delivered(2, { text: 'b' }, { text: 'c' }), delivered(3)] })
    rig.core.willSay({ deliver: [delivered(4, { text: 'd' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    expect(rig.news().filter((line) => line.startsWith('apply'))).toEqual(['apply [a] up to 1'])
    await rig.applied()
    expect(rig.news()).toEqual(['advance applied 1', 'apply [b c d] up to 4'])
    await rig.applied()
    expect(rig.news()).toEqual(['advance applied 4'])
    expect(rig.driver.status().appliedIndex).toBe(4)
  })

  it('keeps batches under the limits, whole indexes only', async () => {
    const rig = await started({ limits: { applyBatchCommands: 2, applyBatchMaxBytes: 6 } })
    rig.core.willSay({
      deliver: [
        delivered(1, { text: 'a' }, { text: 'b' }, { text: 'c' }),
        delivered(2, { text: 'd' }),
        delivered(3, { text: 'long' }),
        delivered(4, { text: 'long' }),
      ],
    })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    while (rig.batches.length > 0) await rig.applied()
    expect(rig.news().filter((line) => line.startsWith('apply'))).toEqual([
      'apply [a b c] up to 1',
      'apply [d long] up to 3',
      'apply [long] up to 4',
    ])
  })

  it('does not delay ticks, messages or writes', async () => {
    const rig = await started()
    rig.core.willSay({ deliver: [delivered(1, { text: 'slow' })] })
    rig.core.willSay({ persist: logWrite(2) })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    rig.clock.pass(10)
    await rig.quiet()
    expect(rig.news().slice(-2)).toEqual(['write [2]', 'tick'])
  })

  it('stops when the protocol leaves an index out', async () => {
    const rig = await started()
    rig.core.willSay({ deliver: [delivered(2, { text: 'a' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    expect(rig.fatal).toHaveLength(1)
    expect(rig.batches).toEqual([])
  })

  it('is durable as far as it had come when a write started that has returned', async () => {
    const rig = await started()
    rig.core.willSay({ deliver: [delivered(1, { text: 'a' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    await rig.applied()
    rig.core.willSay({ persist: logWrite(2), deliver: [delivered(2, { text: 'b' })] })
    rig.receive(one, textCodec.encode('y'))
    await rig.quiet()
    await rig.applied()
    rig.news()
    await rig.persisted()
    expect(rig.news()).toEqual(['advance persisted', 'advance appliedDurably 1'])
  })

  it('becomes durable on an idle replica, too, in turn with the writes of the core', async () => {
    const rig = await started({ limits: { secureAppliedEveryMs: 1_000 } })
    rig.core.willSay({ deliver: [delivered(1, { text: 'a' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    await rig.applied()
    rig.clock.pass(1_000)
    await rig.quiet()
    expect(rig.writes.map(({ write }) => write)).toEqual([
      { entries: [], truncateFrom: undefined, meta: undefined },
    ])
    rig.core.willSay({ persist: logWrite(2) })
    rig.receive(one, textCodec.encode('y'))
    await rig.quiet()
    rig.news()
    await rig.persisted()
    expect(rig.news()).toEqual(['advance appliedDurably 1', 'write [2]'])
    await rig.persisted()
    expect(rig.news()).toEqual(['advance persisted'])
    rig.clock.pass(1_000)
    await rig.quiet()
    expect(rig.writes).toEqual([])
  })
})

describe('submit', () => {
  it('answers with the result of applying it at this replica', async () => {
    const rig = await started()
    const mine = rig.driver.submit('mine', rig.clock.deadlineIn(1_000))
    const later = rig.driver.submit('later', rig.clock.deadlineIn(1_000))
    const [first, second] = rig.core.proposals
    rig.core.willSay({
      deliver: [delivered(1, { text: 'mine', proposal: first }, { text: 'other' })],
    })
    rig.core.willSay({ deliver: [delivered(2, { text: 'later', proposal: second })] })
    await rig.quiet()
    expect(await stateOf(mine)).toBe('waiting')
    await rig.applied()
    expect(await stateOf(mine)).toBe('mine@1')
    expect(await stateOf(later)).toBe('waiting')
    await rig.applied()
    expect(await stateOf(later)).toBe('later@2')
    expect(rig.driver.load()).toMatchObject({ pendingSubmits: 0, applyQueueCommands: 0 })
  })

  it('ends at its deadline, indefinite, with what it waited for; the core is told', async () => {
    const rig = await started()
    const unordered = rig.driver.submit('a', rig.clock.deadlineIn(500))
    const unapplied = rig.driver.submit('b', rig.clock.deadlineIn(500))
    rig.core.willSay({ deliver: [delivered(1, { text: 'b', proposal: rig.core.proposals[1] })] })
    await rig.quiet()
    rig.core.unavailable = 'no majority is reachable'
    rig.clock.pass(499)
    expect(await stateOf(unordered)).toBe('waiting')
    rig.clock.pass(21)
    expect(await stateOf(unordered)).toEqual(
      appError('DEADLINE_EXCEEDED', false, /no agreed place .*: no majority is reachable/),
    )
    expect(await stateOf(unapplied)).toEqual(
      appError('DEADLINE_EXCEEDED', false, /not applied here yet/),
    )
    expect(rig.news().filter((line) => line.startsWith('abandon'))).toEqual([
      'abandon proposal 1',
      'abandon proposal 2',
    ])
    await rig.applied()
    expect(rig.fatal).toEqual([])
  })

  it('refuses definitely what it does not propose', async () => {
    const rig = await started({
      limits: { commandMaxBytes: 8, pendingSubmits: 1, applyQueueCommands: 2 },
    })
    const submit = (command: string, waitMs = 1_000): Promise<unknown> =>
      stateOf(rig.driver.submit(command, rig.clock.deadlineIn(waitMs)))
    expect(await submit('late', 0)).toEqual(appError('DEADLINE_EXCEEDED', true))
    expect(await submit('far too long')).toEqual(appError('BODY_TOO_LARGE', true, /12 bytes/))
    rig.core.unavailable = 'no leader is known'
    expect(await submit('a')).toEqual(appError('UNAVAILABLE', true, /no leader is known/))
    rig.core.unavailable = undefined
    rig.core.willSay({ deliver: [delivered(1, { text: 'x' }, { text: 'y' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.quiet()
    expect(await submit('a')).toEqual(appError('OVERLOADED', true, /2 commands behind/))
    await rig.applied()
    expect(await submit('a')).toBe('waiting')
    expect(await submit('b')).toEqual(appError('OVERLOADED', true, /1 commands already/))
    expect(rig.core.proposals).toHaveLength(1)
  })

  it('passes on what the core rejects', async () => {
    const rig = await started()
    const lost = rig.driver.submit('a', rig.clock.deadlineIn(1_000))
    const id = rig.core.proposals[0] as ProposalId
    rig.core.willSay({
      rejected: [
        { kind: 'proposal', id, code: 'UNAVAILABLE', definite: false, message: 'the leader died' },
      ],
    })
    await rig.quiet()
    expect(await stateOf(lost)).toEqual(appError('UNAVAILABLE', false, /the leader died/))
  })
})

describe('barrier', () => {
  it('is shared by all who ask in the same turn, and by nobody who asks later', async () => {
    const rig = await started()
    void rig.driver.barrier(rig.clock.deadlineIn(1_000))
    void rig.driver.barrier(rig.clock.deadlineIn(1_000))
    expect(rig.news()).toEqual([])
    await rig.quiet()
    void rig.driver.barrier(rig.clock.deadlineIn(1_000))
    await rig.quiet()
    expect(rig.news()).toEqual(['readBarrier 1', 'readBarrier 2'])
  })

  it('passes only when its index is applied here', async () => {
    const rig = await started()
    const read = rig.driver.barrier(rig.clock.deadlineIn(1_000))
    rig.core.willSay({
      barriers: [{ id: barrier(1), index: index(2) }],
      deliver: [delivered(1, { text: 'a' })],
    })
    await rig.quiet()
    rig.core.willSay({ deliver: [delivered(2, { text: 'b' })] })
    rig.receive(one, textCodec.encode('x'))
    await rig.applied()
    expect(await stateOf(read)).toBe('waiting')
    await rig.applied()
    expect(await stateOf(read)).toBeUndefined()

    const second = rig.driver.barrier(rig.clock.deadlineIn(1_000))
    rig.core.willSay({ barriers: [{ id: barrier(2), index: index(2) }] })
    await rig.quiet()
    expect(await stateOf(second)).toBeUndefined()
    expect(rig.driver.load().pendingBarriers).toBe(0)
  })

  it('ends at its deadline; the core is told when the last of a round has gone', async () => {
    const rig = await started()
    const brief = rig.driver.barrier(rig.clock.deadlineIn(100))
    const long = rig.driver.barrier(rig.clock.deadlineIn(300))
    await rig.quiet()
    rig.clock.pass(140)
    expect(await stateOf(brief)).toEqual(
      appError('DEADLINE_EXCEEDED', false, /has not confirmed how far it is/),
    )
    expect(await stateOf(long)).toBe('waiting')
    expect(rig.news()).not.toContain('abandon barrier 1')
    rig.clock.pass(200)
    expect(await stateOf(long)).toEqual(appError('DEADLINE_EXCEEDED', false))
    expect(rig.news()).toContain('abandon barrier 1')
  })

  it('is refused when too many wait, and when the core rejects its round', async () => {
    const rig = await started({ limits: { pendingBarriers: 1 } })
    const first = rig.driver.barrier(rig.clock.deadlineIn(100))
    const second = rig.driver.barrier(rig.clock.deadlineIn(100))
    expect(await stateOf(second)).toEqual(appError('OVERLOADED', true))
    const rejected = { kind: 'barrier', id: barrier(1), code: 'UNAVAILABLE' } as const
    rig.core.willSay({ rejected: [{ ...rejected, definite: true, message: 'no quorum' }] })
    await rig.quiet()
    expect(await stateOf(first)).toEqual(appError('UNAVAILABLE', true, /no quorum/))
  })
})

describe('failing and closing', () => {
  const ways: Record<string, (rig: Rig) => void> = {
    'a log write fails': (rig) => rig.writes[0]?.reject(new Error('disk full')),
    'apply fails': (rig) => rig.batches[0]?.reject(new Error('bug in apply')),
    'apply answers too little': (rig) => rig.batches[0]?.resolve([]),
    'trimming fails': (rig) => rig.trims[0]?.reject(new Error('disk full')),
    'the core throws': (rig) => rig.receive(one, textCodec.encode('explode')),
  }
  for (const [way, happen] of Object.entries(ways)) {
    it(`stops once when ${way}: all indefinite, the core never used again`, async () => {
      const rig = await started()
      const submitted = rig.driver.submit('a', rig.clock.deadlineIn(1_000))
      rig.core.willSay({
        persist: logWrite(1),
        sendAfterPersist: [{ to: one, message: 'promise' }],
        deliver: [delivered(1, { text: 'x' })],
        trimTo: index(1),
      })
      await rig.quiet()
      const read = rig.driver.barrier(rig.clock.deadlineIn(1_000))
      expect([await stateOf(submitted), await stateOf(read)]).toEqual(['waiting', 'waiting'])
      rig.news()
      happen(rig)
      await rig.quiet()
      expect(await stateOf(submitted)).toEqual(appError('UNAVAILABLE', false))
      expect(await stateOf(read)).toEqual(appError('UNAVAILABLE', false))
      rig.writes[0]?.reject(new Error('again'))
      rig.batches[0]?.reject(new Error('again'))
      rig.receive(one, textCodec.encode('b'))
      rig.clock.pass(10_000)
      await rig.quiet()
      expect(rig.news()).toEqual([])
      expect(rig.fatal).toHaveLength(1)
      expect(rig.driver.status()).toMatchObject({ writable: false })
      const refused = rig.driver.submit('b', rig.clock.deadlineIn(1_000))
      expect(await stateOf(refused)).toEqual(appError('UNAVAILABLE', true))
    })
  }

  it('close lets what is in flight end and rejects the rest', async () => {
    const rig = await started()
    const inFlight = rig.driver.submit('a', rig.clock.deadlineIn(1_000))
    const waiting = rig.driver.submit('b', rig.clock.deadlineIn(1_000))
    rig.core.willSay({
      persist: logWrite(2),
      sendAfterPersist: [{ to: one, message: 'promise' }],
      deliver: [delivered(1, { text: 'a', proposal: rig.core.proposals[0] })],
    })
    await rig.quiet()
    expect(await stateOf(waiting)).toBe('waiting')
    const closed = rig.driver.close()
    expect(rig.driver.close()).toBe(closed)
    await rig.quiet()
    expect(await stateOf(rig.driver.barrier(rig.clock.deadlineIn(9)))).toBeInstanceOf(AppError)
    rig.news()
    await rig.persisted()
    expect(await stateOf(closed)).toBe('waiting')
    await rig.applied()
    expect(await stateOf(inFlight)).toBe('a@1')
    expect(await stateOf(waiting)).toEqual(appError('UNAVAILABLE', false))
    await closed
    expect(rig.news()).toEqual(['transfer closed', 'transport closed', 'storage closed'])
    expect(rig.clock.timers).toBe(0)
  })
})

describe('status', () => {
  it('says what the core says, in milliseconds', async () => {
    const rig = await started()
    rig.core.unavailable = 'no leader is known'
    expect(rig.driver.status()).toEqual({
      protocol: 'raft',
      self: 0,
      writable: false,
      reason: 'no leader is known',
      appliedIndex: 0,
      members: [
        { id: 0, lastHeardMsAgo: undefined, details: {} },
        { id: 1, lastHeardMsAgo: 30, details: {} },
      ],
      protocolDetails: { scripted: true },
    })
  })
})
