import { describe, expect, it } from 'vitest'
import { memberId } from '../../common/member.ts'
import { type Envelope, Group } from '../../test/scenarios/raft/group.ts'
import { decodeScalars } from './durable.ts'
import { asIndex, asTerm, type Vote } from './types.ts'

const ofKind =
  (...kinds: string[]) =>
  ({ message }: Envelope) =>
    kinds.includes(message.kind)

const voteFrom = (lastIndex: number, lastTerm: number, term = 9): Vote => ({
  kind: 'vote',
  term: asTerm(term),
  lastIndex: asIndex(lastIndex),
  lastTerm: asTerm(lastTerm),
  forced: false,
})

/** Did member 0 grant? It answers only once its vote is durable, at once in this rig. */
function granted(group: Group): boolean | undefined {
  const reply = group.drop(ofKind('voteReply')).at(-1)?.message
  return reply?.kind === 'voteReply' ? reply.granted : undefined
}

describe('elections (paper, 5.2)', () => {
  it('starts every member as a follower without a leader', () => {
    const group = new Group({ members: 3 })
    expect(group.roles()).toBe('follower follower follower')
    expect(group.core(0).status().protocolDetails).toMatchObject({ term: 0, leader: null })
  })

  it('makes a member that hears nobody ask for votes, and lead with a majority of them', () => {
    const group = new Group({ members: 5 })
    group.isolate(3)
    group.isolate(4)
    group.elect(0)
    expect(group.core(0).state.role.kind).toBe('leader')
    expect(group.core(1).state.leader).toBe(0)
  })

  it('does not lead without a majority', () => {
    const group = new Group({ members: 4 })
    group.isolate(2)
    group.isolate(3)
    group.elect(0)
    expect(group.core(0).state.role.kind).not.toBe('leader')
  })

  it('leads a group of one as soon as its own vote is durable', () => {
    const group = new Group({ members: 1 })
    group.holdDisk(0)
    group.tick(0, 60)
    expect(group.core(0).state.role.kind).toBe('candidate')
    group.releaseDisk(0)
    expect(group.core(0).state.role.kind).toBe('leader')
    group.propose(0, 'alone')
    expect(group.texts(0)).toEqual(['alone'])
  })

  it('waits a time drawn anew at each election, between the two limits', () => {
    const timeouts = new Set<number>()
    for (let seed = 1; seed <= 50; seed += 1) {
      const group = new Group({ members: 3, seed })
      timeouts.add(group.core(0).state.electionTimeout)
    }
    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(30)
    expect(Math.max(...timeouts)).toBeLessThanOrEqual(60)
    expect(timeouts.size).toBeGreaterThan(15)
  })

  it('ends a campaign when another leads the same term', () => {
    const group = new Group({ members: 3 })
    group.campaign(0)
    group.campaign(1)
    group.drop(({ from, to }) => from === 1 && to === 2)
    group.settle()
    const leaders = group
      .roles()
      .split(' ')
      .filter((role) => role === 'leader')
    expect(leaders).toHaveLength(1)
  })
})

describe('votes', () => {
  it('go to at most one candidate in a term, whoever asks next', () => {
    const group = new Group({ members: 3 })
    group.inject(1, 0, voteFrom(0, 0))
    expect(granted(group)).toBe(true)
    group.inject(2, 0, voteFrom(0, 0))
    expect(granted(group)).toBe(false)
    group.inject(1, 0, voteFrom(0, 0))
    expect(granted(group)).toBe(true)
  })

  it('leave only when they are durable', () => {
    const group = new Group({ members: 3 })
    group.holdDisk(0)
    group.inject(1, 0, voteFrom(0, 0))
    expect(group.network).toEqual([])
    group.writeReachesDisk(0)
    expect(group.network).toEqual([])
    group.releaseDisk(0)
    expect(granted(group)).toBe(true)
    const onDisk = decodeScalars(group.member(0).disk.meta ?? new Uint8Array())
    expect(onDisk).toMatchObject({ term: 9, votedFor: memberId(1) })
  })

  it('are remembered over a restart', () => {
    const group = new Group({ members: 3 })
    group.inject(1, 0, voteFrom(0, 0))
    expect(granted(group)).toBe(true)
    group.crash(0)
    group.start(0)
    group.inject(2, 0, voteFrom(0, 0))
    expect(granted(group)).toBe(false)
  })

  it('are asked for only when the own term and vote are durable', () => {
    const group = new Group({ members: 3 })
    group.campaign(0)
    group.holdDisk(0)
    group.settle()
    expect(group.core(0).state.role.kind).toBe('candidate')
    expect(group.network).toEqual([])
    group.releaseDisk(0)
    expect(group.network.filter(ofKind('vote'))).toHaveLength(2)
  })

  it('are not given in a later term for what was promised in an earlier one', () => {
    const group = new Group({ members: 3 })
    group.holdDisk(0)
    group.inject(1, 0, voteFrom(0, 0, 5))
    group.inject(2, 0, voteFrom(0, 0, 6))
    group.releaseDisk(0)
    const replies = group.drop(ofKind('voteReply'))
    expect(replies.find(({ to }) => to === 2)?.message).toMatchObject({ term: 6, granted: true })
  })
})

describe('election restriction (paper, 5.4.1)', () => {
  const cases = [
    { candidate: voteFrom(3, 3), granted: true, because: 'a later last term, though shorter' },
    { candidate: voteFrom(9, 1), granted: false, because: 'an earlier last term, though longer' },
    { candidate: voteFrom(5, 2), granted: true, because: 'the same last term and longer' },
    { candidate: voteFrom(4, 2), granted: true, because: 'the same log' },
    { candidate: voteFrom(3, 2), granted: false, because: 'the same last term and shorter' },
  ]
  for (const { candidate, granted: expected, because } of cases) {
    it(`${expected ? 'grants' : 'denies'} the vote for ${because}`, () => {
      const group = new Group({ members: 3 })
      group.plantLog(0, [1, 1, 2, 2])
      group.inject(1, 0, candidate)
      expect(granted(group)).toBe(expected)
    })
  }
})

describe('terms (paper, 5.1)', () => {
  it('a leader that meets a later term follows', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.inject(1, 0, { kind: 'termOver', term: asTerm(9) })
    expect(group.core(0).state).toMatchObject({ role: { kind: 'follower' }, term: 9 })
  })

  it('a message of an earlier term changes nothing, and a stale leader is told', () => {
    const group = new Group({ members: 3 })
    group.plantLog(0, [1, 1], 7)
    const stale = { term: asTerm(3), prevIndex: asIndex(0), prevTerm: asTerm(0) }
    group.inject(1, 0, { kind: 'append', ...stale, commitIndex: asIndex(0), entries: [] })
    expect(group.network.at(-1)?.message).toMatchObject({ kind: 'termOver', term: 7 })
    expect(group.terms(0)).toEqual([1, 1])
    expect(group.core(0).state.leader).toBeUndefined()
  })
})

describe('pre-vote and check-quorum', () => {
  it('a member that comes back from a partition does not disturb the leader', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.isolate(2)
    group.tick(2, 500)
    group.settle()
    expect(group.core(2).state.term).toBe(1)
    group.heal()
    group.heartbeat(0)
    expect(group.core(0).state.role.kind).toBe('leader')
    expect(group.core(2).state).toMatchObject({ leader: 0, term: 1 })
  })

  it('a member that cannot hear the leader, but can be heard, deposes nobody', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.cut(0, 2, true)
    for (let count = 0; count < 50; count += 1) {
      group.tick(2, 5)
      group.heartbeat(0)
      group.tick(1, 5)
    }
    expect(group.core(0).state).toMatchObject({ role: { kind: 'leader' }, term: 1 })
  })

  it('nobody who hears a leader votes for another, whatever the term', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.inject(2, 1, voteFrom(99, 99, 50))
    expect(group.core(1).state.term).toBe(1)
    group.tick(1, 30)
    group.inject(2, 1, voteFrom(99, 99, 50))
    expect(group.core(1).state.term).toBe(50)
  })

  it('a leader that no majority answers steps down', () => {
    const group = new Group({ members: 5 })
    group.elect(0)
    group.isolate(0)
    group.tick(0, 70)
    expect(group.core(0).state.role.kind).not.toBe('leader')
    expect(group.core(0).state.leader).toBeUndefined()
  })

  it('a leader that a bare majority answers stays', () => {
    const group = new Group({ members: 5 })
    group.elect(0)
    group.isolate(3)
    group.isolate(4)
    for (let count = 0; count < 40; count += 1) group.heartbeat(0)
    expect(group.core(0).state).toMatchObject({ role: { kind: 'leader' }, term: 1 })
  })

  it('a member stuck in a later term gets the group to come to it', () => {
    const group = new Group({ members: 3 })
    group.elect(0)
    group.plantLog(2, [1], 8)
    group.heartbeat(0)
    expect(group.core(0).state).toMatchObject({ role: { kind: 'follower' }, term: 8 })
    group.elect(0)
    expect(group.core(0).state.role.kind).toBe('leader')
    expect(group.core(2).state.leader).toBe(0)
  })

  it('a grant of an earlier campaign does not count for a later one', () => {
    const group = new Group({ members: 3 })
    group.campaign(0)
    const { term } = group.core(0).state
    group.drop(() => true)
    group.inject(1, 0, { kind: 'preVoteReply', term: asTerm(term), granted: true, seated: true })
    expect(group.core(0).state.role.kind).toBe('preCandidate')
  })
})
