/** Operators' actions, and leaving a group that goes on. */
import { describe, expect, it } from 'vitest'
import { memberId } from '../common/member.ts'
import { appError, delivered, type Rig, started, stateOf } from './driver.fixture.ts'
import type { ActionId, Ready } from './protocol.ts'
import type { GroupAction } from './replicated-log.ts'
import { textCodec } from './scripted-core.fixture.ts'

const one = memberId(1)
const action: GroupAction = { kind: 'remove', id: one }
const id = (value: number): ActionId => value as ActionId

async function says(rig: Rig, ready: Partial<Ready<string>>): Promise<void> {
  rig.core.willSay(ready)
  rig.receive(one, textCodec.encode('x'))
  await rig.quiet()
}

describe('administer', () => {
  it('ends as the core says', async () => {
    const rig = await started()
    const done = rig.driver.administer(action, rig.clock.deadlineIn(1_000))
    const refused = rig.driver.administer(action, rig.clock.deadlineIn(1_000))
    expect(rig.news()).toEqual(['administer remove as 1', 'administer remove as 2'])
    expect(await stateOf(done)).toBe('waiting')
    const error = { code: 'MEMBERSHIP_REFUSED', definite: true, message: 'one at a time' } as const
    await says(rig, { administered: [{ id: id(2), error }] })
    expect(await stateOf(done)).toBe('waiting')
    expect(await stateOf(refused)).toEqual(appError('MEMBERSHIP_REFUSED', true, /one at a time/))
    await says(rig, { administered: [{ id: id(1), error: undefined }] })
    expect(await stateOf(done)).toBeUndefined()
  })

  it('ends at its deadline, indefinite; what the core says later is nobody’s', async () => {
    const rig = await started()
    const late = rig.driver.administer(action, rig.clock.deadlineIn(100))
    rig.clock.pass(99)
    expect(await stateOf(late)).toBe('waiting')
    rig.clock.pass(21)
    expect(await stateOf(late)).toEqual(appError('DEADLINE_EXCEEDED', false, /status/))
    await says(rig, { administered: [{ id: id(1), error: undefined }] })
    expect(rig.fatal).toEqual([])
  })

  it('is refused when too many wait, and when the deadline has passed', async () => {
    const rig = await started({ limits: { pendingActions: 1 } })
    const administer = (waitMs: number): Promise<unknown> =>
      stateOf(rig.driver.administer(action, rig.clock.deadlineIn(waitMs)))
    expect(await administer(0)).toEqual(appError('DEADLINE_EXCEEDED', true))
    expect(await administer(1_000)).toBe('waiting')
    expect(await administer(1_000)).toEqual(appError('OVERLOADED', true, /1 actions/))
    await says(rig, { administered: [{ id: id(1), error: undefined }] })
    expect(await administer(1_000)).toBe('waiting')
  })

  it('is indefinite when the replica fails or closes', async () => {
    for (const end of ['fail', 'close']) {
      const rig = await started()
      const waiting = rig.driver.administer(action, rig.clock.deadlineIn(1_000))
      if (end === 'fail') rig.receive(one, textCodec.encode('explode'))
      else void rig.driver.close()
      await rig.quiet()
      expect(await stateOf(waiting)).toEqual(appError('UNAVAILABLE', false))
    }
  })
})

describe('leaving', () => {
  it('keeps everything going but new commands and actions, until all is handed over', async () => {
    const rig = await started()
    rig.core.handedOver = false
    const pending = rig.driver.submit('a', rig.clock.deadlineIn(900))
    await rig.quiet()
    const left = rig.driver.leave()
    expect(rig.driver.status()).toMatchObject({ writable: false })
    const stopping = appError('UNAVAILABLE', true, /is stopping/)
    expect(await stateOf(rig.driver.submit('b', rig.clock.deadlineIn(900)))).toEqual(stopping)
    expect(await stateOf(rig.driver.administer(action, rig.clock.deadlineIn(9)))).toEqual(stopping)
    const read = rig.driver.barrier(rig.clock.deadlineIn(900))
    await rig.quiet()
    rig.clock.pass(10)
    rig.news()
    const proposal = rig.core.proposals[0]
    await says(rig, {
      send: [{ to: one, message: 'take over' }],
      deliver: [delivered(1, { text: 'a', proposal })],
    })
    expect(rig.news()).toEqual([
      'receive x from 1',
      'ready',
      'send take over to 1',
      'apply [a] up to 1',
    ])
    await rig.applied()
    expect(await stateOf(pending)).toBe('a@1')
    expect(await stateOf(left)).toBe('waiting')
    expect(await stateOf(read)).toBe('waiting')
    rig.core.handedOver = true
    rig.clock.pass(10)
    await rig.quiet()
    expect(await stateOf(left)).toBe('taken over')
  })

  it('asks the core once, and only when it has nothing left to say', async () => {
    const rig = await started()
    rig.core.willSay({ send: [{ to: one, message: 'take over' }] })
    rig.core.willSay({ send: [{ to: one, message: 'and soon' }] })
    const left = rig.driver.leave()
    expect(rig.driver.leave()).toBe(left)
    await rig.turn()
    const said = ['ready', 'send take over to 1', 'ready', 'send and soon to 1']
    expect(rig.news()).toEqual(['step aside', ...said])
    expect(await stateOf(left)).toBe('waiting')
    await rig.quiet()
    expect(await stateOf(left)).toBe('taken over')
    rig.clock.pass(10)
    expect(rig.news()).toEqual(['tick'])
  })

  it('ends at its limit when nobody takes over', async () => {
    const rig = await started({ limits: { leaveMaxMs: 300 } })
    rig.core.handedOver = false
    const closed = rig.driver.close()
    await rig.quiet()
    rig.clock.pass(299)
    await rig.quiet()
    expect(await stateOf(closed)).toBe('waiting')
    rig.clock.pass(1)
    expect(await stateOf(closed)).toBeUndefined()
    expect(await stateOf(rig.driver.leave())).toBe('left behind')
    expect(rig.clock.timers).toBe(0)
  })

  it('ends when the replica fails meanwhile, and close() does not hang', async () => {
    const rig = await started()
    rig.core.handedOver = false
    const closed = rig.driver.close()
    await rig.quiet()
    rig.receive(one, textCodec.encode('explode'))
    await rig.quiet()
    expect(rig.fatal).toHaveLength(1)
    expect(await stateOf(closed)).toBeUndefined()
    expect(rig.driver.close()).toBe(closed)
    expect(await stateOf(rig.driver.leave())).toBe('left behind')
    expect(rig.clock.timers).toBe(0)
  })

  it('is nothing for a replica that has failed', async () => {
    const rig = await started()
    rig.receive(one, textCodec.encode('explode'))
    await rig.quiet()
    rig.news()
    expect(await stateOf(rig.driver.leave())).toBe('left behind')
    expect(await stateOf(rig.driver.close())).toBeUndefined()
    expect(rig.news()).toEqual(['transfer closed', 'transport closed', 'storage closed'])
  })
})
