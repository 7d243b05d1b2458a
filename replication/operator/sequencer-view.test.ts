import { describe, expect, it } from 'vitest'
import type { Answer } from './client.ts'
import {
  five,
  operational,
  rotationAnswer,
  rotationMembers,
  silentAnswer,
} from './rotation.fixture.ts'
import { sequencerView } from './sequencer-view.ts'

const nowUnixMs = Date.UTC(2030, 0, 1, 12, 0, 10)
const viewOf = (...answers: readonly Answer[]) =>
  sequencerView({ answers, configured: rotationMembers(5), nowUnixMs })

describe('a group with a rotating sequencer as its operators see it', () => {
  it('with all in one view: whose turn it is, and how far each says it is', () => {
    const answers = [0, 1, 2, 3, 4].map((id) =>
      rotationAnswer(operational(id, { next: id === 3 ? 32 : 31 })),
    )
    const view = viewOf(...answers)
    expect(view).toMatchObject({ writable: true, reason: '', quorum: 3, isFounded: true })
    expect(view.views).toEqual([
      {
        ...{ id: five, members: [0, 1, 2, 3, 4], entered: [0, 1, 2, 3, 4] },
        ...{ nextGlobalSequence: 32, nextSequencer: 2 },
      },
    ])
    expect(view.members.map(({ receivedUpTo }) => receivedUpTo)).toEqual([30, 30, 30, 31, 30])
    expect(view.members[3]).toMatchObject({ appliedUpTo: 31, deliveredUpTo: 31, stableUpTo: 31 })
  })

  it('believes nobody about another: one that does not answer is not described', () => {
    const view = viewOf(
      rotationAnswer(operational(0, { unheard: { 2: 9_000 }, damped: [2] })),
      rotationAnswer(operational(1, { unheard: { 2: undefined } })),
      silentAnswer(2),
    )
    expect(view.members[2]).toMatchObject({
      ...{ problem: 'connect ECONNREFUSED', state: undefined, receivedUpTo: undefined },
      isHeldBack: true,
      notHeardBy: [{ id: 0, forMs: 9_000 }, { id: 1 }],
    })
    expect(view.members[1]?.notHeardBy).toEqual([])
  })

  it('shows a disagreement, the view of most members first', () => {
    const old = { viewId: '2.1.1838372003017000', viewMembers: [3, 4] }
    const view = viewOf(
      rotationAnswer(operational(4, old)),
      ...[0, 1, 2].map((id) => rotationAnswer(operational(id))),
      rotationAnswer({ id: 3, state: 'gather', reason: 'finding each other' }),
    )
    expect(view.views.map(({ id, entered }) => [id, entered])).toEqual([
      [five, [0, 1, 2]],
      [old.viewId, [4]],
    ])
    expect(view.members[3]).toMatchObject({ view: undefined, state: 'gather' })
  })

  it('without a view gives the reason of who looks for the others', () => {
    const view = viewOf(
      rotationAnswer({ id: 2, state: 'rebuild', standing: 'recovering', reason: 'disk' }),
      rotationAnswer({ id: 0, state: 'gather', installed: five, reason: 'Only 1 of 5' }),
    )
    expect(view).toMatchObject({ writable: false, reason: 'Only 1 of 5', views: [] })
    expect(viewOf(silentAnswer(0)).reason).toBe('no member answers')
  })

  it('gives each transition the time at which it was, by the clock of who asks', () => {
    const transition = { number: 7, msAgo: 3_000, from: 'gather', to: 'commit', reason: 'because' }
    const [member] = viewOf(rotationAnswer(operational(0, { transitions: [transition] }))).members
    expect(member?.transitions).toEqual([{ ...transition, at: '2030-01-01T12:00:07.000Z' }])
  })
})
