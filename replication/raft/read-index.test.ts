import { describe, expect, it } from 'vitest'
import { type Envelope, Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'
import { asIncarnation, asIndex, type ReadToken } from './types.ts'

const ofKind =
  (kind: string) =>
  ({ message }: Envelope) =>
    message.kind === kind

type Passed = Extract<GroupEvent, { kind: 'passed' }>
type Rejected = Extract<GroupEvent, { kind: 'rejected' }>

function groupOf(members: number, options = {}) {
  const passed: Passed[] = []
  const rejected: Rejected[] = []
  const sent: Envelope[] = []
  const group = new Group({
    members,
    options,
    onEvent: (event) => {
      if (event.kind === 'passed') passed.push(event)
      if (event.kind === 'rejected') rejected.push(event)
      if (event.kind === 'sent') sent.push(event.envelope)
    },
  })
  return { group, passed, rejected, sent }
}

describe('ReadIndex (dissertation, 6.4)', () => {
  it('serves a read at the leader after one round with a majority', () => {
    const { group, passed } = groupOf(5)
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    const barrier = group.read(0)
    expect(passed).toEqual([])
    group.isolate(3)
    group.isolate(4)
    group.settle()
    // Whoever was asked and does not answer is made up for by the next heartbeat.
    group.heartbeat(0)
    expect(passed).toEqual([{ kind: 'passed', member: 0, barrier, index: 2 }])
  })

  it('serves a read at a follower', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    const barrier = group.read(2)
    group.settle()
    expect(passed).toEqual([{ kind: 'passed', member: 2, barrier, index: 2 }])
  })

  it('is at once confirmed in a group of one', () => {
    const { group, passed } = groupOf(1)
    group.elect(0)
    group.read(0)
    expect(passed).toHaveLength(1)
  })

  it('does not serve a read at a leader that no majority answers', () => {
    const { group, passed } = groupOf(5)
    group.elect(0)
    for (const id of [2, 3, 4]) group.isolate(id)
    group.read(0)
    group.read(1)
    group.settle()
    group.tick(0, 20)
    group.settle()
    expect(passed).toEqual([])
  })

  it('a stale leader serves nothing, also when it learns of its successor', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.isolate(0)
    group.tick(1, 30)
    group.tick(2, 30)
    group.elect(1)
    group.propose(1, 'new')
    group.settle()
    group.read(0)
    group.settle()
    expect(group.core(0).state.role.kind).toBe('leader')
    expect(passed).toEqual([])
    group.heal()
    group.heartbeat(1)
    group.heartbeat(1)
    // The read went on to the new leader and sees what that has committed.
    expect(passed).toMatchObject([{ member: 0, index: group.core(1).state.commitIndex }])
  })

  it('waits until an entry of the term is committed', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.propose(0, 'a')
    group.settle()
    group.isolate(0)
    group.tick(1, 30)
    group.tick(2, 30)
    group.campaign(1)
    while (group.core(1).state.role.kind !== 'leader') group.deliverOne()
    group.drop(() => true)
    group.read(1)
    while (group.deliverOne(({ message }) => message.kind.startsWith('heartbeat')));
    expect(passed).toEqual([])
    for (let count = 0; count < 3; count += 1) group.heartbeat(1)
    expect(passed).toMatchObject([{ member: 1, index: 3 }])
  })

  it('a late answer to an earlier round does not confirm a later one', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.read(0)
    while (group.deliverOne(ofKind('heartbeat')));
    const late = group.drop(({ from, message }) => from === 2 && message.kind === 'heartbeatReply')
    expect(late).toHaveLength(1)
    group.heartbeat(0)
    expect(passed).toHaveLength(1)
    group.read(0)
    group.drop(() => true)
    group.network.push(...late, ...late)
    group.settle()
    expect(passed).toHaveLength(1)
    group.heartbeat(0)
    expect(passed).toHaveLength(2)
  })

  it('an answer meant for an earlier life of the replica serves nothing', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.heartbeat(0)
    group.read(1)
    const token = 1 as ReadToken
    const stranger = { incarnation: asIncarnation(7), token, readIndex: asIndex(0) }
    group.inject(0, 1, { kind: 'readReply', ...stranger })
    expect(passed).toEqual([])
    group.settle()
    expect(passed).toHaveLength(1)
  })
})

describe('batching of reads', () => {
  it('all that wait share one round', () => {
    const { group, passed, sent } = groupOf(3)
    group.elect(0)
    sent.length = 0
    group.read(0)
    for (let count = 0; count < 50; count += 1) group.read(0)
    group.settle()
    expect(passed).toHaveLength(51)
    // The first round, and one for all that came while it was under way; to the one follower each
    // that a quorum needs.
    expect(sent.filter(ofKind('heartbeat'))).toHaveLength(2)
  })

  it('a round asks just enough followers, those heard last, and the next heartbeat everybody', () => {
    const { group, passed, sent } = groupOf(5)
    group.elect(0)
    group.isolate(1)
    group.isolate(2)
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    sent.length = 0
    group.read(0)
    group.settle()
    expect(passed).toHaveLength(1)
    expect(
      sent
        .filter(ofKind('heartbeat'))
        .map(({ to }) => to)
        .sort(),
    ).toEqual([3, 4])
    sent.length = 0
    group.heartbeat(0)
    expect(sent.filter(ofKind('heartbeat'))).toHaveLength(4)
  })

  it('all that wait at a follower share one question', () => {
    const { group, passed, sent } = groupOf(3)
    group.elect(0)
    for (let count = 0; count < 50; count += 1) group.read(1)
    group.settle()
    expect(passed).toHaveLength(50)
    expect(sent.filter(ofKind('readRequest'))).toHaveLength(2)
  })
})

describe('reads that cannot be served at once', () => {
  it('a lost question is asked again', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    group.read(1)
    group.drop(ofKind('readRequest'))
    group.tick(1, 10)
    group.settle()
    expect(passed).toHaveLength(1)
  })

  it('wait for a leader, for a while; then they are refused, definitely', () => {
    const { group, passed, rejected } = groupOf(3, { leaderlessPatienceTicks: 100 })
    group.isolate(0)
    const barrier = group.read(0)
    group.tick(0, 99)
    expect(rejected).toEqual([])
    group.tick(0, 1)
    expect(rejected).toMatchObject([
      { rejected: { kind: 'barrier', id: barrier, code: 'UNAVAILABLE', definite: true } },
    ])
    group.read(0)
    expect(rejected).toHaveLength(2)
    expect(passed).toEqual([])
  })

  it('are refused when too many wait', () => {
    const { group, rejected } = groupOf(3, { pendingBarriersMax: 2 })
    for (let count = 0; count < 3; count += 1) group.read(0)
    expect(rejected).toMatchObject([{ rejected: { code: 'OVERLOADED', definite: true } }])
  })

  it('are forgotten when their caller has gone', () => {
    const { group, passed } = groupOf(3)
    group.elect(0)
    const barrier = group.read(1)
    group.core(1).abandon(barrier, 'barrier')
    group.settle()
    expect(passed).toEqual([])
  })
})
