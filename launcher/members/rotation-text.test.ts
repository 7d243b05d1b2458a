import { describe, expect, it } from 'vitest'
import type { Answer } from '../../replication/operator/client.ts'
import {
  five,
  operational,
  rotationAnswer,
  rotationMembers,
  silentAnswer,
} from '../../replication/operator/rotation.fixture.ts'
import { sequencerView } from '../../replication/operator/sequencer-view.ts'
import { rotationWipeObstacle } from '../wipe-obstacle.ts'
import { formatRotation } from './rotation-text.ts'

const nowUnixMs = Date.UTC(2030, 0, 1, 12, 0, 10)
const viewOf = (...answers: readonly Answer[]) =>
  sequencerView({ answers, configured: rotationMembers(5), nowUnixMs })
const textOf = (...answers: readonly Answer[]) => formatRotation('customers', viewOf(...answers))
const all = [0, 1, 2, 3, 4].map((id) => rotationAnswer(operational(id)))

describe('a group with a rotating sequencer in words', () => {
  it('says who is in the view, whose turn it is, and how far each is', () => {
    expect(
      textOf(...all)
        .split('\n')
        .slice(0, 5),
    ).toEqual([
      'customers: view 3.0 of members 0, 1, 2, 3 and 4 (5 of 5; 3 are needed)',
      'Number 31 is member 1’s to give.',
      '',
      'MEMBER  STATE        RECEIVED  STABLE  DELIVERED  APPLIED  ADDRESS',
      '0       in the view        30      30         30       30  127.0.0.1:6080',
    ])
  })

  it('says who does not answer, who is not heard and since when, and who is not let in', () => {
    const unheard = { 2: 9_000 }
    const others = [0, 1, 3, 4].map((id) =>
      rotationAnswer(operational(id, { unheard, damped: [2] })),
    )
    const lines = textOf(...others, silentAnswer(2)).split('\n')
    expect(lines).toContain(
      '2       unreachable         -       -          -        -  127.0.0.1:6090',
    )
    expect(lines).toContain('Member 2 does not answer: connect ECONNREFUSED.')
    expect(lines).toContain('Member 2 is not heard by 0, 1, 3 and 4, for 9.0 s.')
    expect(lines).toContain('Member 2 has come back often: the others let it in later.')
  })

  it('says plainly that the members disagree about the view', () => {
    const old = { viewId: '2.1.1838372003017000', viewMembers: [3, 4] }
    const text = textOf(...all.slice(0, 4), rotationAnswer(operational(4, old)))
    expect(text).toContain('THE MEMBERS DISAGREE ABOUT THE VIEW: 0, 1, 2 and 3 in 3.0; 4 in 2.1.')
    expect(text).toMatch(/^4 +in 2\.1 /m)
  })

  it('says of a lost disk how far it is, and what it went through', () => {
    const reason = `the group exists, and this disk is blank, as of view ${five}`
    const transitions = [{ number: 2, msAgo: 1_500, from: 'gather', to: 'rebuild', reason }]
    const stateTransfer = { kind: 'fetching', source: 1, receivedBytes: 41, totalBytes: 100 }
    const lost = { id: 2, state: 'rebuild', standing: 'recovering', reason: 'Its disk was lost.' }
    const lines = textOf(
      ...[0, 1].map((id) => all[id] as Answer),
      rotationAnswer({ ...lost, transitions, stateTransfer }),
    ).split('\n')
    expect(lines).toContain('Member 2: Its disk was lost.')
    expect(lines).toContain('Member 2 is fetching the state, 41 %.')
    expect(lines.slice(-3)).toEqual([
      'What member 2 went through last (UTC):',
      '  12:00:08    1.5 s ago  gather → rebuild: the group exists, and this disk is',
      '                           blank, as of view 3.0',
    ])
  })

  it('of a group that was never formed says what it needs', () => {
    const reason = 'The group is new, and forms once all are there; member 4 has not been heard.'
    const gathering = { state: 'gather', standing: 'blank', reason, unheard: { 4: undefined } }
    const text = textOf(...[0, 1, 2, 3].map((id) => rotationAnswer({ id, ...gathering })))
    expect(text.split('\n').slice(0, 3)).toEqual([
      'customers: no view; the group is new: all 5 members must be there to found it',
      'No writes are taken: The group is new, and forms once all are there; member 4',
      '  has not been heard.',
    ])
    expect(text).toContain('Member 4 is not heard by 0, 1, 2 and 3, and has not been since they')
    expect(text).not.toContain('Member 0: The group is new')
  })

  it('fits 80 columns', () => {
    const far = { next: 1_234_567_890, unheard: { 2: 9_000 } }
    const reason = 'The disk of this member was lost; it is fetching what the others have.'
    const lost = { id: 2, state: 'rebuild', standing: 'recovering', reason }
    const text = textOf(
      ...[0, 1, 3].map((id) => rotationAnswer(operational(id, far))),
      rotationAnswer(lost),
      silentAnswer(4, `connect ECONNREFUSED ${'x'.repeat(20)} ${'y'.repeat(40)}`),
    )
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('a disk that the customers group cannot spare', () => {
  it.each([
    ['none of five that are in the view', all, 2, undefined],
    ['one while two others are away: a majority is left', all.slice(0, 4), 3, undefined],
    ['one while three would be away', all.slice(0, 3), 2, /2 of 5 members .* 3 are needed/],
    ['never one that is not in the view', all.slice(0, 3), 4, undefined],
    ['any without a view', [rotationAnswer({ id: 0, state: 'gather', reason: 'why' })], 1, /why/],
  ])('is %s', (_what, answers, id, expected) => {
    const obstacle = rotationWipeObstacle(viewOf(...answers), id)
    if (expected === undefined) expect(obstacle).toBeUndefined()
    else expect(obstacle).toMatch(expected)
  })

  it('is the only one', () => {
    const answers = [rotationAnswer(operational(0, { viewMembers: [0] }), 1)]
    const view = sequencerView({ answers, configured: rotationMembers(1), nowUnixMs })
    expect(rotationWipeObstacle(view, 0)).toMatch('the only member')
  })
})
