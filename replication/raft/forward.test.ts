import { describe, expect, it } from 'vitest'
import { type Envelope, Group, type GroupEvent } from '../../test/scenarios/raft/group.ts'

const isForward = ({ message }: Envelope) => message.kind === 'forward'

type Answered = Extract<GroupEvent, { kind: 'answered' }>
type Rejected = Extract<GroupEvent, { kind: 'rejected' }>

function groupOf(members: number, options = {}) {
  const answered: Answered[] = []
  const rejected: Rejected[] = []
  const forwards: Envelope[] = []
  const group = new Group({
    members,
    options,
    onEvent: (event) => {
      if (event.kind === 'answered') answered.push(event)
      if (event.kind === 'rejected') rejected.push(event)
      if (event.kind === 'sent' && isForward(event.envelope)) forwards.push(event.envelope)
    },
  })
  return { group, answered, rejected, forwards }
}

describe('proposals at a follower', () => {
  it('go to the leader, and are answered where they were proposed', () => {
    const { group, answered } = groupOf(3)
    group.elect(0)
    const proposal = group.propose(2, 'a')
    group.settle()
    expect(answered).toEqual([{ kind: 'answered', member: 2, proposal }])
    for (const id of [0, 1, 2]) expect(group.texts(id)).toEqual(['a'])
  })

  it('travel together', () => {
    const { group, answered, forwards } = groupOf(3)
    group.elect(0)
    group.proposeAll(1, ['a', 'b', 'c'])
    group.settle()
    expect(forwards).toHaveLength(1)
    expect(answered).toHaveLength(3)
  })

  it('travel in several messages when one would be too large', () => {
    const { group, answered, forwards } = groupOf(3, { forwardProposalsMax: 2 })
    group.elect(0)
    group.proposeAll(1, ['a', 'b', 'c'])
    group.settle()
    expect(forwards).toHaveLength(2)
    expect(answered).toHaveLength(3)
  })

  it('wait for a leader and go to it', () => {
    const { group, answered } = groupOf(3)
    group.propose(2, 'early')
    group.elect(0)
    expect(answered).toMatchObject([{ member: 2 }])
  })

  it('are forwarded again when a forward is lost, more and more rarely', () => {
    const { group, forwards } = groupOf(3, { forwardRetryTicks: 50, electionMinTicks: 40 })
    group.elect(0)
    group.propose(2, 'a')
    const sentAt: number[] = []
    let seen = 0
    for (let tick = 0; tick < 900; tick += 1) {
      group.drop(isForward)
      if (forwards.length > seen) sentAt.push(tick)
      seen = forwards.length
      group.tick(2)
      if (tick % 10 === 0) {
        group.drop(isForward)
        group.heartbeat(0)
      }
    }
    const gaps = sentAt.map((tick, place) => tick - (sentAt[place - 1] ?? 0)).slice(1)
    expect(gaps.length).toBeGreaterThan(1)
    for (const [place, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(50 * 2 ** place)
    group.tick(2, 10)
    group.heartbeat(0)
    for (let tick = 0; tick < 80; tick += 1) {
      group.tick(2, 5)
      group.heartbeat(0)
    }
    expect(group.texts(1)).toEqual(['a'])
  })

  it('are not forwarded again once they are in the own log', () => {
    const { group, forwards } = groupOf(5)
    group.elect(0)
    for (const id of [2, 3, 4]) group.isolate(id)
    group.propose(1, 'a')
    group.settle()
    for (let count = 0; count < 20; count += 1) {
      group.tick(1, 5)
      group.inject(0, 1, { ...heartbeatOf(group) })
      group.drop(() => true)
    }
    expect(forwards).toHaveLength(1)
  })

  it('go to the next leader when the first has lost them', () => {
    const { group, answered } = groupOf(3)
    group.elect(0)
    group.propose(2, 'a')
    group.drop(isForward)
    group.crash(0)
    group.tick(1, 30)
    group.tick(2, 30)
    group.elect(1)
    expect(answered).toMatchObject([{ member: 2 }])
    expect(group.texts(1)).toEqual(['a'])
  })

  it('go to the next leader when their entry is replaced', () => {
    const { group, answered } = groupOf(3)
    group.elect(0)
    group.isolate(0)
    const proposal = group.propose(0, 'of the old leader')
    group.settle()
    group.tick(1, 30)
    group.tick(2, 30)
    group.elect(1)
    group.propose(1, 'b')
    group.settle()
    expect(group.terms(0)).toEqual([1, 1])
    group.heal()
    for (let count = 0; count < 3; count += 1) group.heartbeat(1)
    expect(answered).toContainEqual({ kind: 'answered', member: 0, proposal })
    expect(group.texts(2)).toEqual(['b', 'of the old leader'])
  })

  it('stand in the log once, however often they come while they are not committed', () => {
    const { group } = groupOf(3, { forwardRetryTicks: 4 })
    group.elect(0)
    group.cut(0, 1)
    group.cut(0, 2, true)
    group.propose(2, 'a')
    for (let tick = 0; tick < 20; tick += 1) {
      group.tick(2)
      group.settle()
    }
    const { log } = group.core(0).state
    expect(log.lastIndex).toBe(2)
  })

  it('may stand in the log twice, but are answered once', () => {
    const { group, answered } = groupOf(3)
    group.elect(0)
    group.propose(2, 'a')
    const copies = group.network.filter(isForward)
    group.settle()
    group.network.push(...copies)
    group.settle()
    expect(group.texts(1)).toEqual(['a', 'a'])
    expect(answered).toHaveLength(1)
  })

  it('of an earlier life are nobody’s when they are delivered', () => {
    const { group, answered } = groupOf(3)
    group.elect(0)
    group.propose(2, 'a')
    group.start(2)
    group.settle()
    for (let count = 0; count < 3; count += 1) group.heartbeat(0)
    expect(group.texts(2)).toEqual(['a'])
    expect(answered).toEqual([])
  })
})

describe('proposals that cannot be taken', () => {
  it('without a leader for long: refused definitely if they never left', () => {
    const { group, rejected } = groupOf(3, { leaderlessPatienceTicks: 100 })
    group.isolate(0)
    group.propose(0, 'a')
    group.tick(0, 100)
    expect(rejected).toMatchObject([
      { rejected: { kind: 'proposal', code: 'UNAVAILABLE', definite: true } },
    ])
    expect(group.core(0).unavailableReason()).toContain('hears 1 of 3 members')
    group.propose(0, 'b')
    expect(rejected).toMatchObject([{}, { rejected: { code: 'UNAVAILABLE', definite: true } }])
  })

  it('without a leader for long: refused indefinitely if they were forwarded', () => {
    const { group, rejected } = groupOf(3, { leaderlessPatienceTicks: 100 })
    group.elect(0)
    group.propose(2, 'a')
    group.isolate(2)
    group.settle()
    group.tick(2, 200)
    expect(rejected).toMatchObject([{ rejected: { code: 'UNAVAILABLE', definite: false } }])
  })

  it('of a deposed leader: refused indefinitely, since others may have them', () => {
    const { group, rejected } = groupOf(3, { leaderlessPatienceTicks: 100 })
    group.elect(0)
    group.isolate(0)
    group.propose(0, 'a')
    group.tick(0, 200)
    expect(rejected).toMatchObject([{ rejected: { code: 'UNAVAILABLE', definite: false } }])
  })

  it('too many, or too many bytes', () => {
    const { group, rejected } = groupOf(3, {
      pendingProposalsMax: 2,
      pendingProposalsMaxBytes: 10,
      payloadMaxBytes: 8,
    })
    group.propose(0, 'a')
    group.propose(0, '0123456789')
    group.propose(0, '12345678')
    group.propose(0, 'b')
    group.propose(0, 'c')
    expect(rejected.map(({ rejected: { code, definite } }) => [code, definite])).toEqual([
      ['BODY_TOO_LARGE', true],
      ['OVERLOADED', true],
      ['OVERLOADED', true],
    ])
    const again = groupOf(3, { pendingProposalsMax: 100, pendingProposalsMaxBytes: 10 })
    again.group.propose(0, '0123456')
    again.group.propose(0, '789a')
    expect(again.rejected).toMatchObject([{ rejected: { code: 'OVERLOADED', definite: true } }])
  })

  it('are forgotten when their caller has gone, and leave their room to others', () => {
    const { group, rejected, answered } = groupOf(3, { pendingProposalsMax: 1 })
    const gone = group.propose(0, 'a')
    group.core(0).abandon(gone, 'proposal')
    group.propose(0, 'b')
    expect(rejected).toEqual([])
    group.elect(1)
    expect(group.texts(1)).toEqual(['b'])
    expect(answered).toHaveLength(1)
  })

  it('wait at the leader while too much is uncommitted', () => {
    const { group, answered } = groupOf(3, { uncommittedEntriesMax: 3 })
    group.elect(0)
    group.proposeAll(0, ['a', 'b', 'c', 'd', 'e', 'f'])
    expect(group.core(0).state.log.lastIndex).toBe(4)
    group.settle()
    expect(answered).toHaveLength(6)
  })
})

function heartbeatOf(group: Group) {
  const { state } = group.core(0)
  const commitTerm = state.log.termAt(state.commitIndex)
  if (state.role.kind !== 'leader' || commitTerm === undefined) throw new Error('0 leads')
  return {
    kind: 'heartbeat' as const,
    term: state.term,
    round: state.role.round,
    commitIndex: state.commitIndex,
    commitTerm,
    heldByAll: state.heldByAllIndex,
  }
}
