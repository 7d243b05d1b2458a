import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { answerOf, configuredMembers, type FakeGroup, reportOf } from './report.fixture.ts'
import { readReport } from './report.ts'
import { groupView, memberOf } from './view.ts'

const three: FakeGroup = { leader: 1, seats: [{ id: 0 }, { id: 1 }, { id: 2 }] }
const configured = configuredMembers([0, 1, 2])

function viewOf(group: FakeGroup, answering: readonly number[], members = configured) {
  const silent = members.filter(({ id }) => !answering.includes(id))
  return groupView(
    [
      ...answering.map((id) => answerOf(id, reportOf(group, id))),
      ...silent.map(({ id }) => answerOf(id, undefined, 'connection refused')),
    ],
    members,
  )
}

describe('a group as its operators see it', () => {
  it('with all members up', () => {
    const view = viewOf(three, [0, 1, 2])
    expect(view).toMatchObject({ leader: 1, term: 3, writable: true, changing: false })
    expect(view.members.map(({ role, state }) => [role, state])).toEqual([
      ['voter', 'replicate'],
      ['leader', 'replicate'],
      ['voter', 'replicate'],
    ])
    expect(memberOf(view, memberId(1))).toMatchObject({ lag: 0, address: '127.0.0.1:6185' })
  })

  it('believes the leader about the others, and a member about what it has applied', () => {
    const group: FakeGroup = {
      leader: 0,
      seats: [
        { id: 0 },
        { id: 1, state: 'probe', matchIndex: 400 },
        { id: 2, lastHeardMsAgo: 9_000 },
        { id: 3, role: 'joining', state: 'stranded', matchIndex: 0 },
        { id: 4, diskLost: true },
        { id: 5, role: 'learner' },
      ],
      outsiders: [4, 7],
    }
    const fetching = { stateTransfer: { kind: 'fetching', receivedBytes: 41, totalBytes: 100 } }
    const answers = [0, 1, 3, 4, 5].map((id) =>
      answerOf(id, reportOf(group, id, id === 3 ? fetching : {})),
    )
    const { members } = groupView(answers, configuredMembers([0, 1, 2, 8]))
    expect(members.map(({ id, role, state, lag }) => [id, role, state, lag])).toEqual([
      [0, 'leader', 'replicate', 0],
      [1, 'voter', 'probe', 600],
      [2, 'voter', 'unreachable', 0],
      [3, 'joining', 'needs the state', 1_000],
      [4, 'voter', 'disk lost', undefined],
      [5, 'learner', 'replicate', 0],
      [7, 'outsider', 'unknown', undefined],
      [8, 'removed', 'unreachable', undefined],
    ])
    expect(members[3]?.transfer).toBe('fetching the state, 41 %')
    expect(members[2]?.appliedIndex).toBeUndefined()
    expect(members[1]?.appliedIndex).toBe(990)
  })

  it('of two that say they lead, believes the one of the later term', () => {
    const stale = reportOf({ ...three, leader: 0, term: 2 }, 0)
    const view = groupView([answerOf(0, stale), answerOf(1, reportOf(three, 1))], configured)
    expect(view).toMatchObject({ leader: 1, term: 3 })
  })

  it('without a leader says why and shows who answers', () => {
    const view = viewOf({ ...three, leader: undefined }, [2])
    expect(view).toMatchObject({ leader: undefined, writable: false })
    expect(view.reason).toBe('The group has no leader.')
    expect(view.members.map(({ state }) => state)).toEqual([
      'unreachable',
      'unreachable',
      'unknown',
    ])
    expect(view.members[0]?.problem).toBe('connection refused')
  })

  it('when nobody answers, shows what is configured', () => {
    const view = viewOf(three, [])
    expect(view).toMatchObject({ protocol: undefined, writable: false })
    expect(view.members.map(({ role }) => role)).toEqual(['member', 'member', 'member'])
  })

  it('takes somebody else at an address for what it is', () => {
    const stranger = { ...answerOf(2, undefined), report: reportOf(three, 1) }
    const view = groupView([answerOf(0, reportOf(three, 0)), stranger], configured)
    expect(memberOf(view, memberId(2))?.problem).toBe('member 1 answers at its address')
  })
})

describe('a report', () => {
  it('of another version is read as far as it is understood', () => {
    const odd = { leader: 'x', configuration: [{ id: 1 }], outsiders: 'none', transferring: {} }
    const report = reportOf(three, 1, { protocolDetails: { ...odd, term: 4 }, stateTransfer: 5 })
    expect(report.protocolDetails).toMatchObject({ term: 4, outsiders: [] })
    expect(report.protocolDetails.leader).toBeUndefined()
    expect(report.protocolDetails.configuration).toBeUndefined()
    expect(report.stateTransfer).toBeUndefined()
  })

  it.each(['', '{', '[]', '{"protocol":"paxos"}'])('is none: %s', (json) => {
    expect(readReport(json)).toBeUndefined()
  })
})
