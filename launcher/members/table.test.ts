import { describe, expect, it } from 'vitest'
import {
  answerOf,
  configuredMembers,
  type FakeGroup,
  reportOf,
} from '../../replication/operator/report.fixture.ts'
import { groupView } from '../../replication/operator/view.ts'
import { wipeObstacle } from '../wipe-obstacle.ts'
import { formatGroup } from './table.ts'

const configured = configuredMembers([0, 1, 2])
const three: FakeGroup = {
  leader: 0,
  seats: [{ id: 0 }, { id: 1, matchIndex: 990, lastHeardMsAgo: 25 }, { id: 2 }],
}

function viewOf(group: FakeGroup, answering: readonly number[]) {
  const answers = answering.map((id) => answerOf(id, reportOf(group, id)))
  return groupView([...answers, answerOf(2, undefined, 'connection refused')], configured)
}

describe('the table of a group', () => {
  it('of Raft says who leads, and of each how far it is', () => {
    const lines = formatGroup('products', viewOf(three, [0, 1])).split('\n')
    expect(lines[0]).toBe(
      'products: member 0 leads in term 3; its log is 1 to 1000, committed to 1000',
    )
    expect(lines[2]?.split(/ {2,}/)).toEqual([
      'MEMBER',
      'ADDRESS',
      'ROLE',
      'STATE',
      'MATCH INDEX',
      'LAG',
      'LAST HEARD',
      'APPLIED',
    ])
    const words = ['1', '127.0.0.1:6185', 'voter', 'replicate', '990', '10', '25 ms', '990']
    expect(lines[4]?.split(/ {2,}/)).toEqual(words)
    expect(lines[5]).toMatch(/connection refused$/)
  })

  it('without a leader says why nothing is written', () => {
    const text = formatGroup('products', viewOf({ ...three, leader: undefined }, [1]))
    expect(text).toContain('products: nobody leads\nNo writes are taken: The group has no leader.')
  })
})

describe('a disk that a group cannot spare', () => {
  it.each([
    ['none of three that are well', three, 1, undefined],
    [
      'one of three while another is away',
      { ...three, seats: [{ id: 0 }, { id: 1 }, { id: 2, lastHeardMsAgo: 9_000 }] },
      1,
      /1 of 3 members that vote would be well, and 2 are needed/,
    ],
    [
      'the only one',
      { leader: 0, seats: [{ id: 0 }, { id: 1, role: 'learner' as const }] },
      0,
      /the only member that votes/,
    ],
    ['any while nobody leads', { ...three, leader: undefined }, 1, /nobody leads/],
    ['never one without a vote', { ...three, seats: [{ id: 0 }] }, 1, undefined],
  ])('is %s', (_what, group, id, expected) => {
    const obstacle = wipeObstacle(viewOf(group, [0, 1]), id)
    if (expected === undefined) expect(obstacle).toBeUndefined()
    else expect(obstacle).toMatch(expected)
  })
})
