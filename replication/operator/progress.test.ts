import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import type { GroupAction } from '../replicated-log.ts'
import { type Goal, progressOf } from './progress.ts'
import {
  answerOf,
  configuredMembers,
  type FakeGroup,
  type FakeSeat,
  reportOf,
} from './report.fixture.ts'
import { groupView } from './view.ts'

const founders: FakeSeat[] = [{ id: 0 }, { id: 1 }, { id: 2 }]
const id = memberId(5)
const address = { host: '127.0.0.1', port: 6205 }

function words(
  action: GroupAction,
  group: FakeGroup,
  { fetched, wasLearner = false }: { fetched?: number; wasLearner?: boolean } = {},
): string {
  const goal: Goal = { action, before: { leader: memberId(0), wasLearner } }
  const own = fetched === undefined ? {} : { stateTransfer: transferOf(fetched) }
  const ids = group.seats.map((seat) => seat.id)
  const answers = ids.map((seat) => answerOf(seat, reportOf(group, seat, seat === id ? own : {})))
  const { done, words } = progressOf(goal, groupView(answers, configuredMembers(ids)))
  return `${done ? 'done: ' : ''}${words}`
}

const transferOf = (receivedBytes: number) => ({
  ...{ kind: 'fetching', source: 1, index: 9 },
  ...{ receivedBytes, totalBytes: 100 },
})
const withFifth = (seat: Omit<FakeSeat, 'id'>, more: Partial<FakeGroup> = {}): FakeGroup => ({
  leader: 0,
  seats: [...founders, { id, ...seat }],
  ...more,
})

describe('the way of a new member', () => {
  const add: GroupAction = { kind: 'add', member: { id, ...address }, learner: false }

  it.each([
    ['member 5 is not admitted yet', { leader: 0, seats: founders }],
    [
      'member 5 needs the whole state: the log no longer reaches back so far',
      withFifth({ role: 'joining', state: 'stranded', matchIndex: 0 }),
    ],
    ['member 5 is admitted without a vote', withFifth({ role: 'joining', state: 'probe' })],
    [
      'member 5 is catching up, 300 entries behind',
      withFifth({ role: 'joining', matchIndex: 700 }),
    ],
    [
      'member 5 is admitted without a vote and is not heard: is it running?',
      withFifth({ role: 'joining', lastHeardMsAgo: 60_000 }),
    ],
    [
      'member 5 becomes a voter: a majority must agree',
      withFifth({ role: 'voter' }, { committed: false }),
    ],
    ['done: member 5 is a voter', withFifth({ role: 'voter' })],
    ['nobody leads: The group has no leader.', withFifth({}, { leader: undefined })],
  ])('%s', (expected, group) => {
    expect(words(add, group)).toBe(expected)
  })

  it('tells how much of the state has come', () => {
    const group = withFifth({ role: 'joining', state: 'stranded' })
    expect(words(add, group, { fetched: 40 })).toBe('member 5 is fetching the state, 40 %')
  })

  it('ends for a learner when it has the data', () => {
    const learner: GroupAction = { ...add, learner: true }
    const behind = withFifth({ role: 'learner', matchIndex: 100 })
    expect(words(learner, behind)).toBe('member 5 is catching up, 900 entries behind')
    const close = withFifth({ role: 'learner', matchIndex: 990 })
    expect(words(learner, close)).toBe('done: member 5 is a learner and has the data')
    expect(words({ kind: 'promote', id }, close)).not.toContain('done')
  })
})

describe('the way of other changes', () => {
  it('a replaced voter is a voter again, a replaced learner a learner', () => {
    const replace: GroupAction = { kind: 'replace', id, address: undefined }
    expect(words(replace, withFifth({ diskLost: true }))).toBe('member 5 is not replaced yet')
    expect(words(replace, withFifth({ role: 'joining', matchIndex: 0 }))).toContain('catching up')
    expect(words(replace, withFifth({}))).toBe('done: member 5 is a voter')
    const learner = withFifth({ role: 'learner' })
    expect(words(replace, learner, { wasLearner: true })).toContain('done')
    expect(words(replace, learner)).not.toContain('done')
  })

  it('a removed member is out once a majority agrees', () => {
    const remove: GroupAction = { kind: 'remove', id }
    expect(words(remove, withFifth({}))).toBe('member 5 is still part of the group')
    const without: FakeGroup = { leader: 0, seats: founders }
    expect(words(remove, { ...without, committed: false })).toContain('a majority must agree')
    expect(words(remove, without)).toBe('done: member 5 is removed')
  })

  it('the lead has moved when another member has it, or the wished one', () => {
    const anybody: GroupAction = { kind: 'transfer', to: undefined }
    const first: GroupAction = { kind: 'transfer', to: memberId(1) }
    expect(words(anybody, { leader: 0, seats: founders })).toBe('member 0 still leads')
    expect(words(anybody, { leader: 2, seats: founders })).toBe('done: member 2 leads in term 3')
    expect(words(first, { leader: 2, seats: founders })).toBe('member 2 still leads')
    expect(words(first, { leader: 1, seats: founders })).toBe('done: member 1 leads in term 3')
  })
})
